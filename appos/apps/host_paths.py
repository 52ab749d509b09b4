"""Where AppOS's own mounts lie on the host: what inspecting its container tells."""

import contextlib
from pathlib import Path

from appos.compose.paths import NATIVE, HostPaths, Mounted, is_bind
from appos.engine.models import Container, MountPoint, Volume
from appos.engine.own_container import own_container
from appos.engine.port import Engine
from appos.errors import NotFoundError


def host_paths(engine: Engine) -> HostPaths:
    """Find AppOS's own container and where its mounts lie; `NATIVE` when it runs in none of this engine's.

    Raises:
        EngineUnavailableError: The engine does not answer (`engine_unavailable`).
    """
    container = own_container(engine)
    return NATIVE if container is None else paths_of(container, _volumes(engine, container))


def paths_of(container: Container, volumes: dict[str, Volume]) -> HostPaths:
    """Read where the mounts of a container lie on the host; `volumes` are those that it mounts, by name."""
    return HostPaths(
        in_container=True,
        mounts=tuple(
            Mounted(
                inside=Path(mount.target),
                on_host=_on_host(container, mount, volumes.get(mount.name)),
                kind=mount.type,
                volume=mount.name,
                read_only=mount.read_only,
            )
            for mount in container.mounts
        ),
    )


def _on_host(container: Container, mount: MountPoint, volume: Volume | None) -> Path | None:
    """Return where a mount lies on the host, None where it lies on no disk of it."""
    if mount.type not in ("bind", "volume") or not mount.source:
        return None
    source = Path(mount.source)
    # The directory of a volume that binds another one is filled only while a container uses the volume, so an
    # app that an engine starts before AppOS would find it empty.
    if volume is not None and is_bind(volume.driver, volume.options):
        source = Path(volume.options["device"])
    return source / _subpath(container, mount.target)


def _subpath(container: Container, target: str) -> str:
    """Return the part of a volume that is mounted; the engine tells it in HostConfig alone."""
    for mount in container.host_config.get("Mounts") or ():
        if mount.get("Target") == target:
            return str((mount.get("VolumeOptions") or {}).get("Subpath") or "")
    return ""


def _volumes(engine: Engine, container: Container) -> dict[str, Volume]:
    """Ask for the volumes that a container mounts.

    One that was removed by force under the container is left out: its directory is all that is known of it.
    """
    volumes = {}
    for mount in container.mounts:
        if mount.type == "volume":
            with contextlib.suppress(NotFoundError):
                volumes[mount.name] = engine.volume(mount.name)
    return volumes
