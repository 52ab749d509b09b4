"""The directory of one run of Docker Compose, and what a run leaves whose driver was killed.

A run has a directory of its own, readable by its owner alone: Compose's configuration with the credentials of
registries, and files that stand in for others. Its driver holds a lock in it, which the kernel releases
however the driver ends; so a directory without a holder is one of a driver that was killed. Its Compose
may still be at work: it is found by its environment, which names the directory, and ended before anything
else is done.
"""

import base64
import contextlib
import fcntl
import json
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from appos.errors import EngineError

END_SECONDS = 10.0
POLL_SECONDS = 0.02
# The name under which Docker's own registry keeps its credentials. Source: docker login.
DOCKER_HUB = "https://index.docker.io/v1/"
_HUB_NAMES = ("docker.io", "index.docker.io", "registry-1.docker.io", "")


class Login(msgspec.Struct, frozen=True, kw_only=True):
    """Credentials for a registry, which is named by its host, such as `registry.example.com:5000`."""

    registry: str
    username: str
    password: str

    def __repr__(self) -> str:
        """Leave the password out."""
        return f"Login(registry={self.registry!r}, username={self.username!r})"


class Run:
    """One run."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def log_in(self, logins: Sequence[Login]) -> None:
        """Write credentials where Compose reads them. Source: Docker CLI, config.json."""
        auths = {
            DOCKER_HUB if login.registry in _HUB_NAMES else login.registry: {
                "auth": base64.b64encode(f"{login.username}:{login.password}".encode()).decode()
            }
            for login in logins
        }
        write_private(self.directory / "config.json", json.dumps({"auths": auths}).encode())

    def stand_in(self, path: Path, content: bytes) -> bool:
        """Write a file at a path where nothing is, until the run ends; False if something is there.

        Raises:
            EngineError: `compose_unwritable`.
        """
        made = _missing_parents(path)
        note = self.directory / "stand-ins"
        with writing(path):
            with note.open("ab") as file:
                # The one character that no path can have parts them.
                file.writelines(bytes(it) + b"\0" for it in (*made, path) if not os.path.lexists(it))
            if os.path.lexists(path):
                return False
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(path, content)
            return True


class Runs:
    """The runs of one home directory, which several processes may share."""

    def __init__(self, home: Path) -> None:
        self._directory = home / "runs"

    @contextlib.contextmanager
    def new(self) -> Iterator[Run]:
        """Make the directory of a run, and remove it with all that is in it afterwards.

        Raises:
            EngineError: `compose_unwritable`.
        """
        with contextlib.ExitStack() as held:
            with writing(self._directory):
                self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
                made = Path(tempfile.mkdtemp(prefix=".new-", dir=self._directory))
                held.callback(shutil.rmtree, made, ignore_errors=True)
                held.enter_context(_locked(made))
                # Only a directory with a holder has the name of a run: none is taken for an abandoned one.
                directory = made.rename(made.with_name(made.name.replace(".new-", "run-")))
            try:
                yield Run(directory)
            finally:
                _clear(directory)

    def sweep(self) -> None:
        """End and remove what runs have left whose driver was killed.

        Raises:
            EngineError: `compose_failed`: a Compose of such a run does not end.
        """
        with contextlib.suppress(FileNotFoundError):
            for directory in sorted(self._directory.glob("run-*")):
                with _locked(directory) as is_ours:
                    if is_ours:
                        _end_all_of(directory)
                        _clear(directory)


@contextlib.contextmanager
def _locked(directory: Path) -> Iterator[bool]:
    """Try to hold the lock of a run's directory."""
    try:
        descriptor = os.open(directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except FileNotFoundError:
        yield False  # Its driver has just ended it.
        return
    try:
        yield _try_lock(descriptor)
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _clear(directory: Path) -> None:
    """Remove the directory of a run, and what it let stand elsewhere."""
    with contextlib.suppress(FileNotFoundError):
        for noted in reversed((directory / "stand-ins").read_bytes().split(b"\0")[:-1]):
            path = Path(os.fsdecode(noted))
            with contextlib.suppress(OSError):  # A directory that another run has come to use stays.
                path.rmdir() if path.is_dir() else path.unlink()
    shutil.rmtree(directory, ignore_errors=True)


def _end_all_of(directory: Path) -> None:
    """Kill every process whose environment names a run's directory, and wait until none is left."""
    give_up_at = time.monotonic() + END_SECONDS
    while found := processes_of(directory):
        if time.monotonic() > give_up_at:
            raise EngineError(
                f"A Docker Compose of an earlier run does not end: process {found[0]}. End it first.",
                code="compose_failed",
            )
        for pid in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(POLL_SECONDS)


def processes_of(directory: Path) -> list[int]:
    """Return the processes whose `DOCKER_CONFIG` is a directory."""
    wanted = b"\0DOCKER_CONFIG=" + os.fsencode(directory) + b"\0"
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        with contextlib.suppress(OSError):
            if wanted in b"\0" + (entry / "environ").read_bytes():
                found.append(int(entry.name))
    return found


def _missing_parents(path: Path) -> list[Path]:
    """Return the directories above a path that do not exist, the topmost first."""
    return [parent for parent in reversed(path.parents) if not parent.exists()]


def write_private(path: Path, content: bytes) -> None:
    """Write a file that its owner alone may read.

    Raises:
        EngineError: `compose_unwritable`.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
    with writing(path), open(os.open(path, flags, 0o600), "wb") as file:
        file.write(content)


@contextlib.contextmanager
def writing(path: Path | str) -> Iterator[None]:
    """Say of a disk that refuses what is to be done about it.

    Raises:
        EngineError: `compose_unwritable`.
    """
    try:
        yield
    except OSError as error:
        raise EngineError(
            f"AppOS cannot write to {path}, which Docker Compose needs: {error.strerror}. "
            "Make room there, or give AppOS a directory that it may write.",
            code="compose_unwritable",
        ) from error
