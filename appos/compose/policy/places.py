"""Which directories an app may reach: its own, AppOS's, the system's, those of others."""

import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Self

import msgspec

from appos.compose.paths import NATIVE, HostPaths, followed
from appos.compose.policy.models import Rule

# Source: Filesystem Hierarchy Standard 3.0, and where container engines keep what is theirs.
_SYSTEM = tuple(
    Path(path)
    for path in (
        *("/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/lib32", "/lib64", "/libx32", "/proc", "/root"),
        *("/run", "/sbin", "/snap", "/sys", "/usr", "/var/lib/containerd", "/var/lib/containers"),
        *("/var/lib/docker", "/var/lib/dpkg", "/var/lib/kubelet", "/var/lib/rancher", "/var/lib/systemd"),
        *("/var/log", "/var/snap", "/var/spool"),
    )
)
# What says nothing of the host but its time zone and whom the world trusts; only to be read.
_HARMLESS = tuple(
    Path(path)
    for path in (
        *("/etc/localtime", "/etc/timezone", "/usr/share/zoneinfo"),
        *("/etc/ssl/certs", "/usr/share/ca-certificates", "/usr/local/share/ca-certificates"),
    )
)
_SOCKETS = tuple(
    Path(path)
    for path in (
        *("/run/docker.sock", "/run/containerd/containerd.sock", "/run/docker/containerd/containerd.sock"),
        *("/run/podman/podman.sock", "/run/crio/crio.sock", "/run/buildkit/buildkitd.sock"),
        *("/run/k3s/containerd/containerd.sock", "/var/snap/docker/common/run/docker.sock"),
    )
)
_SOCKET_NAME = re.compile(
    r"(docker([.-]raw)?|podman|containerd|crio|cri-dockerd|buildkitd|balena-engine)\.sock"
)
# Where a user's own engine has its socket. Source: rootless mode of Docker and of Podman.
_USERS_SOCKETS = re.compile(r"/run/user(/[^/]+(/podman)?)?|/(root|home/[^/]+)/\.docker(/(run|desktop))?")
# Links that every distribution has; the host's own cannot be read from within a container.
_ALIASES = {"/var/run": "/run", "/var/lock": "/run/lock"}

_WORST_FIRST = (Rule.APPOS_DATA, Rule.ENGINE_SOCKET, Rule.HOST_PATH, Rule.UNCLEAR_PATH, Rule.OUTSIDE_PATH)


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """Where an app's own directory and AppOS's data lie, each as AppOS sees it and on the host.

    `volumes` and `sockets` are AppOS's own: the volumes that it mounts, and how it reaches its engine, which
    keeps all containers and volumes in `engine_root`.
    """

    directories: tuple[Path, ...]
    data: tuple[Path, ...] = ()
    volumes: frozenset[str] = frozenset()
    sockets: tuple[Path, ...] = ()
    engine_root: Path = Path("/var/lib/docker")
    host_paths: HostPaths = NATIVE

    @classmethod
    def of(
        cls,
        directory: Path,
        data_dir: Path,
        host_paths: HostPaths = NATIVE,
        sockets: tuple[Path, ...] = (),
        engine_root: str = "",
    ) -> Self:
        """Work out all places from an app's directory and AppOS's data directory, as AppOS sees them."""
        return cls(
            directories=_spelt(directory, host_paths),
            data=_spelt(data_dir, host_paths),
            volumes=frozenset(mount.volume for mount in host_paths.mounts if mount.volume),
            sockets=sockets,
            engine_root=Path(engine_root or "/var/lib/docker"),
            host_paths=host_paths,
        )

    def rule(self, path: str, *, read_only: bool = False, on_host: bool = False) -> Rule | None:
        """Return the worst rule that reaching a path breaks; None for the app's own, and for harmless ones.

        The path counts as it is written and with its symbolic links followed. With `on_host` it is one that
        the engine tells; links of the host are followed where AppOS sees them.
        """
        broken: set[Rule | None] = set()
        if not PurePosixPath(path).is_absolute():
            # Who takes it decides where it begins; an engine, as most services, is in the root directory.
            broken.add(Rule.UNCLEAR_PATH)
            path = f"/{path}"
        broken |= {self._rule(spelling, read_only) for spelling in self._spellings(path, on_host)}
        return next((rule for rule in _WORST_FIRST if rule in broken), None)

    def _spellings(self, path: str, on_host: bool) -> Iterator[Path]:
        """Yield the path as it is written, and what it leads to."""
        yield plain(path)
        inside = self.host_paths.inside_path(Path(path)) if on_host else Path(path)
        if inside is not None:
            yield real(inside)

    def _rule(self, path: Path, read_only: bool) -> Rule | None:
        """Return the worst rule that one spelling of a path breaks."""
        if any(self._opens(path, data) for data in self.data):
            return Rule.APPOS_DATA
        if any(socket.is_relative_to(path) for socket in (*_SOCKETS, *self.sockets)):
            return Rule.ENGINE_SOCKET
        if read_only and any(path.is_relative_to(harmless) for harmless in _HARMLESS):
            return None
        is_own = self._own(path) is not None
        if _is_socket(path) and not is_own:
            return Rule.ENGINE_SOCKET
        if any(self._opens(path, system) for system in (*_SYSTEM, self.engine_root)):
            return Rule.HOST_PATH
        return None if is_own else Rule.OUTSIDE_PATH

    def _opens(self, path: Path, directory: Path) -> bool:
        """Say whether a path lies around a directory, or in it and not in the app's own beneath it."""
        if directory.is_relative_to(path):
            return True
        own = self._own(path)
        is_beneath = own is not None and own != directory and own.is_relative_to(directory)
        return path.is_relative_to(directory) and not is_beneath

    def _own(self, path: Path) -> Path | None:
        """Return the app's directory that a path lies in."""
        return next((own for own in self.directories if path.is_relative_to(own)), None)


def real(path: str | Path) -> Path:
    """Follow the symbolic links of a path, as far as they can be read."""
    return plain(str(followed(Path(path))))


def plain(path: str) -> Path:
    """Take dots, doubled slashes and well-known links out of a path, by its letters."""
    text = "/" + os.path.normpath(path).lstrip("/")
    for alias, real in _ALIASES.items():
        if text == alias or text.startswith(alias + "/"):
            text = real + text.removeprefix(alias)
    return Path(text)


def _is_socket(path: Path) -> bool:
    """Say whether a path is an engine's socket by its name, or a directory where users have theirs."""
    return _SOCKET_NAME.fullmatch(path.name) is not None or _USERS_SOCKETS.fullmatch(str(path)) is not None


def _spelt(path: Path, host_paths: HostPaths) -> tuple[Path, ...]:
    """Return the spellings of a directory that AppOS sees: as given, with links followed, and on the host."""
    target = real(path)
    found = (plain(str(path)), target, host_paths.host_path(path), host_paths.host_path(target))
    return tuple(dict.fromkeys(spelling for spelling in found if spelling is not None))
