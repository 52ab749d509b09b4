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


class FullSend:
    """A socket whose `send` sends all of it.

    simple-websocket 1.1 takes no notice of how much was sent, and its frames are cut where a reader is slow.
    """

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._lock = threading.RLock()

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
    environ["gunicorn.socket"] = FullSend(connection)
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


class FrameSocket:
    """A WebSocket as terminals see it."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def receive(self, timeout: float) -> bytes | str | None:
        """Wait for a frame; None if none came in time."""
        try:
            data: bytes | str | None = self._server.receive(timeout=timeout)
        except ConnectionClosed as error:
            raise EOFError from error
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
