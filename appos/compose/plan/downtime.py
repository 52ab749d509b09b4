"""How long services do not serve while a plan is carried out: a bound, and where it comes from.

Compose first stops and makes containers anew, those of a service behind those of its dependencies and else at
once; then it starts them in the same order, and waits where `depends_on` says so.
"""

from collections.abc import Iterable, Mapping

from appos.compose.actual import Actual
from appos.compose.model import Project, Service
from appos.compose.plan.actions import Interruption, Kind
from appos.compose.plan.containers import Step
from appos.compose.plan.infrastructure import in_order
from appos.compose.plan.settings import seconds
from appos.compose.plan.wanted import image_name

# Source: Docker Engine, which waits so long for a container to end, and the defaults of HEALTHCHECK.
STOP_SECONDS = 10.0
_INTERVAL = _TIMEOUT = 30.0
_RETRIES = 3
_RUNNING = ("running", "paused", "restarting")
_STOPPED = (Kind.RECREATE, Kind.RESTART, Kind.REMOVE)

# A time in seconds, null without a bound, and what it is made of.
_Bound = tuple[float | None, tuple[str, ...]]


class Downtime:
    """The bounds of one plan."""

    def __init__(self, project: Project, actual: Actual, steps: Iterable[Step], first: Iterable[str]) -> None:
        """Work the bounds out; the services of `first` are stopped before all others, for their networks."""
        self._project = project
        self._actual = actual
        self._order = in_order(project)
        self._starting: set[str] = set()
        self._stops: dict[str, tuple[float, str]] = {}
        for step in steps:
            self._take(step)
        self._down = self._phase_of_stops(set(first))

    def of(self, step: Step) -> Interruption | None:
        """Return how long a container does not serve, or nothing if it goes on or did not run."""
        if step.kind not in (Kind.RECREATE, Kind.RESTART) or not _runs(step):
            return None
        ready = self._ready(step.service, {})
        own = self._health(step.service)
        found = _plus(_plus(self._down, ready), own)
        return Interruption(seconds=found[0], sources=tuple(dict.fromkeys(found[1])))

    def _take(self, step: Step) -> None:
        if step.kind not in (Kind.UNTOUCHED, Kind.REMOVE):
            self._starting.add(step.service)
        if step.kind not in _STOPPED or not _runs(step) or step.container is None:
            return
        limit = step.container.stop_seconds
        whose = "Docker's own" if limit is None else "as set"
        took = STOP_SECONDS if limit is None else limit
        text = f"stop_grace_period of {step.service}: {took:g} s, {whose}"
        self._stops[step.service] = max(self._stops.get(step.service, (0.0, "")), (took, text))

    def _phase_of_stops(self, first: set[str]) -> _Bound:
        """Return the longest chain of stops, and before it the longest of those that come first."""
        chains: dict[str, _Bound] = {}
        for name in self._order:
            behind = [chains[other] for other in self._dependencies(name) if other in chains]
            longest = max(behind, key=lambda chain: chain[0] or 0.0, default=(0.0, ()))
            took, text = self._stops.get(name, (0.0, ""))
            chains[name] = _plus(longest, (took, (text,) if text else ()))
        found = max(chains.values(), key=lambda chain: chain[0] or 0.0, default=(0.0, ()))
        early = max((self._stops[name] for name in first if name in self._stops), default=None)
        return found if early is None or early[1] in found[1] else _plus((early[0], (early[1],)), found)

    def _ready(self, name: str, known: dict[str, _Bound]) -> _Bound:
        """Return how long a service waits for its dependencies once starting begins."""
        if name in known:
            return known[name]
        known[name] = (0.0, ())
        waits: list[_Bound] = [(0.0, ())]
        for other, condition in self._dependencies(name).items():
            if other not in self._starting:
                continue
            wait: _Bound = (0.0, ())
            if condition == "service_healthy":
                wait = self._health(other)
            elif condition == "service_completed_successfully":
                wait = (None, (f"until {other} has completed: nothing bounds that",))
            waits.append(_plus(self._ready(other, known), wait))
        known[name] = max(waits, key=lambda wait: float("inf") if wait[0] is None else wait[0])
        return known[name]

    def _dependencies(self, name: str) -> dict[str, str]:
        depends_on = self._project.services[name].depends_on or {}
        return {other: dep.condition for other, dep in depends_on.items() if other in self._project.services}

    def _health(self, name: str) -> _Bound:
        """Return how long it takes at most until a container is healthy or called unhealthy."""
        check = self._check(name, self._project.services[name])
        if check is None:
            return 0.0, ()
        start = check.get("start_period", 0.0)
        retries, apart = int(check.get("retries", _RETRIES)), check.get("interval", _INTERVAL)
        longest = check.get("timeout", _TIMEOUT)
        total = start + retries * (apart + longest)
        text = f"health check of {name}: {total:g} s, a start period of {start:g} s and {retries} tests, "
        return total, (f"{text}{apart:g} s apart, of {longest:g} s at most",)

    def _check(self, name: str, service: Service) -> Mapping[str, float] | None:
        """Return the times of a health check, of the service's own or of its image; None without one."""
        own = service.healthcheck
        reference = image_name(self._project.name, name, service)
        image = self._actual.images.get(reference)
        has = image is not None and "healthcheck.test" in image.settings.hidden
        if own is not None and (own.disable or own.test == ("NONE",)):
            return None
        if not has and (own is None or not own.test):
            return None
        prefix = "healthcheck."
        given = image.settings.plain if image is not None else {}
        found = {
            key.removeprefix(prefix): float(value) for key, value in given.items() if key.startswith(prefix)
        }
        if own is not None:
            times = {key: getattr(own, key) for key in ("interval", "timeout", "start_period")}
            found |= {key: seconds(value) for key, value in times.items() if value}
            found |= {"retries": float(own.retries)} if own.retries else {}
        return found


def _runs(step: Step) -> bool:
    return step.container is not None and step.container.state in _RUNNING


def _plus(one: _Bound, other: _Bound) -> _Bound:
    total = None if one[0] is None or other[0] is None else one[0] + other[0]
    return total, (*one[1], *other[1])
