"""The terminal of this process, joined to one of AppOS over a WebSocket."""

import argparse
import fcntl
import json
import os
import secrets
import select
import signal
import socket
import ssl
import struct
import sys
import termios
import tty
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from urllib.parse import quote, urlencode, urlsplit

from wsproto.connection import Connection, ConnectionState, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Event, Ping, TextMessage

from appos.cli.remote import Remote
from appos.config import Config
from appos.errors import AppOSError, EngineUnavailableError

CHUNK_BYTES = 64 << 10
HEAD_BYTES = 16 << 10
CONNECT_SECONDS = 20.0
FAILED = 1
# A shell may stay open for a day.
LASTING_SECONDS = 86_400


def execute(config: Config, options: argparse.Namespace) -> int:
    """Open a shell in a service of an app, or run a command there; return its exit code.

    Where this process has no terminal, the command has none either: what it writes arrives as it is.
    """
    remote = Remote.of(config, LASTING_SECONDS)
    path = f"/api/appos/terminal/apps/{quote(options.app, safe='')}/{quote(options.service, safe='')}"
    given = {name: value for name in ("user", "workdir") if (value := getattr(options, name))}
    if given:
        path += f"?{urlencode(given)}"
    is_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    asked = {"path": path, "command": options.words, "tty": is_terminal}
    ticket = remote.ask("POST", "terminal/tickets", asked)["ticket"]
    return join(remote.url, f"{path}{'&' if given else '?'}ticket={ticket}", is_terminal=is_terminal)


def join(url: str, path: str, *, is_terminal: bool) -> int:
    """Carry bytes between this terminal and the socket at a path; return the program's exit code.

    Raises:
        AppOSError: the handshake was refused, or the terminal ended for another reason than its program.
        EngineUnavailableError: `appos_unreachable`.
    """
    with _connected(url, path) as (connection, first), _raw(is_terminal), _resizes() as resized:
        return _Link(connection, first, is_terminal=is_terminal).carry(resized)


class _Link:
    """A WebSocket on a connection whose handshake is done."""

    def __init__(self, connection: socket.socket, first: bytes, *, is_terminal: bool) -> None:
        self._is_terminal = is_terminal
        self._connection = connection
        self._frames = Connection(ConnectionType.CLIENT)
        self._first = first
        self._code: int | None = None
        self._text = ""

    def carry(self, resized: int) -> int:
        """Carry until the other side closes."""
        self._send_size()
        self._frames.receive_data(self._first)
        readers = [self._connection, sys.stdin.buffer, resized]
        while self._take_frames():
            for ready in select.select(readers, [], [], None)[0]:
                if ready is self._connection:
                    # b"" stands for the end, which wsproto takes as None.
                    self._frames.receive_data(self._connection.recv(CHUNK_BYTES) or None)
                elif ready == resized:
                    os.read(resized, CHUNK_BYTES)
                    self._send_size()
                elif typed := os.read(sys.stdin.fileno(), CHUNK_BYTES):
                    self._send(BytesMessage(data=typed))
                else:
                    self._send(TextMessage(data=json.dumps({"type": "eof"})))
                    readers.remove(sys.stdin.buffer)
        return self._code if self._code is not None else FAILED

    def _take_frames(self) -> bool:
        """Do what has come; False once the other side has closed."""
        for event in self._frames.events():
            if isinstance(event, BytesMessage):
                _write(event.data)
            elif isinstance(event, TextMessage):
                self._text += event.data
                if event.message_finished:
                    self._told(self._text)
                    self._text = ""
            elif isinstance(event, Ping):
                self._send(event.response())
            elif isinstance(event, CloseConnection):
                if self._frames.state is ConnectionState.REMOTE_CLOSING:
                    self._send(event.response())
                return False
        return True

    def _told(self, text: str) -> None:
        told = json.loads(text)
        if told["type"] == "exit":
            self._code = int(told["code"])
        elif told["type"] == "error":
            raise AppOSError(str(told["message"]), code=str(told["code"]))

    def _send_size(self) -> None:
        if not self._is_terminal:
            return
        rows, columns = struct.unpack("HHHH", fcntl.ioctl(0, termios.TIOCGWINSZ, b"\0" * 8))[:2]
        if rows and columns:
            self._send(TextMessage(data=json.dumps({"type": "resize", "rows": rows, "cols": columns})))

    def _send(self, event: Event) -> None:
        self._connection.sendall(self._frames.send(event))


@contextmanager
def _connected(url: str, path: str) -> "Iterator[tuple[socket.socket, bytes]]":
    """Shake hands; give the connection and what came behind the answer. Source: RFC 6455, section 4.1."""
    told = urlsplit(url)
    port = told.port or (443 if told.scheme == "https" else 80)
    try:
        connection = socket.create_connection((told.hostname or "", port), CONNECT_SECONDS)
        if told.scheme == "https":
            connection = ssl.create_default_context().wrap_socket(connection, server_hostname=told.hostname)
    except OSError as error:
        message = f"AppOS does not answer at {url}: {error}. Is it started?"
        raise EngineUnavailableError(message, code="appos_unreachable") from error
    with connection:
        head = (
            f"GET {path} HTTP/1.1\r\nHost: {told.netloc}\r\nOrigin: {told.scheme}://{told.netloc}\r\n"
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {b64encode(secrets.token_bytes(16)).decode()}\r\n\r\n"
        )
        connection.sendall(head.encode())
        answer = b""
        while b"\r\n\r\n" not in answer and len(answer) < HEAD_BYTES:
            received = connection.recv(CHUNK_BYTES)
            if not received:
                break
            answer += received
        status, _, rest = answer.partition(b"\r\n\r\n")
        if not status.startswith(b"HTTP/1.1 101"):
            line = status.partition(b"\r\n")[0].decode(errors="replace")
            raise AppOSError(f"AppOS has refused the terminal: {line}", code="terminal_refused")
        connection.settimeout(None)
        yield connection, rest


@contextmanager
def _raw(is_terminal: bool) -> Iterator[None]:
    """Hand on every key as it is, and put the terminal back afterwards."""
    if not is_terminal:
        yield
        return
    before = termios.tcgetattr(0)
    tty.setraw(0)
    try:
        yield
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, before)


@contextmanager
def _resizes() -> Iterator[int]:
    """Give a descriptor that can be read whenever the terminal has got another size."""
    out, into = os.pipe()
    os.set_blocking(into, False)

    def note(_number: int, _frame: FrameType | None) -> None:
        with suppress(BlockingIOError):
            os.write(into, b".")

    before = signal.signal(signal.SIGWINCH, note)
    try:
        yield out
    finally:
        signal.signal(signal.SIGWINCH, before)
        os.close(out)
        os.close(into)


def _write(data: bytes | bytearray) -> None:
    """Write all of it, also where standard output does not wait."""
    left = memoryview(data)
    while left:
        try:
            left = left[os.write(sys.stdout.fileno(), left) :]
        except BlockingIOError:
            select.select([], [sys.stdout], [])
