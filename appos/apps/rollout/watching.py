"""Watches an app that has just come up: health, exits, restarts, and whether it answers."""

from collections.abc import Callable, Mapping
from pathlib import Path

from appos.apps.models import AppSettings, Probe
from appos.apps.rollout import ask
from appos.apps.rollout.containers import SERVICE, AppContainers
from appos.apps.rollout.patience import KILLED, is_killed
from appos.engine.models import Container
from appos.engine.own_container import own_container
from appos.engine.port import Engine
from appos.errors import EngineError, NotFoundError

POLL_SECONDS = 1.0
# Where the image of AppOS has its own packages.
PACKAGES = str(Path(ask.__file__).resolve().parents[3])
_SCRIPT = "import sys; sys.path.insert(0, sys.argv.pop(1)); from appos.apps.rollout.ask import main; main()"

Pause = Callable[[float], None]


class Watcher:
    """Watches the containers of one app."""

    def __init__(self, engine: Engine, containers: AppContainers) -> None:
        self._engine = engine
        self._containers = containers

    def watch(self, settings: AppSettings, pause: Pause) -> str:
        """Watch for the time that the settings say, and ask the probe; return what was seen in a sentence.

        Raises:
            EngineError: `unhealthy`: a container ended, was started again, or is not healthy; `killed`: a
                signal ended it; `probe_failed`: the probe was not answered.
        """
        before = {it.id: it.restart_count for it in self._inspected()}
        for _ in range(max(int(settings.watch_seconds / POLL_SECONDS), 1)):
            pause(min(POLL_SECONDS, settings.watch_seconds))
            self._look(before)
        if settings.probe is not None:
            self._probe(settings.probe, pause, settings.wait_seconds)
        return f"{len(before)} containers ran for {settings.watch_seconds:g} s without a restart."

    def _inspected(self) -> list[Container]:
        found = []
        for each in self._containers.of():
            try:
                found.append(self._engine.container(each.id))
            except NotFoundError:
                continue
        return found

    def _look(self, before: Mapping[str, int]) -> None:
        now = {it.id: it for it in self._inspected()}
        for gone in before.keys() - now.keys():
            raise EngineError(f"The container {gone[:12]} was removed meanwhile.", code="unhealthy")
        for container in now.values():
            if said := trouble(container, before.get(container.id, 0)):
                code = KILLED if is_killed(container.exit_code) and not container.oom_killed else "unhealthy"
                raise EngineError(f"{container.name} {said}.", code=code)

    def _probe(self, probe: Probe, pause: Pause, wait_seconds: float) -> None:
        said = ""
        for _ in range(max(int(wait_seconds / POLL_SECONDS), 1)):
            said = self._ask(probe)
            if not said:
                return
            pause(POLL_SECONDS)
        raise EngineError(f"The probe of {probe.service!r} failed: {said}.", code="probe_failed")

    def _ask(self, probe: Probe) -> str:
        found = [it for it in self._inspected() if it.labels.get(SERVICE) == probe.service]
        address = next(((net, ip) for it in found for net, ip in it.addresses.items()), None)
        if address is None:
            return "it has no running container on a network"
        network, ip = address
        own = own_container(self._engine)
        if own is None:
            return ask.problem(probe.kind, ip, probe.port, probe.path, probe.expect)
        arguments = (PACKAGES, probe.kind, ip, str(probe.port), probe.path, str(probe.expect))
        done = self._engine.run_once(
            own.image_id, ("python3", "-c", _SCRIPT, *arguments), network=network, timeout_seconds=20
        )
        failed = "" if done.exit_code == 0 else "AppOS could not ask it"
        return done.stdout.decode(errors="replace").strip() or failed


def trouble(container: Container, restarts_before: int) -> str:
    """Say what is wrong with a container that should be well, "" if nothing is.

    One that ended with 0 and is not started again has done its work.
    """
    if container.restart_count > restarts_before or container.state == "restarting":
        code = f", the last time after exit code {container.exit_code}" if container.exit_code else ""
        return f"was started again {container.restart_count} times{code}"
    if container.state == "dead" or (container.state == "exited" and container.exit_code != 0):
        killed = ", for want of memory" if container.oom_killed else ""
        return f"ended with exit code {container.exit_code}{killed}"
    if container.health == "unhealthy":
        return "is unhealthy"
    return ""
