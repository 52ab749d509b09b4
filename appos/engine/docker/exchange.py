"""One question on a connection of its own, whose answer comes bit by bit and may be cut off at any time.

The SDK is not used for these: it hides the socket until the answer begins, which may be long after the
question, and loses which of a container's outputs wrote what.
"""

import http.client
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import msgspec

CONNECT_SECONDS = 5.0
CHUNK_BYTES = 64 << 10


class Gone(Exception):  # noqa: N818 - it is no error of ours, and leaves this package as one
    """The engine does not answer, or no longer."""


class Refusal(Exception):  # noqa: N818 - as above
    """The engine answered with an error."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status = status
        self.said = said


class Closed(Exception):  # noqa: N818 - as above
    """Somebody has closed the exchange."""


def cause_of(error: Gone | Refusal) -> Exception | None:
    """Return what is shown beneath an error of ours: not a refusal, whose words may repeat a password."""
    return None if isinstance(error, Refusal) else error


class _Connection(http.client.HTTPConnection):
    """A connection to an engine at `unix:///PATH` or `tcp://HOST:PORT`."""

    # What was closed stays closed.
    auto_open = 0

    def __init__(self, host: str) -> None:
        where = urlsplit(host)
        super().__init__(where.hostname or "localhost", where.port or 2375, timeout=CONNECT_SECONDS)
        self._path = host.removeprefix("unix://") if where.scheme == "unix" else ""

    def connect(self) -> None:
        if not self._path:
            super().connect()
            return
        connected = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connected.settimeout(CONNECT_SECONDS)
            connected.connect(self._path)
        except BaseException:
            connected.close()
            raise
        self.sock = connected


class Exchange:
    """A question and its answer. One reads; anybody may close.

    Whoever closes it while others are at it only shuts the socket down, which wakes them; the last of them
    gives the descriptor back, so that its number is never somebody else's under a reader's hands.
    """

    def __init__(self, host: str) -> None:
        self._host = host
        self._connection = _Connection(host)
        self._socket: socket.socket | None = None
        self._answer: http.client.HTTPResponse | None = None
        # A signal's handler may close what its own thread is at.
        self._lock = threading.RLock()
        self._users = 0
        self._is_closed = False

    def ask(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        seconds: float | None = None,
    ) -> None:
        """Ask, and wait at most `seconds` for the answer to begin. After a refusal one may ask again.

        Raises:
            Gone, Refusal, Closed
        """
        data = None if body is None else msgspec.json.encode(body)
        sent = {**(headers or {}), **({} if data is None else {"Content-Type": "application/json"})}
        with self._used():
            self._connection.connect()
            self._socket = self._connection.sock
            self._stop_if_closed()
            self._connection.request(method, path, data, sent)
            self._socket.settimeout(seconds)
            self._answer = answer = self._connection.getresponse()
            said = _said(answer) if answer.status >= 400 else None
            self._socket.settimeout(None)
        if said is not None:
            with self._lock:
                self._give_back()
                self._connection = _Connection(self._host)
                self._socket = self._answer = None
            raise Refusal(answer.status, said)

    def read(self) -> bytes:
        """Wait for the next bytes of the answer; b"" at its end, or once it is closed.

        Raises:
            Gone: the engine went away in the midst of it.
        """
        try:
            with self._used():
                answer, _ = self._asked()
                if answer.status == http.client.SWITCHING_PROTOCOLS:
                    # What follows the head is no body to http.client.
                    return answer.fp.read1(CHUNK_BYTES)
                return answer.read1(CHUNK_BYTES)
        except Closed:
            return b""

    def chunks(self) -> Iterator[bytes]:
        """Read to the end."""
        while chunk := self.read():
            yield chunk

    def write(self, data: bytes) -> None:
        """Send bytes after the question.

        Raises:
            Gone, Closed
        """
        with self._used(is_fatal=False):
            self._asked()[1].sendall(data)

    def half_close(self) -> None:
        """Send no more; the answer goes on.

        Raises:
            Gone, Closed
        """
        with self._used(is_fatal=False):
            self._asked()[1].shutdown(socket.SHUT_WR)

    @property
    def is_closed(self) -> bool:
        """Whether somebody has closed it, or it has failed."""
        return self._is_closed

    def close(self) -> None:
        """Cut it off; harmless when repeated."""
        with self._lock:
            self._is_closed = True
            if self._users:
                self._shut_down()
            else:
                self._give_back()

    @contextmanager
    def _used(self, *, is_fatal: bool = True) -> Iterator[None]:
        """Mark it as used; a failure that is fatal closes it, and one of sending leaves what can be read."""
        with self._lock:
            self._users += 1
        try:
            self._stop_if_closed()
            yield
        except (OSError, http.client.HTTPException) as error:
            if self._is_closed:
                # It fails in whatever way the moment brings.
                raise Closed from error
            self._is_closed = is_fatal
            raise Gone(str(error)) from error
        except BaseException:
            # Closed, killed or timed out: what is left of the answer is of no use.
            self._is_closed = True
            raise
        finally:
            with self._lock:
                self._users -= 1
                if self._is_closed and not self._users:
                    self._give_back()
                elif self._is_closed:
                    self._shut_down()

    def _asked(self) -> tuple[http.client.HTTPResponse, socket.socket]:
        if self._answer is None or self._socket is None:
            raise ValueError("ask first")
        return self._answer, self._socket

    def _stop_if_closed(self) -> None:
        if self._is_closed:
            raise Closed

    def _shut_down(self) -> None:
        if self._socket is not None:
            try:
                self._socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                # The other side has ended it.
                return

    def _give_back(self) -> None:
        if self._answer is not None:
            self._answer.close()
        self._connection.close()
        if self._socket is not None:
            self._socket.close()


def _said(answer: http.client.HTTPResponse) -> str:
    """The engine's words in an answer that refuses. Source: Docker Engine API, ErrorResponse."""
    body = answer.read()
    try:
        told: Any = msgspec.json.decode(body)
        return str(told["message"]).strip().rstrip(".")
    except (msgspec.DecodeError, KeyError, TypeError):
        return body.decode(errors="replace").strip().rstrip(".")
