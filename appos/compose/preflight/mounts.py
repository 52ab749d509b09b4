"""Whether what a project mounts is there, and whether what it writes is kept."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from appos.compose.model import Mount, Project, Service
from appos.compose.models import Finding, Severity
from appos.compose.path import joined
from appos.compose.preflight.facts import Facts, PathKind


def mount_findings(project: Project, facts: Facts) -> Iterator[Finding]:
    """Find binds of what is missing or empty, and data paths of images that nothing keeps."""
    for name, service in project.services.items():
        for index, mount in enumerate(service.volumes or ()):
            if mount.type == "bind":
                path = joined("services", name, "volumes", index)
                yield from _bind(path, service, mount, facts)
        yield from _unkept(name, service, facts)


def _bind(path: str, service: Service, mount: Mount, facts: Facts) -> Iterator[Finding]:
    kind = facts.paths.get(mount.source, PathKind.UNKNOWN)
    creates = mount.bind is None or mount.bind.create_host_path
    if kind is PathKind.MISSING and not creates:
        yield Finding(
            severity=Severity.ERROR,
            code="bind_source_missing",
            path=path,
            message=f"There is no {mount.source}, and the mount says that it is not to be made.",
            fix="Make it first, or leave create_host_path out.",
        )
    elif kind is PathKind.MISSING and _looks_like_a_file(mount):
        yield Finding(
            severity=Severity.WARNING,
            code="bind_source_missing",
            path=path,
            message=f"There is no {mount.source}: a directory of that name would be made, where a file seems "
            "to be meant.",
            fix="Put the file there first.",
        )
    elif kind in (PathKind.MISSING, PathKind.EMPTY_DIRECTORY) and _declared(service, facts, mount.target):
        yield Finding(
            severity=Severity.INFO,
            code="bind_hides_data",
            path=path,
            message=f"The empty directory {mount.source} hides what the image has at {mount.target}; a bind, "
            "unlike a volume, does not take it over.",
            fix="Use a named volume if the app does not fill the directory by itself.",
        )


def _looks_like_a_file(mount: Mount) -> bool:
    """Whether both ends have an extension, as in `./nginx.conf:/etc/nginx/nginx.conf`."""
    ends = PurePosixPath(mount.source), PurePosixPath(mount.target)
    return all(end.suffix and end.suffix != ".d" and not end.name.startswith(".") for end in ends)


def _unkept(name: str, service: Service, facts: Facts) -> Iterator[Finding]:
    for declared in _volumes(service, facts):
        if not any(_covers(target, declared) for target in targets(service)):
            yield Finding(
                severity=Severity.WARNING,
                code="data_path_unmounted",
                path=joined("services", name, "volumes"),
                message=f'The image "{service.image}" keeps data at {declared}, and no volume is mounted '
                "there: it is lost when the container is removed.",
                fix=f"Mount a named volume: - {name}-data:{declared}",
            )


def targets(service: Service) -> Iterator[str]:
    """Yield the paths in a container of a service that something is mounted at."""
    yield from (mount.target for mount in service.volumes or ())
    yield from (entry.partition(":")[0] for entry in service.tmpfs or ())


def _covers(target: str, declared: str) -> bool:
    return PurePosixPath(declared).is_relative_to(PurePosixPath(target))


def _declared(service: Service, facts: Facts, target: str) -> bool:
    return any(PurePosixPath(path) == PurePosixPath(target) for path in _volumes(service, facts))


def _volumes(service: Service, facts: Facts) -> tuple[str, ...]:
    fact = facts.images.get(service.image)
    return fact.local.volumes if fact is not None and fact.local is not None else ()
