"""What would be lost with a container: its anonymous volumes, and what it wrote where nothing is mounted.

Compose hands an anonymous volume on to the container that replaces its own, where that has one at the same
path. Otherwise it leaves the volume behind without a name, so the next prune of volumes deletes it; with a
container that is removed, every one. The writable layer is deleted with its container, always.
"""

from collections.abc import Iterable, Iterator

from appos.compose.actual import Actual, Container, Mount
from appos.compose.model import Project
from appos.compose.plan.actions import Kind, Loss, LossKind
from appos.compose.plan.containers import Step
from appos.compose.plan.wanted import image_name

EXAMPLES = 5
# Where programs keep what is made anew at every start, and what the engine itself writes.
_PASSING = ("/tmp", "/run", "/var/run", "/var/tmp", "/var/cache", "/var/lock", "/dev", "/proc", "/sys")  # noqa: S108
_ENGINE = frozenset(
    ("/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/etc/mtab", "/.dockerenv", "/sbin/docker-init")
)


class Losses:
    """The losses of one plan."""

    def __init__(self, project: Project, actual: Actual, steps: Iterable[Step]) -> None:
        self._project = project
        self._actual = actual
        ids = {one.id for one in actual.containers}
        # Anonymous volumes that a container still has afterwards; and of the others, whose they were first.
        self._kept: set[str] = set()
        self._owners: dict[str, str] = {}
        for step in steps:
            if step.container is None:
                continue
            ids.discard(step.container.id)
            handed_on = self._handed_on(step)
            for mount in _anonymous(step.container):
                if handed_on is None or mount.target in handed_on:
                    self._kept.add(mount.source)
                self._owners.setdefault(mount.source, step.container.id)
        left = (one for one in actual.containers if one.id in ids)
        self._kept.update(mount.source for one in left for mount in _anonymous(one))

    def of(self, step: Step) -> tuple[Loss, ...]:
        """Return what is lost with the container of a step."""
        if step.container is None or step.kind not in (Kind.RECREATE, Kind.REMOVE):
            return ()
        found = [*self._volumes(step.container)]
        paths = written(step.container, _placed(self._project, step.service))
        if paths:
            text = f"files in the container {step.container.name} that no mount keeps"
            found.append(
                Loss(kind=LossKind.WRITABLE_LAYER, text=text, count=len(paths), examples=paths[:EXAMPLES])
            )
        return tuple(found)

    def _volumes(self, container: Container) -> Iterator[Loss]:
        """Give the anonymous volumes that no container has afterwards; one that several had, once."""
        for mount in _anonymous(container):
            if mount.source not in self._kept and self._owners[mount.source] == container.id:
                text = f"the anonymous volume at {mount.target} is left behind, and the next prune deletes it"
                yield Loss(kind=LossKind.ANONYMOUS_VOLUME, text=text, examples=(mount.source,))

    def _handed_on(self, step: Step) -> frozenset[str] | None:
        """Return where the next container takes anonymous volumes over; None if it is the same container."""
        if step.kind not in (Kind.RECREATE, Kind.REMOVE):
            return None
        service = self._project.services.get(step.service)
        if step.kind is Kind.REMOVE or service is None or not step.inherits:
            return frozenset()
        own = {mount.target for mount in service.volumes or () if mount.type == "volume" and not mount.source}
        image = self._actual.images.get(image_name(self._project.name, step.service, service))
        return frozenset((*own, *(image.volumes if image is not None else ())))


def _anonymous(container: Container) -> Iterator[Mount]:
    return (mount for mount in container.mounts if mount.anonymous)


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
