"""What a preflight looks at: who has which port, what engine and registries have, what lies on the host."""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from appos.apps.sockets import held, owners
from appos.compose.model import Project, Service
from appos.compose.paths import HostPaths
from appos.compose.preflight.facts import (
    Facts,
    ImageFact,
    ImageProblem,
    LocalImage,
    PathKind,
    TakenPort,
)
from appos.engine.models import ContainerSummary, Credentials, EngineInfo, PublishedPort
from appos.engine.port import Engine
from appos.errors import EngineError, NotFoundError

PROJECT = "com.docker.compose.project"
SERVICE = "com.docker.compose.service"
# So many registries and images are asked about at once.
ASKED_AT_ONCE = 8
# The states in which a container has its ports.
RUNNING = frozenset(("running", "paused", "restarting"))
# The registry of a reference that names none. Source: distribution/reference, "normalized names".
DEFAULT_REGISTRY = "docker.io"

Tables = Callable[[], Mapping[str, str]]


class Survey:
    """Looks at an engine and its host.

    `tables` reads the kernel's tables of sockets in the host's network; None where that is another machine.
    `sees_programs` says that the programs of the host can be seen by their process ids.
    """

    def __init__(
        self, engine: Engine, host_paths: HostPaths, tables: Tables | None, *, sees_programs: bool
    ) -> None:
        self._engine = engine
        self._host_paths = host_paths
        self._tables = tables
        self._sees_programs = sees_programs

    def facts(
        self,
        project: Project,
        credentials: Mapping[str, Credentials] | None = None,
        *,
        asks_always: bool = False,
    ) -> Facts:
        """Look at everything that concerns a project; `credentials` go by the host of a registry.

        With `asks_always` registries are asked about images that are here, too.

        Raises:
            EngineUnavailableError: the engine does not answer.
        """
        info = self._engine.info()
        free, total = self._disk(info)
        return Facts(
            platform=f"linux/{info.architecture}",
            ports=tuple(self._ports(project)),
            images=self._images(project, credentials or {}, asks_always=asks_always),
            paths={
                mount.source: self._kind(Path(mount.source))
                for service in project.services.values()
                for mount in service.volumes or ()
                if mount.type == "bind"
            },
            networks=frozenset(network.name for network in self._engine.networks()),
            volumes=frozenset(volume.name for volume in self._engine.volumes()),
            free_disk_bytes=free,
            total_disk_bytes=total,
            memory_bytes=info.memory_bytes,
            log_driver=info.logging_driver,
        )

    def _ports(self, project: Project) -> Iterator[TakenPort]:
        """Yield the ports that others have: other projects' containers, running or not, and programs."""
        if not any(service.ports for service in project.services.values()):
            return
        published = set()
        for summary in self._engine.containers():
            is_running = summary.state in RUNNING
            for port in summary.ports if is_running else self._ports_of_stopped(summary):
                published.add((port.host_port, port.protocol) if is_running else None)
                if port.host_port and summary.labels.get(PROJECT) != project.name:
                    yield TakenPort(
                        host_ip=port.host_ip,
                        port=port.host_port,
                        protocol=port.protocol,
                        holder=_named(summary),
                        is_running=is_running,
                    )
        yield from self._sockets(published)

    def _ports_of_stopped(self, summary: ContainerSummary) -> tuple[PublishedPort, ...]:
        try:
            return self._engine.container(summary.id).ports
        except NotFoundError:
            # It was removed since the list was made.
            return ()

    def _sockets(self, published: set[tuple[int, str] | None]) -> Iterator[TakenPort]:
        """Yield what other programs hold; the sockets behind published ports are the engine's own."""
        if self._tables is None:
            return
        sockets = [each for each in held(self._tables()) if (each.port, each.protocol) not in published]
        names = owners(frozenset(each.inode for each in sockets)) if self._sees_programs else {}
        for each in sockets:
            name = names.get(each.inode)
            yield TakenPort(
                host_ip=each.host_ip,
                port=each.port,
                protocol=each.protocol,
                holder=f'the program "{name}" on the host' if name else "another program on the host",
            )

    def _images(
        self, project: Project, credentials: Mapping[str, Credentials], *, asks_always: bool
    ) -> dict[str, ImageFact]:
        asked = {
            service.image: service
            for service in project.services.values()
            if service.image and service.build is None
        }
        with ThreadPoolExecutor(ASKED_AT_ONCE) as pool:
            facts = pool.map(
                lambda service: self._image(service, credentials, asks_always=asks_always), asked.values()
            )
            return dict(zip(asked, facts, strict=True))

    def _image(
        self, service: Service, credentials: Mapping[str, Credentials], *, asks_always: bool
    ) -> ImageFact:
        local = self._local(service.image)
        asks = local is None or asks_always or service.pull_policy == "always"
        if service.pull_policy == "never" or not asks:
            problem = None if local is not None else ImageProblem.NOT_FOUND
            return ImageFact(local=local, problem=problem)
        try:
            offered = self._engine.distribution(
                service.image, credentials=credentials.get(registry_of(service.image))
            )
        except NotFoundError:
            return ImageFact(local=local, problem=ImageProblem.NOT_FOUND)
        except EngineError as error:
            if error.code not in tuple(ImageProblem):
                raise
            return ImageFact(local=local, problem=ImageProblem(error.code))
        return ImageFact(local=local, platforms=offered.platforms, digest=offered.digest)

    def _local(self, reference: str) -> LocalImage | None:
        try:
            image = self._engine.image(reference)
        except NotFoundError:
            return None
        return LocalImage(
            platform=f"{image.os}/{image.architecture}",
            volumes=image.volumes,
            has_healthcheck=image.has_healthcheck,
        )

    def _kind(self, source: Path) -> PathKind:
        """Look at the source of a bind, where AppOS can see it."""
        if self._host_paths.in_container and not self._host_paths.covers(source):
            return PathKind.UNKNOWN
        try:
            if not source.exists():
                return PathKind.MISSING
            if not source.is_dir():
                return PathKind.FILE
            with os.scandir(source) as entries:
                return PathKind.EMPTY_DIRECTORY if next(entries, None) is None else PathKind.DIRECTORY
        except PermissionError:
            return PathKind.UNKNOWN

    def _disk(self, info: EngineInfo) -> tuple[int | None, int | None]:
        """Return the free and all bytes of the disk of images and volumes, where AppOS can see it."""
        if self._tables is None or not info.root_dir:
            return None, None
        root = self._host_paths.seen_within(Path(info.root_dir))
        if root is None:
            return None, None
        try:
            usage = shutil.disk_usage(root)
        except OSError:
            return None, None
        return usage.free, usage.total


def registry_of(reference: str) -> str:
    """Return the host of the registry that a reference names.

    Source: distribution/reference: what stands before the first slash is a host if it has a dot or a colon or
    is `localhost`.
    """
    first, slash, _ = reference.partition("/")
    is_host = slash and ("." in first or ":" in first or first == "localhost")
    return first if is_host else DEFAULT_REGISTRY


def _named(summary: ContainerSummary) -> str:
    """Name who has a port, in words for a person."""
    project = summary.labels.get(PROJECT)
    if project is None:
        return f'the container "{summary.name}"'
    return f'the app "{project}" (service {summary.labels.get(SERVICE, summary.name)})'
