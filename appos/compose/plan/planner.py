"""The plan: what `docker compose up` would do to what is there."""

from collections.abc import Iterator

from appos.compose.actual import Actual
from appos.compose.model import FileObject, Project, Service
from appos.compose.path import joined
from appos.compose.plan.actions import Action, Kind, Note, Plan, Reason, Target
from appos.compose.plan.changes import mounts, ports
from appos.compose.plan.containers import Containers, Step, containers
from appos.compose.plan.downtime import Downtime
from appos.compose.plan.images import images
from appos.compose.plan.infrastructure import infrastructure, users
from appos.compose.plan.losses import Losses
from appos.compose.plan.wanted import Wanted

_MADE = (Kind.CREATE, Kind.RECREATE)


def plan(wanted: Wanted, actual: Actual) -> Plan:
    """Say what `docker compose up` would do, and why; nothing is asked and nothing is changed.

    Whether a container is made anew is what Compose's own hash says, and the other conditions under which
    Docker Compose 5.5 makes one anew.
    """
    project = wanted.model.project
    pictures = images(wanted, actual)
    around = infrastructure(wanted, actual)
    found = containers(wanted, actual, around, pictures)
    times = Downtime(project, actual, found.steps, (*around.restarted, *around.emptied))
    losses = Losses(project, actual, found.steps)
    services = [_action(project, step, times, losses, found) for step in found.steps]
    return Plan(
        project=project.name,
        actions=(*pictures.actions, *around.actions, *_files(project, found), *services),
        obstacles=(*pictures.obstacles, *around.obstacles, *found.obstacles),
        warnings=(*around.warnings, *found.warnings, *_forgotten_names(project, around.restarted, found)),
    )


def _action(project: Project, step: Step, times: Downtime, losses: Losses, found: Containers) -> Action:
    """Write the step of a container as an action."""
    service = project.services.get(step.service)
    shows = service is not None and step.kind is not Kind.REMOVE
    interruption = times.of(step)
    return Action(
        kind=step.kind,
        target=Target.SERVICE,
        name=step.service,
        resource=step.name,
        number=step.number,
        certain=step.certain,
        reasons=step.reasons,
        ports=ports(service) if service is not None and shows else (),
        mounts=mounts(project, service) if service is not None and shows else (),
        interrupts=_interrupted(project, step, found) if interruption is not None else (),
        interruption=interruption,
        losses=losses.of(step),
    )


def _interrupted(project: Project, step: Step, found: Containers) -> tuple[str, ...]:
    """Return the service itself and those that are stopped because of it."""
    stopped = {other.service for other in found.steps if other.kind in (Kind.RESTART, Kind.RECREATE)}
    dependents = [
        name
        for name, service in project.services.items()
        if name in stopped and step.kind is Kind.RECREATE and _restarts_with(service, step.service)
    ]
    return (step.service, *sorted(dependents))


def _restarts_with(service: Service, name: str) -> bool:
    dependency = (service.depends_on or {}).get(name)
    return dependency is not None and dependency.restart


def _files(project: Project, found: Containers) -> Iterator[Action]:
    """Give an action for each config and secret.

    One with a file is mounted, so it is never touched. Any other is copied into a container when that starts.
    """
    for target, parts in ((Target.CONFIG, project.configs), (Target.SECRET, project.secrets)):
        for key, part in sorted(parts.items()):
            by = _readers(project, target, key)
            started = [
                step.name
                for step in found.steps
                if step.service in by and step.kind in (*_MADE, Kind.START, Kind.RESTART)
            ]
            copied = bool(started) and not part.file and not part.external
            yield Action(
                kind=Kind.CREATE if copied else Kind.UNTOUCHED,
                target=target,
                name=key,
                resource=part.name,
                reasons=(Reason(path=joined(f"{target.value}s", key), text=_fate(part, started)),),
            )


def _fate(part: FileObject, started: list[str]) -> str:
    if part.external:
        return "it is not the project's own"
    if part.file:
        return "its file is mounted: containers see what it holds"
    if started:
        return f"it is copied into {', '.join(started)}"
    return "it is copied when a container starts: those that run keep what they have"


def _readers(project: Project, target: Target, key: str) -> set[str]:
    """Return the services that have a config or a secret."""
    return {
        name
        for name, service in project.services.items()
        for item in (service.configs if target is Target.CONFIG else service.secrets) or ()
        if item.source == key
    }


def _forgotten_names(
    project: Project, restarted: dict[str, list[Reason]], found: Containers
) -> Iterator[Note]:
    """Warn of what Docker Compose 5.5 forgets when it makes a network anew under a container that stays.

    It connects the container without aliases, so the name of the service is not found there any more.
    """
    changed = {reason.path for reasons in restarted.values() for reason in reasons}
    staying = {step.service for step in found.steps if step.kind in (Kind.RESTART, Kind.START)}
    for key in sorted(project.networks):
        path = joined("networks", key)
        left = [name for name in users(project.services, key) if name in staying]
        if path in changed and left:
            text = (
                f"Docker Compose connects {', '.join(left)} to the new network {key} without the names of "
                "their services: recreate them, or they are not found by name there."
            )
            yield Note(path=path, text=text)
