"""How an app is now, told from what its containers are doing."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from appos.apps.models import App, AppState
from appos.apps.rollout.containers import ONE_OFF, SERVICE
from appos.apps.views import ContainerView, EventView, ServiceView
from appos.engine.models import ContainerSummary, Event
from appos.engine.watch import WatchState
from appos.store.values import timestamp

# From the worst to the best.
_RANK = ("dead", "restarting", "exited", "paused", "removing", "created", "running")
_HEALTH = ("unhealthy", "starting", "", "healthy")


def services_of(
    containers: Iterable[ContainerSummary], wanted: Sequence[str] = ()
) -> tuple[ServiceView, ...]:
    """Return the services that the containers are of, and those that are wanted and have none."""
    found: dict[str, list[ContainerSummary]] = defaultdict(list)
    for container in containers:
        if container.labels.get(ONE_OFF) != "True":
            found[container.labels.get(SERVICE, container.name)].append(container)
    missing = (ServiceView(name=name, state="missing") for name in wanted if name not in found)
    return tuple(sorted((*(_service(*it) for it in found.items()), *missing), key=lambda it: it.name))


def _service(name: str, containers: Sequence[ContainerSummary]) -> ServiceView:
    worst = min(
        containers, key=lambda it: (_rank(it), _HEALTH.index(it.health) if it.health in _HEALTH else 0)
    )
    ports = {(it.host_ip, it.host_port, it.protocol): it for each in containers for it in each.ports}
    return ServiceView(
        name=name,
        image=worst.image,
        state=worst.state,
        health=worst.health,
        exit_code=worst.exit_code,
        containers=tuple(
            ContainerView(id=it.id, name=it.name, state=it.state, health=it.health, exit_code=it.exit_code)
            for it in containers
        ),
        ports=tuple(ports[key] for key in sorted(ports)),
    )


def _rank(container: ContainerSummary) -> int:
    if is_done(container.state, container.exit_code):
        return len(_RANK)
    return _RANK.index(container.state) if container.state in _RANK else 0


def is_done(state: str, exit_code: int) -> bool:
    """Whether a container ended as a program does that has done its work, such as a migration."""
    return state == "exited" and exit_code == 0


def state_of(app: App, services: Sequence[ServiceView], watch: WatchState) -> tuple[AppState, str]:
    """Return how an app is, and a sentence where that is not as it should be."""
    if not watch.connected:
        return AppState.UNKNOWN, "The Docker Engine does not answer."
    there = [it for it in services if it.containers]
    if not there:
        return (AppState.STOPPED, "It has no containers.") if app.current else (AppState.DRAFT, "")
    if all(it.state in ("exited", "created", "dead") for it in there):
        failed = [it for it in there if it.exit_code and app.desired == "running"]
        if not failed:
            return AppState.STOPPED, ""
        return AppState.DEGRADED, _said(failed[0])
    if sick := [it for it in services if _is_sick(it)]:
        return AppState.DEGRADED, _said(sick[0])
    if any(it.health == "starting" or it.state == "created" for it in there):
        return AppState.STARTING, ""
    return AppState.RUNNING, ""


def _is_sick(service: ServiceView) -> bool:
    if service.health == "unhealthy" or service.state in ("dead", "restarting", "paused", "missing"):
        return True
    return service.state == "exited" and service.exit_code != 0


def _said(service: ServiceView) -> str:
    if service.state == "missing":
        return f"{service.name} has no container."
    if service.state == "exited":
        return f"{service.name} ended with exit code {service.exit_code}."
    return f"{service.name} is {service.health if service.state == 'running' else service.state}."


def events_of(events: Iterable[Event]) -> tuple[EventView, ...]:
    """Return events of containers as they are shown, in their order."""
    return tuple(
        EventView(
            time=timestamp(datetime.fromtimestamp(it.time_nano / 1e9, UTC)),
            action=it.action,
            service=it.attributes.get(SERVICE, ""),
            container=it.attributes.get("name", it.id[:12]),
            exit_code=_number(it.attributes.get("exitCode", "")),
        )
        for it in events
    )


def _number(text: str) -> int | None:
    return int(text) if text.removeprefix("-").isdigit() else None
