"""WebSockets on gunicorn's gevent worker: whole frames, no compression, only from pages of our own."""

import socket as sockets
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import gevent
from simple_websocket import ConnectionClosed, Server

from appos.errors import ForbiddenError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# A reader that takes nothing for so long is cut off.
SEND_SECONDS = 30.0
# A client that answers no ping is gone: after two of them, all that it started is.
OPTIONS = {"ping_interval": 2, "max_message_size": 1 << 20, "receive_bytes": 65536}


# What has come in and was not taken, before no more is read: the client's own buffers hold the rest.
MOST_WAITING_BYTES = 1 << 20
ROOM_SECONDS = 0.5
CLOSE_SECONDS = 1.0
# Source: Linux, include/net/tcp_states.h; the state is the first byte of `struct tcp_info`.
TCP_ESTABLISHED = 1


class Wire:
    """A socket that sends all that it is given, and reads no faster than what was read is taken.

    simple-websocket 1.1 takes no notice of how much was sent, so its frames are cut where a reader is slow;
    and it reads on, however much waits for the application.
    """

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._lock = threading.RLock()
        self._server: Server | None = None
        self._taken = threading.Event()
        self._closed = threading.Event()

    def serve(self, server: Server) -> None:
        """Know whose input is read here."""
        self._server = server

    def recv(self, size: int) -> bytes:
        """Read once there is room; whatever comes shows that the client is there, as a pong does."""
        while (server := self._server) is not None and server.connected and _waiting(server):
            self._taken.wait(ROOM_SECONDS)
            self._taken.clear()
            server.pong_received = True
        data: bytes = self._connection.recv(size)
        if server is not None:
            server.pong_received = True
        return data

    def taken(self) -> None:
        """Note that something was taken of what had come in."""
        self._taken.set()

    def is_up(self) -> bool:
        """Whether the other side has not closed, also while what it sent before is still to be read."""
        try:
            if self._connection.family == sockets.AF_UNIX:
                return True
            told = self._connection.getsockopt(sockets.IPPROTO_TCP, sockets.TCP_INFO, 1)
        except OSError:
            return False
        return bool(told[0] == TCP_ESTABLISHED)

    def close(self) -> None:
        """Give the descriptor back; the reader does, at the end of what the client sent."""
        self._connection.close()
        self._closed.set()

    def wait_closed(self, seconds: float) -> None:
        """Give the client time to answer the closing frame: what it sent and nobody read would reset it."""
        self._closed.wait(seconds)

    def drop(self) -> None:
        """End it for whoever reads or sends."""
        try:
            self._connection.shutdown(sockets.SHUT_RDWR)
        except OSError:
            # The other side was faster.
            return

    def send(self, data: bytes) -> int:
        """Send all bytes, or close: the application, its reader and its pings all send."""
        with self._lock:
            try:
                with gevent.Timeout(SEND_SECONDS):
                    self._connection.sendall(data)
            except gevent.Timeout as error:
                self._connection.shutdown(sockets.SHUT_RDWR)
                raise OSError("the client takes nothing") from error
        return len(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def prepare(environ: "WSGIEnvironment") -> None:
    """Make a request ready that asks for a WebSocket; others are left as they are."""
    if environ.get("HTTP_UPGRADE", "").lower() != "websocket" or "gunicorn.socket" not in environ:
        return
    connection = environ["gunicorn.socket"]
    if connection.family != sockets.AF_UNIX:
        connection.setsockopt(sockets.IPPROTO_TCP, sockets.TCP_NODELAY, 1)
    environ["gunicorn.socket"] = Wire(connection)
    # Compression takes 134 kB for each connection, and what a shell says is not worth it.
    environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)


def refuse_foreign(origin: str, host: str, public: str) -> None:
    """Refuse a socket that a page of another origin opens: a browser would send it our credentials.

    Raises:
        ForbiddenError: `origin_refused`: it is missing, `null`, or not that of this AppOS.
    """
    told = urlsplit(origin)
    own = urlsplit(public)
    is_ours = told.scheme in ("http", "https") and (
        told.netloc == host or (told.scheme, told.netloc) == (own.scheme, own.netloc)
    )
    if not is_ours:
        message = "A terminal is opened from AppOS's own pages alone; set its public address in the settings."
        raise ForbiddenError(message, code="origin_refused")


def _waiting(server: Server) -> bool:
    """Whether enough has come in that was not taken."""
    return sum(map(len, server.input_buffer)) >= MOST_WAITING_BYTES


class FrameSocket:
    """A WebSocket as terminals see it."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._wire: Wire = server.sock
        self._wire.serve(server)

    def receive(self, timeout: float) -> bytes | str | None:
        """Wait for a frame; None if none came in time."""
        try:
            data: bytes | str | None = self._server.receive(timeout=timeout)
        except ConnectionClosed as error:
            raise EOFError from error
        self._wire.taken()
        return data

    def send(self, data: bytes | str) -> None:
        """Send a frame, and wait until it is taken."""
        try:
            self._server.send(data)
        except (ConnectionClosed, OSError) as error:
            raise EOFError from error

    def close(self, code: int) -> None:
        """Close it."""
        try:
            self._server.close(int(code))
        except (ConnectionClosed, OSError) as error:
            raise EOFError from error
        self._wire.wait_closed(CLOSE_SECONDS)

    def is_open(self) -> bool:
        """Whether the client is there."""
        return bool(self._server.connected) and self._wire.is_up()

    def drop(self) -> None:
        """Give the connection up."""
        self._wire.drop()
