"""A shell beside AppOS: in its container, or on the machine where it was started without one."""

import fcntl
import os
import select
import shutil
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from appos.errors import ConflictError, NotFoundError

PROC = Path("/proc")
SHELLS = ("bash", "ash", "sh")
CHUNK_BYTES = 64 << 10
# How often whoever waits for the terminal looks whether it was closed.
LOOK_SECONDS = 0.5
END_SECONDS = 0.3
ROUNDS = (signal.SIGHUP, signal.SIGKILL, signal.SIGKILL, signal.SIGKILL)


def find_shell(wanted: str = "") -> str:
    """Return the path of the shell that is wanted, else of the best that there is.

    Raises:
        NotFoundError: `no_shell`.
    """
    found = next((path for name in ([wanted] if wanted else SHELLS) if (path := shutil.which(name))), None)
    if found is None:
        raise NotFoundError(f"AppOS has no {wanted or 'shell'} beside it.", code="no_shell")
    return found


class LocalShell:
    """A program at a terminal of its own; what its methods promise stands in `engine.streams.ExecSession`.

    Its descriptor is given back at the end of the `with` block, when nobody reads or writes any more.
    """

    def __init__(self, argv: Sequence[str], env: Mapping[str, str], workdir: str) -> None:
        self._is_closed = False
        self._terminal, inner = os.openpty()
        try:
            self._process = subprocess.Popen(  # noqa: S603 - an argument list, no shell
                list(argv),
                stdin=inner,
                stdout=inner,
                stderr=inner,
                env=dict(env),
                cwd=workdir or None,
                preexec_fn=_take_terminal,
            )
        except OSError as error:
            os.close(self._terminal)
            raise NotFoundError(f"{argv[0]} cannot be started: {error.strerror}.", code="no_shell") from error
        finally:
            os.close(inner)
        os.set_blocking(self._terminal, False)

    def read(self) -> bytes:
        """Wait for what it writes."""
        while not self._is_closed:
            try:
                return os.read(self._terminal, CHUNK_BYTES)
            except BlockingIOError:
                select.select([self._terminal], [], [], LOOK_SECONDS)
            except OSError:
                # So Linux tells that nobody is left at the terminal.
                return b""
        return b""

    def write(self, data: bytes) -> None:
        """Write to its input."""
        left = memoryview(data)
        while left and not self._is_closed:
            try:
                left = left[os.write(self._terminal, left) :]
            except BlockingIOError:
                select.select([], [self._terminal], [], LOOK_SECONDS)
            except OSError as error:
                raise ConflictError("The shell takes no more input.", code="exec_closed") from error

    def half_close(self) -> None:
        """End its input, as ctrl-d does."""
        self.write(b"\x04")

    def resize(self, columns: int, rows: int) -> None:
        """Tell its terminal the size. Source: ioctl_tty(2), TIOCSWINSZ."""
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def exit_code(self) -> int | None:
        """Tell how it ended; after a signal, as a shell tells it."""
        code = self._process.poll()
        return 128 - code if code is not None and code < 0 else code

    def close(self) -> None:
        """End a read or a write that waits."""
        self._is_closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        # The shell, and what it runs in the foreground, are told by this that the terminal has gone.
        os.close(self._terminal)
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def end_marked(marks: Collection[str], proc: Path = PROC) -> None:
    """End every process whose environment holds one of these `NAME=value`, and all of their sessions."""
    sessions: set[int] = set()
    for number in ROUNDS:
        found = set(_marked(marks, proc))
        sessions |= {session for pid in found if (session := _session(proc / str(pid))) > 1}
        found |= {pid for pid in _pids(proc) if _session(proc / str(pid)) in sessions}
        found -= {1, os.getpid()}
        if not found:
            return
        for pid in found:
            _kill(pid, number)
        time.sleep(END_SECONDS / 3)


def _marked(marks: Collection[str], proc: Path) -> Iterator[int]:
    wanted = {mark.encode() for mark in marks}
    for pid in _pids(proc):
        try:
            environment = (proc / str(pid) / "environ").read_bytes()
        except OSError:
            # It has ended, or is somebody else's.
            continue
        if not wanted.isdisjoint(environment.split(b"\0")):
            yield pid


def _pids(proc: Path) -> list[int]:
    return [int(entry.name) for entry in proc.iterdir() if entry.name.isdecimal()]


def _session(process: Path) -> int:
    """Return the session of a process; 0 for one that has ended. Source: proc(5), stat."""
    try:
        fields = (process / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return 0
    return 0 if fields[0] == "Z" else int(fields[3])


def _kill(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        # It has ended meanwhile, or is root's by now.
        return


def _take_terminal() -> None:
    """Begin a session whose terminal this is. Source: ioctl_tty(2), TIOCSCTTY.

    gevent's Popen would begin one itself, but only after this.
    """
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
