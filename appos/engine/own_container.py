"""Which container AppOS itself runs in, if any."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from appos.engine.models import Container
from appos.errors import InvalidError, NotFoundError

PROC = Path("/proc/self")

# The engine mounts files that it keeps beside the container: /var/lib/docker/containers/<id>/hostname.
_MOUNTED_ID = re.compile(r"containers/([0-9a-f]{64})/")
_OWN_FILES = ("/etc/hostname", "/etc/hosts", "/etc/resolv.conf")
# Source: cgroups(7); with version 2 in a namespace of its own the file says nothing but `0::/`.
_CGROUP_ID = re.compile(r"(?<![0-9a-f])([0-9a-f]{64})(?![0-9a-f])")
_HOSTNAME_ID = re.compile(r"[0-9a-f]{12}|[0-9a-f]{64}")


class Inspects(Protocol):
    """The part of an engine that is asked."""

    def container(self, id: str, /) -> Container:
        """Inspect a container; raises `NotFoundError` where there is none."""
        ...


def own_container(engine: Inspects, *, proc: Path = PROC, hostname: str | None = None) -> Container | None:
    """Return the container that this process runs in, None when it runs in none of this engine's.

    Whatever names a container is asked of the engine and compared with the mounts that this process sees, so
    a host that has the name of somebody's container is not taken for it.

    Raises:
        EngineUnavailableError: The engine does not answer (`engine_unavailable`).
    """
    mountinfo = _text(proc / "mountinfo")
    seen = tuple(_mounts(mountinfo))
    name = socket.gethostname() if hostname is None else hostname
    for candidate in _candidates(mountinfo, _text(proc / "cgroup"), name):
        try:
            container = engine.container(candidate)
        except (NotFoundError, InvalidError):
            continue
        if is_ours(container, seen):
            return container
    return None


def is_ours(container: Container, seen: tuple[tuple[str, str], ...]) -> bool:
    """Say whether a container is the one whose mounts a process sees.

    `seen` are pairs of root and mount point. The files that the engine mounts from the container's own
    directory prove it. Where they are not to be seen, there has to be a mount, and each has to be where the
    engine says that it is.
    """
    if container.state != "running":
        return False
    if any(f"containers/{container.id}/" in root and point in _OWN_FILES for root, point in seen):
        return True
    mounts = [mount for mount in container.mounts if mount.type in ("bind", "volume")]
    return bool(mounts) and all(
        any(point == mount.target and mount.source.endswith(root.rstrip("/")) for root, point in seen)
        for mount in mounts
    )


def _candidates(mountinfo: str, cgroup: str, hostname: str) -> Iterator[str]:
    """Yield what may be the id of this container, the surest first, each once."""
    found = [*_MOUNTED_ID.findall(mountinfo), *_CGROUP_ID.findall(cgroup)]
    if _HOSTNAME_ID.fullmatch(hostname):
        found.append(hostname)
    yield from dict.fromkeys(found)


def _mounts(mountinfo: str) -> Iterator[tuple[str, str]]:
    """Yield root and mount point of each line.

    Source: proc(5), /proc/pid/mountinfo; fields 4 and 5, with octal escapes for spaces and the like.
    """
    for line in mountinfo.splitlines():
        fields = line.split(" ")
        if len(fields) > 5:
            yield _unescaped(fields[3]), _unescaped(fields[4])


def _unescaped(field: str) -> str:
    """Read the octal escapes of a field."""
    return re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), field)


def _text(path: Path) -> str:
    """Read a file of /proc, "" where there is none."""
    try:
        return path.read_text(errors="surrogateescape")
    except OSError:
        return ""
