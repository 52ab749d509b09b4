"""One terminal: bytes between a socket and a command in a container, neither faster than the other takes."""

import threading
import time
from collections.abc import Callable
from typing import Protocol

import msgspec

from appos.engine.streams import ExecSession
from appos.errors import AppOSError, ConflictError
from appos.terminal.models import Close, Control, EndOfInput, Exit, Failed, Ready, Target
from appos.terminal.recordings import Recording
from appos.terminal.tickets import Ticket

LOOK_SECONDS = 1.0
MOST_CELLS = 1000
EXIT_SECONDS = 2.0
# How a command ends that is not there. Source: POSIX, "2.8.2 Exit Status for Commands".
NOT_FOUND = (126, 127)


class Socket(Protocol):
    """The client's end."""

    def receive(self, timeout: float) -> bytes | str | None:
        """Wait for a frame; None if none came in time. Raises EOFError once it is closed."""
        ...

    def send(self, data: bytes | str) -> None:
        """Send a frame, and wait until it is taken. Raises EOFError once it is closed."""
        ...

    def close(self, code: int) -> None:
        """Say why it ends. Raises EOFError once it is closed."""
        ...

    def is_open(self) -> bool:
        """Whether the client is there, as far as can be known without waiting."""
        ...

    def drop(self) -> None:
        """Give the connection up; whoever waits for it sees its end."""
        ...


class Session:
    """A terminal that is open."""

    def __init__(
        self, session_id: str, ticket: Ticket, idle_seconds: int, recording: Recording | None = None
    ) -> None:
        self.id = session_id
        self.ticket = ticket
        self.started = time.time()
        self.recording = recording
        self.bytes_in = 0
        self.bytes_out = 0
        self.exit_code: int | None = None
        self._idle_seconds = idle_seconds
        self._moved = time.monotonic()
        self._verdict: tuple[Close, Failed] | None = None
        self._is_over = threading.Event()
        self._is_gone = False

    @property
    def target(self) -> Target:
        """Where it leads."""
        return self.ticket.target

    @property
    def idle_seconds(self) -> int:
        """For how long nothing has come or gone."""
        return int(time.monotonic() - self._moved)

    def end(self, code: Close, reason: str, message: str) -> None:
        """End it soon, and tell the client why; the first reason counts."""
        self._verdict = self._verdict or (code, Failed(reason, message))
        self._is_over.set()

    def run(
        self,
        socket: Socket,
        command: ExecSession,
        allowed: Callable[[], bool],
        reap: Callable[[], None],
    ) -> None:
        """Carry bytes until the command ends, the socket closes, or it may go on no longer.

        Two threads carry; this one only looks, so that it ends in time also while either waits. `reap` ends
        the command before its connection is closed: containerd, told that the input of a command ends which
        does not read what is there already, waits for that and starts nothing in the container meanwhile.
        """
        ready = Ready(
            session=self.id,
            container=self.target.container,
            idle_seconds=self._idle_seconds,
            recorded=self.recording is not None,
        )
        carriers = [
            threading.Thread(target=carry, args=(socket, command), name="terminal")
            for carry in (self._read, self._write)
        ]
        try:
            socket.send(msgspec.json.encode(ready).decode())
            for carrier in carriers:
                carrier.start()
            self._look(socket, allowed)
            self._say_end(socket)
        except EOFError:
            return
        finally:
            self._is_over.set()
            socket.drop()
            reap()
            command.close()
            for carrier in carriers:
                if carrier.ident is not None:
                    carrier.join()

    def _look(self, socket: Socket, allowed: Callable[[], bool]) -> None:
        """Wait for the end; raises EOFError once the client has gone."""
        while self._verdict is None and not self._is_over.wait(LOOK_SECONDS):
            if not socket.is_open():
                raise EOFError
            if not allowed():
                self.end(Close.SIGNED_OUT, "signed_out", "You may not use this terminal any more.")
            if time.monotonic() - self._moved > self._idle_seconds:
                minutes = self._idle_seconds // 60
                self.end(Close.IDLE, "idle", f"Nothing has happened for {minutes} minutes.")

    def _write(self, socket: Socket, command: ExecSession) -> None:
        try:
            while not self._is_over.is_set():
                frame = socket.receive(LOOK_SECONDS)
                if frame is not None:
                    self._moved = time.monotonic()
                    self._take(frame, command)
        except EOFError:
            self._is_gone = True
            self._is_over.set()
        except AppOSError as error:
            self.end(Close.FAILED, error.code, error.message)

    def _take(self, frame: bytes | str, command: ExecSession) -> None:
        try:
            if isinstance(frame, bytes):
                self.bytes_in += len(frame)
                command.write(frame)
                return
            self._obey(msgspec.json.decode(frame, type=Control), command)
        except msgspec.MsgspecError:
            # What is no control of ours is no control; a newer client may know more.
            return
        except ConflictError:
            # The command takes no more input: it is about to end.
            return

    def _obey(self, control: Control, command: ExecSession) -> None:
        if isinstance(control, EndOfInput):
            command.half_close()
        elif self.target.tty and 0 < control.rows <= MOST_CELLS and 0 < control.cols <= MOST_CELLS:
            command.resize(control.cols, control.rows)
            if self.recording is not None:
                self.recording.resize(control.cols, control.rows)

    def _read(self, socket: Socket, command: ExecSession) -> None:
        try:
            while data := command.read():
                self._moved = time.monotonic()
                self.bytes_out += len(data)
                if self.recording is not None:
                    self.recording.output(data)
                socket.send(data)
            self._await_exit(command)
        except EOFError:
            self._is_gone = True
        except AppOSError as error:
            self.end(Close.FAILED, error.code, error.message)
        finally:
            self._is_over.set()

    def _await_exit(self, command: ExecSession) -> None:
        """Ask how the command ended: its output may close a moment before it has."""
        give_up_at = time.monotonic() + EXIT_SECONDS
        while self.exit_code is None and time.monotonic() < give_up_at and not self._is_over.is_set():
            self.exit_code = command.exit_code()
            if self.exit_code is None:
                time.sleep(0.05)

    def _say_end(self, socket: Socket) -> None:
        if self._is_gone:
            return
        told: Failed | Exit
        if self._verdict is not None:
            code, told = self._verdict
        elif self.exit_code in NOT_FOUND and not self.bytes_in:
            wanted = self.target.shell or "a shell (bash, ash or sh)"
            message = f"There is no {wanted} in this container; its image comes without one."
            code, told = Close.GONE, Failed("no_shell", message)
        else:
            code, told = Close.DONE, Exit(self.exit_code or 0)
        socket.send(msgspec.json.encode(told).decode())
        socket.close(code)
