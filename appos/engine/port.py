"""What AppOS asks of a Docker Engine."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from appos.engine.models import (
    Change,
    Container,
    ContainerSummary,
    Credentials,
    Definition,
    DiskUsage,
    Distribution,
    EngineInfo,
    Event,
    ExecResult,
    Image,
    LogLine,
    Network,
    Prunable,
    Pruned,
    PullProgress,
    Stats,
    Volume,
)
from appos.engine.streams import ExecSession, Stream


class Containers(Protocol):
    """Containers. Where one is named, its id, the start of its id or its name will do.

    Every method that names one raises `NotFoundError` (`container_not_found`), and `ConflictError`
    (`conflict`) where its state forbids what is asked.
    """

    def containers(
        self, *, labels: Mapping[str, str] | None = None, all: bool = True
    ) -> list[ContainerSummary]:
        """Return the containers that have all these labels (a value of "" stands for any), in one question.

        Without `all` only those that run.
        """
        ...

    def container(self, container: str) -> Container:
        """Return all that is known of a container."""
        ...

    def definition(self, container: str) -> Definition:
        """Return how it was made, with what may be secret of it."""
        ...

    def start(self, container: str) -> None:
        """Start it; one that runs is left alone."""
        ...

    def stop(self, container: str, *, timeout_seconds: int | None = None) -> None:
        """Ask it to end, and kill it after the timeout; one that is stopped is left alone.

        By default it has the time that it was made with (`stop_grace_period` in a Compose file), else 10 s.
        """
        ...

    def restart(self, container: str, *, timeout_seconds: int | None = None) -> None:
        """Stop it and start it."""
        ...

    def kill(self, container: str, *, signal: str = "SIGKILL") -> None:
        """Send a signal to its first process."""
        ...

    def pause(self, container: str) -> None:
        """Freeze its processes."""
        ...

    def unpause(self, container: str) -> None:
        """Let its processes go on."""
        ...

    def rename(self, container: str, name: str) -> None:
        """Give it another name."""
        ...

    def set_restart(self, container: str, policy: str) -> None:
        """Change when the engine starts it again: `no`, `always`, `unless-stopped`, `on-failure[:N]`."""
        ...

    def remove_container(self, container: str, *, force: bool = False, volumes: bool = False) -> None:
        """Remove it: with `force` also while it runs, with `volumes` also its anonymous volumes."""
        ...

    def changes(self, container: str) -> list[Change]:
        """Return what its writable layer holds beyond its image."""
        ...

    def logs(
        self,
        container: str,
        *,
        follow: bool = False,
        tail: int | None = None,
        since: float = 0,
        timestamps: bool = False,
    ) -> Stream[LogLine]:
        """Read what it wrote: the last `tail` lines (None: all), since a time in Unix seconds.

        Lines have their `time` with `timestamps`. A line longer than 256 KiB comes in pieces.
        """
        ...

    def stats(self, container: str) -> Stream[Stats]:
        """Read what it uses, about every second. Nothing comes while it is stopped."""
        ...

    def exec_run(
        self,
        container: str,
        argv: Sequence[str],
        *,
        user: str = "",
        env: Mapping[str, str] | None = None,
        workdir: str = "",
        stdin: bytes = b"",
        privileged: bool = False,
    ) -> ExecResult:
        """Run a command in a running container, and wait for its end; its output is kept in memory.

        A command that is not there ends with 126 or 127, as in a shell. With `privileged` it may do to the
        container's processes what the container itself may not.
        """
        ...

    def exec_open(
        self,
        container: str,
        argv: Sequence[str],
        *,
        tty: bool = False,
        user: str = "",
        env: Mapping[str, str] | None = None,
        workdir: str = "",
    ) -> ExecSession:
        """Run a command in a running container, and stay connected to it."""
        ...

    def run_once(
        self, image: str, argv: Sequence[str], *, network: str = "none", timeout_seconds: float = 30
    ) -> ExecResult:
        """Run a command in a container of its own, and remove that, however this ends.

        The image is one that the engine has; its entrypoint does not matter. The container is in the network
        of that name, such as host, writes nothing to its image and has no privileges.

        Raises:
            NotFoundError: image or network is not there (`image_not_found`, `network_not_found`).
            InvalidError: the image has no such program (`engine_invalid`).
            EngineError: it did not end in time (`run_timeout`).
        """
        ...


class Images(Protocol):
    """Images, and registries as the engine sees them.

    Every method that names an image raises `NotFoundError` (`image_not_found`). Those that ask a registry
    raise `EngineError` with `registry_denied` (it wants other credentials, or hides what is not there) and
    `registry_unreachable`; only credentials that are given are used, never those of a file.
    """

    def images(self) -> list[Image]:
        """Return the images; platform, volumes, ports and health check are told by `image` alone."""
        ...

    def image(self, ref: str) -> Image:
        """Return all that is known of an image, by its reference or id."""
        ...

    def pull(
        self, ref: str, *, platform: str = "", credentials: Credentials | None = None
    ) -> Stream[PullProgress]:
        """Pull an image while the stream is read; closing it ends the pull. `image` tells its digest then.

        `platform` is such as linux/arm64, by default the engine's. A reference without a tag is `latest`.
        Errors, of the image and the registry too, come while it is read.
        """
        ...

    def tag(self, image: str, ref: str) -> None:
        """Give an image another reference, which may be another image's until now."""
        ...

    def remove_image(self, ref: str, *, force: bool = False) -> None:
        """Remove a reference, and the image with its last one.

        Raises:
            ConflictError: a container uses it (`in_use`).
        """
        ...

    def distribution(self, ref: str, *, credentials: Credentials | None = None) -> Distribution:
        """Ask the registry what a reference stands for, without pulling it."""
        ...

    def check_credentials(self, credentials: Credentials) -> None:
        """Sign in to a registry; nothing is kept.

        Raises:
            EngineError: it refuses them (`registry_denied`), or is not reached (`registry_unreachable`).
        """
        ...


class Volumes(Protocol):
    """Volumes. Every method that names one raises `NotFoundError` (`volume_not_found`)."""

    def volumes(self, *, labels: Mapping[str, str] | None = None) -> list[Volume]:
        """Return the volumes that have all these labels."""
        ...

    def volume(self, name: str) -> Volume:
        """Return a volume."""
        ...

    def create_volume(
        self,
        name: str,
        *,
        driver: str = "local",
        labels: Mapping[str, str] | None = None,
        options: Mapping[str, str] | None = None,
    ) -> Volume:
        """Create a volume; one of that name and driver is returned as it is."""
        ...

    def remove_volume(self, name: str) -> None:
        """Remove a volume and its data.

        Raises:
            ConflictError: a container uses it (`in_use`).
        """
        ...


class Networks(Protocol):
    """Networks. Every method that names one, by name or id, raises `NotFoundError` (`network_not_found`)."""

    def networks(self, *, labels: Mapping[str, str] | None = None) -> list[Network]:
        """Return the networks that have all these labels; who is on them is told by `network` alone."""
        ...

    def network(self, network: str) -> Network:
        """Return a network, and the ids of the running containers on it."""
        ...

    def create_network(
        self,
        name: str,
        *,
        driver: str = "bridge",
        internal: bool = False,
        labels: Mapping[str, str] | None = None,
        options: Mapping[str, str] | None = None,
    ) -> Network:
        """Create a network.

        Raises:
            ConflictError: one of that name exists (`conflict`).
        """
        ...

    def remove_network(self, network: str) -> None:
        """Remove a network.

        Raises:
            ConflictError: a container is on it (`in_use`), or it is the engine's own (`conflict`).
        """
        ...

    def connect(
        self, network: str, container: str, *, aliases: Sequence[str] = (), addresses: Sequence[str] = ()
    ) -> None:
        """Put a container on a network; `addresses` are the IPv4 and the IPv6 address that it shall have.

        Raises:
            NotFoundError: either is not there (`network_not_found`, `container_not_found`).
            ConflictError: it is on it (`conflict`).
        """
        ...

    def disconnect(self, network: str, container: str, *, force: bool = False) -> None:
        """Take a container off a network.

        Raises:
            NotFoundError: either is not there (`network_not_found`, `container_not_found`).
            ConflictError: it is not on it (`conflict`).
        """
        ...


class Engine(Containers, Images, Volumes, Networks, Protocol):
    """A Docker Engine.

    Every method raises `EngineUnavailableError` (`engine_unavailable`) when the engine does not answer,
    `InvalidError` (`engine_invalid`) when it cannot read what is asked, and `EngineError` (`engine_failed`)
    when it refuses. No error holds a value of an environment or a password.
    """

    def info(self) -> EngineInfo:
        """Return what the engine says of itself."""
        ...

    def events(
        self,
        *,
        since: float = 0,
        until: float = 0,
        filters: Mapping[str, Sequence[str]] | None = None,
    ) -> Stream[Event]:
        """Read what happens from now on, or from `since`; up to `until`, or for ever. Both are Unix seconds.

        What happens after this returns is told, however late one begins to read. `filters` are the engine's
        own, such as `{"type": ["container"], "label": ["com.docker.compose.project=wiki"]}`.

        Source: Docker Engine API, SystemEvents.
        """
        ...

    def disk_usage(self) -> DiskUsage:
        """Return what images, containers, volumes and the build cache take; this may last a minute."""
        ...

    def prune(self, what: Prunable, *, all: bool = False, labels: Mapping[str, str] | None = None) -> Pruned:
        """Remove what is unused: stopped containers, networks without containers, build cache.

        Of images only those without a tag and of volumes only anonymous ones, unless `all`. Only what has all
        these labels is removed; the build cache has none.
        """
        ...

    def close(self) -> None:
        """Give back the connections."""
        ...
