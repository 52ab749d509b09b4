"""Runs a program: its output as it comes, a deadline, and an end that leaves no process of its group behind.

Everything here works under gevent, whose patched `subprocess` and `select` let other greenlets run
meanwhile, and without it.
"""

import contextlib
import os
import resource
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from enum import Enum, auto
from pathlib import Path
from types import TracebackType

import msgspec

from appos.errors import EngineError

# How long a program that was told to stop may take before it is killed.
GRACE_SECONDS = 5.0
# How often a running program is looked at while it says nothing.
TICK_SECONDS = 0.25
CHUNK_BYTES = 64 << 10


class Cancel:
    """Stops what runs under it, and all that would run under it later.

    `set()` may be called from any greenlet, thread or signal handler. `asked` is another way to say the same:
    it is asked four times a second.
    """

    def __init__(self, asked: Callable[[], bool] = lambda: False) -> None:
        self._asked = asked
        self._is_set = False
        self._running: tuple[subprocess.Popen[bytes], ...] = ()

    def set(self) -> None:
        """Tell what runs to stop, and start nothing more."""
        self._is_set = True
        for process in self._running:
            _signal(process, signal.SIGTERM)

    def is_set(self) -> bool:
        """Whether it was said."""
        return self._is_set or self._asked()

    def check(self) -> None:
        """Go on only if it was not said.

        Raises:
            EngineError: `compose_cancelled`.
        """
        if self.is_set():
            raise EngineError("Docker Compose was told to stop.", code="compose_cancelled")

    @contextlib.contextmanager
    def over(self, process: "subprocess.Popen[bytes]") -> Iterator[None]:
        """Let `set` stop a process."""
        self._running = (*self._running, process)
        try:
            yield
        finally:
            self._running = tuple(it for it in self._running if it is not process)


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """What is run. `deadline_seconds` is how long it may take, None for as long as it wants.

    `most_bytes` is how much memory it may take, None for as much as there is.
    """

    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    directory: Path
    deadline_seconds: float | None = None
    most_bytes: int | None = None

    def __repr__(self) -> str:
        """Leave the environment out: its values may be secret."""
        return f"Command(arguments={self.arguments!r}, directory={self.directory})"


class Source(Enum):
    """Which of its outputs a program wrote to."""

    OUTPUT = auto()
    MESSAGES = auto()


class Running:
    """A program that runs, from entering to leaving; leaving ends its whole process group.

    Raises, while it is read:
        EngineError: `compose_cancelled`, `compose_timeout`, or `compose_missing` if it cannot be started.
    """

    def __init__(self, command: Command, cancel: Cancel) -> None:
        self._command = command
        self._cancel = cancel
        self._process: subprocess.Popen[bytes]
        self._leaving = contextlib.ExitStack()
        self._kill_at: float | None = None
        limit = command.deadline_seconds
        self._deadline = None if limit is None else time.monotonic() + limit
        self._is_late = False

    def __enter__(self) -> "Running":
        self._cancel.check()
        try:
            self._process = subprocess.Popen(  # noqa: S603 - an argument list, no shell
                self._command.arguments,
                env=dict(self._command.environment),
                cwd=self._command.directory,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                # A group of its own, that can be ended as one; and Ctrl-C in a terminal is ours to pass on.
                start_new_session=True,
            )
        except OSError as error:
            raise EngineError(
                f"{self._command.arguments[0]} cannot be run in {self._command.directory}: {error.strerror}.",
                code="compose_missing",
            ) from error
        self._leaving.enter_context(self._cancel.over(self._process))
        self._limit_memory()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._end()
        finally:
            self._leaving.close()
            for stream in (self._process.stdout, self._process.stderr):
                if stream is not None:
                    stream.close()

    def read(self) -> Iterator[tuple[Source, bytes]]:
        """Yield what the program writes until it ends; then say why it ended early, if we ended it."""
        pipes = {Source.OUTPUT: self._process.stdout, Source.MESSAGES: self._process.stderr}
        sources = {pipe.fileno(): source for source, pipe in pipes.items() if pipe is not None}
        poll = select.poll()
        for descriptor in sources:
            poll.register(descriptor, select.POLLIN | select.POLLHUP)
        while sources:
            # Asked before the pipes are looked at: what it wrote before it ended is there by then.
            has_ended = self._process.poll() is not None
            ready = poll.poll(0 if has_ended else self._tick() * 1000)
            for descriptor, _ in ready:
                chunk = _read(descriptor)
                if chunk:
                    yield sources[descriptor], chunk
                elif chunk == b"":
                    poll.unregister(descriptor)
                    del sources[descriptor]
            if not ready and has_ended:
                break  # It has ended; what it started holds the pipes, and is ended on leaving.
            self._watch()
        self._await_end()
        self._blame()

    @property
    def status(self) -> int:
        """The exit status, once all is read."""
        return self._process.wait()

    def _limit_memory(self) -> None:
        """Limit what it may take, right after it began: no code of ours may run between fork and exec."""
        most = self._command.most_bytes
        if most is not None:
            with contextlib.suppress(ProcessLookupError):
                resource.prlimit(self._process.pid, resource.RLIMIT_DATA, (most, most))

    def _tick(self) -> float:
        times = [at - time.monotonic() for at in (self._deadline, self._kill_at) if at is not None]
        return max(0.0, min(TICK_SECONDS, *times)) if times else TICK_SECONDS

    def _watch(self) -> None:
        """Stop the program if it is late or unwanted; kill it if it does not stop."""
        now = time.monotonic()
        if self._kill_at is None:
            self._is_late = self._deadline is not None and now >= self._deadline
            if self._is_late or self._cancel.is_set():
                _signal(self._process, signal.SIGTERM)
                self._kill_at = now + GRACE_SECONDS
                self._deadline = None
        elif now >= self._kill_at:
            _signal(self._process, signal.SIGKILL)
            self._kill_at = now + GRACE_SECONDS

    def _await_end(self) -> None:
        """Wait for the end of a program that has closed its outputs."""
        while self._process.poll() is None:
            self._watch()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(max(0.01, self._tick()))

    def _blame(self) -> None:
        if self._process.returncode == 0:
            return
        if self._is_late:
            raise EngineError(
                f"Docker Compose was stopped: it took more than {self._command.deadline_seconds:g} seconds.",
                code="compose_timeout",
            )
        self._cancel.check()

    def _end(self) -> None:
        """End what is left of the group: nicely, then not."""
        if self._process.poll() is None:
            _signal(self._process, signal.SIGTERM)
            try:
                self._process.wait(GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                _signal(self._process, signal.SIGKILL)
                self._process.wait()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)


def _read(descriptor: int) -> bytes | None:
    """Read what is there; b"" at the end, None if nothing is there yet."""
    try:
        return os.read(descriptor, CHUNK_BYTES)
    except BlockingIOError:
        return None


def _signal(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    """Send a signal to the group of a process that has not ended."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
