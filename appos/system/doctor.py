"""What AppOS needs of its machine, looked at part by part, each with the cure where it is missing."""

import contextlib
import os
import shutil
import socket
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec

from appos.compose.paths import HostPaths
from appos.config import Config
from appos.engine.models import EngineInfo
from appos.engine.port import Engine
from appos.errors import AppOSError
from appos.system.disk import is_low, size_text
from appos.system.models import Health

# The oldest API that AppOS and the Docker Compose that it brings are tested with.
OLDEST_API = (1, 41)
ANSWER_SECONDS = 1.0
UNIX = "unix://"


class Look(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One part: how it is, a sentence on that, and what to do about it, "" where nothing is to be done."""

    part: str
    state: Health
    message: str
    cure: str = ""


class Doctor:
    """Looks at a machine; it changes nothing.

    `compose` finds and checks Docker Compose and returns its path and version; `host_paths` finds where
    AppOS's mounts lie on the host.
    """

    def __init__(
        self,
        config: Config,
        engine: Engine,
        compose: Callable[[], tuple[Path, str]],
        host_paths: Callable[[], HostPaths],
    ) -> None:
        self._config = config
        self._engine = engine
        self._compose = compose
        self._host_paths = host_paths

    def looks(self) -> tuple[Look, ...]:
        """Look at every part, in the order in which one would mend them."""
        info, engine = self._engine_look()
        return (
            engine,
            self._compose_look(),
            self._data_look(),
            self._permissions_look(),
            *self._disk_looks(info),
            self._paths_look(info),
            self._port_look(),
        )

    def _engine_look(self) -> tuple[EngineInfo | None, Look]:
        try:
            info = self._engine.info()
        except AppOSError as error:
            return None, Look(
                part="engine", state=Health.FAILED, message=error.message, cure=self._engine_cure()
            )
        message = f"Docker {info.version} answers at {self._config.docker_host} with API {info.api_version}."
        if _numbers(info.api_version) < OLDEST_API:
            return info, Look(
                part="engine",
                state=Health.WARNING,
                message=message,
                cure="Update Docker: AppOS is tested with engines from 20.10 on.",
            )
        return info, Look(part="engine", state=Health.OK, message=message)

    def _engine_cure(self) -> str:
        host = self._config.docker_host
        path = Path(host.removeprefix(UNIX))
        if not host.startswith(UNIX):
            return f"Look whether an engine listens at {host}, or set DOCKER_HOST."
        if not path.exists():
            return (
                f"Start Docker (systemctl start docker); in a container, mount its socket: -v {path}:{path}. "
                "Or set DOCKER_HOST."
            )
        if not os.access(path, os.R_OK | os.W_OK):
            group = path.stat().st_gid
            return f"Let AppOS use {path}: run it as root, or in the socket's group (id {group})."
        return "Look at Docker's own log (journalctl -u docker)."

    def _compose_look(self) -> Look:
        try:
            path, version = self._compose()
        except AppOSError as error:
            return Look(
                part="compose",
                state=Health.FAILED,
                message=error.message,
                cure="Install AppOS again, or name a Docker Compose in COMPOSE_BINARY.",
            )
        whose = (
            "the one that COMPOSE_BINARY names" if self._config.compose_binary else "checked by its checksum"
        )
        return Look(part="compose", state=Health.OK, message=f"Docker Compose {version} at {path}, {whose}.")

    def _data_look(self) -> Look:
        directory = self._config.data_dir
        existing = next(path for path in (directory, *directory.parents) if path.exists())
        try:
            with tempfile.TemporaryFile(dir=existing) as file:
                file.write(b"\0")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            return Look(
                part="data",
                state=Health.FAILED,
                message=f"The data directory {directory} cannot be written: {error.strerror}.",
                cure="Give AppOS a directory that it may write, or set APPOS_DATA.",
            )
        if existing != directory:
            return Look(
                part="data",
                state=Health.WARNING,
                message=f"The data directory {directory} does not exist yet; AppOS makes it when it starts.",
                cure="Start AppOS, or set APPOS_DATA if its data is elsewhere.",
            )
        return Look(part="data", state=Health.OK, message=f"The data directory {directory} takes writes.")

    def _permissions_look(self) -> Look:
        directory = self._config.data_dir / "pb_data"
        if not directory.exists():
            return Look(part="permissions", state=Health.OK, message="There are no databases yet.")
        open_to = [
            path
            for path in (directory, *sorted(directory.glob("*.db*")))
            if path.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH)
        ]
        if open_to and _is_open(directory):
            return Look(
                part="permissions",
                state=Health.WARNING,
                message=f"Every user of this machine may read {open_to[0]}.",
                cure=f"chmod -R o-rwx {directory}",
            )
        return Look(part="permissions", state=Health.OK, message="Only AppOS's user may read its databases.")

    def _disk_looks(self, info: EngineInfo | None) -> tuple[Look, ...]:
        places = [("disk", self._config.data_dir)]
        images = None if info is None else self._engine_root(info)
        if images is not None:
            places.append(("engine disk", images))
        return tuple(_disk_look(part, path) for part, path in places if _exists(path))

    def _engine_root(self, info: EngineInfo) -> Path | None:
        """Return where this process sees the disk of images and volumes, None where it does not."""
        if not info.root_dir or not self._config.docker_host.startswith(UNIX):
            return None
        try:
            return self._host_paths().seen_within(Path(info.root_dir))
        except AppOSError:
            return None

    def _paths_look(self, info: EngineInfo | None) -> Look:
        if info is None:
            return Look(
                part="paths",
                state=Health.WARNING,
                message="Where files lie on the host cannot be found out while the engine does not answer.",
                cure="Mend the engine first.",
            )
        paths, directory = self._host_paths(), self._config.data_dir
        if not paths.in_container:
            return Look(
                part="paths",
                state=Health.OK,
                message="AppOS runs on the host itself: paths mean the same to both.",
            )
        on_host = paths.host_path(directory)
        if on_host is None:
            return Look(
                part="paths",
                state=Health.FAILED,
                message=f"{directory} is in AppOS's container alone: it goes with it, and no app mounts it.",
                cure=f"Run the container with a volume there: -v appos_data:{directory}",
            )
        return Look(part="paths", state=Health.OK, message=f"{directory} is {on_host} on the host.")

    def _port_look(self) -> Look:
        host, _, port = self._config.bind.rpartition(":")
        address = (host.strip("[]"), int(port))
        with contextlib.closing(socket.socket(_family(address[0]), socket.SOCK_STREAM)) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind(address)
            except OSError as error:
                if _is_appos(address):
                    return Look(
                        part="port", state=Health.OK, message=f"AppOS answers at {self._config.bind}."
                    )
                return Look(
                    part="port",
                    state=Health.FAILED,
                    message=f"AppOS could not listen at {self._config.bind}: {error.strerror}.",
                    cure="End the program that listens there (ss -ltnp names it), or set HTTP_PORT.",
                )
        return Look(part="port", state=Health.OK, message=f"{self._config.bind} is free; AppOS does not run.")


def _disk_look(part: str, path: Path) -> Look:
    usage = shutil.disk_usage(path)
    low = is_low(usage.free, usage.total)
    return Look(
        part=part,
        state=Health.WARNING if low else Health.OK,
        message=f"{size_text(usage.free)} of {size_text(usage.total)} are free at {path}.",
        cure="Remove images and volumes that are not needed any more, or give it a larger disk."
        if low
        else "",
    )


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except PermissionError:
        return False


def _is_open(directory: Path) -> bool:
    """Whether others may enter a directory and all above it."""
    return all(path.stat().st_mode & stat.S_IXOTH for path in (directory, *directory.parents))


def _is_appos(address: tuple[str, int]) -> bool:
    """Ask whoever listens for AppOS's health."""
    try:
        with socket.create_connection(address, ANSWER_SECONDS) as connection:
            connection.settimeout(ANSWER_SECONDS)
            connection.sendall(b"GET /api/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return b" 200 " in connection.recv(64)
    except OSError:
        return False


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())
