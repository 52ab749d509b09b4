"""What would be lost with a container: its anonymous volumes, and what it wrote where nothing is mounted.

Compose hands an anonymous volume on to the container that replaces its own, where that has one at the same
path. Otherwise it leaves the volume behind without a name, so the next prune of volumes deletes it; with a
container that is removed, every one. The writable layer is deleted with its container, always.
"""

from collections.abc import Iterable, Iterator

from appos.compose.actual import Actual, Container, Mount
from appos.compose.model import Project, Service
from appos.compose.plan.actions import Kind, Loss, LossKind
from appos.compose.plan.containers import Step
from appos.compose.plan.wanted import image_name

EXAMPLES = 5
# Where programs keep what is made anew at every start, and what the engine itself writes.
_PASSING = ("/tmp", "/run", "/var/run", "/var/tmp", "/var/cache", "/var/lock", "/dev", "/proc", "/sys")  # noqa: S108
_ENGINE = frozenset(
    ("/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/etc/mtab", "/.dockerenv", "/sbin/docker-init")
)


def losses(project: Project, actual: Actual, step: Step) -> tuple[Loss, ...]:
    """Return what is lost with the container of a step that recreates or removes it."""
    if step.container is None or step.kind not in (Kind.RECREATE, Kind.REMOVE):
        return ()
    service = project.services.get(step.service) if step.kind is Kind.RECREATE else None
    found = [*_volumes(project, actual, step, service)]
    paths = written(step.container, _placed(project, step.service))
    if paths:
        text = f"files in the container {step.container.name} that no mount keeps"
        found.append(
            Loss(kind=LossKind.WRITABLE_LAYER, text=text, count=len(paths), examples=paths[:EXAMPLES])
        )
    return tuple(found)


def _volumes(project: Project, actual: Actual, step: Step, service: Service | None) -> Iterator[Loss]:
    """Give the anonymous volumes that no new container takes over."""
    kept = _handed_on(project, actual, step.service, service) if service and step.inherits else frozenset()
    for mount in step.container.mounts if step.container else ():
        if mount.anonymous and mount.target not in kept and not _is_borrowed(project, actual, step, mount):
            text = f"the anonymous volume at {mount.target} is left behind, and the next prune deletes it"
            yield Loss(kind=LossKind.ANONYMOUS_VOLUME, text=text, examples=(mount.source,))


def _handed_on(project: Project, actual: Actual, name: str, service: Service) -> frozenset[str]:
    """Return where the new container has anonymous volumes."""
    own = {mount.target for mount in service.volumes or () if mount.type == "volume" and not mount.source}
    image = actual.images.get(image_name(project.name, name, service))
    return frozenset((*own, *(image.volumes if image is not None else ())))


def _is_borrowed(project: Project, actual: Actual, step: Step, mount: Mount) -> bool:
    """Say whether another container has the volume, too, and goes on having it."""
    return any(
        mount.source == other.source
        for container in actual.containers
        if step.container is not None and container.id != step.container.id
        for other in container.mounts
    )


def _placed(project: Project, service: str) -> frozenset[str]:
    """Return the paths that Compose itself copies configs and secrets to."""
    if service not in project.services:
        return frozenset()
    parts = project.services[service]
    configs = (config.target or f"/{config.source}" for config in parts.configs or ())
    secrets = (item.target or f"/run/secrets/{item.source}" for item in parts.secrets or ())
    return frozenset((*configs, *secrets))


def written(container: Container, placed: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the files that a container wrote to its own layer, without what passes anyway."""
    mounted = {mount.target for mount in container.mounts}
    left = sorted(
        path
        for path in container.changed_paths
        if path not in _ENGINE and not any(_is_in(path, place) for place in (*_PASSING, *mounted, *placed))
    )
    # Directories are named by what lies in them, and mount points lie in directories.
    parents = {
        parent for path in (*left, *mounted, *placed, *_PASSING, *_ENGINE) for parent in _parents(path)
    }
    return tuple(path for path in left if path not in parents)


def _is_in(path: str, place: str) -> bool:
    return path == place or path.startswith(f"{place}/")


def _parents(path: str) -> Iterator[str]:
    while (path := path.rpartition("/")[0]) != "":
        yield path
