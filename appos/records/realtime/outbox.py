"""The sending end of one connection, which nobody ever waits for."""

import socket
import struct
import time
from collections.abc import Callable, Sequence
from typing import Any

from gevent import get_hub

# What a reader may be behind before it is dropped, beyond what the system keeps for the socket.
MOST_WAITING_BYTES = 256 << 10
# What the system keeps for the socket; it would let the buffer grow to megabytes by itself.
SEND_BUFFER_BYTES = 64 << 10
# How many parts one call of the system takes. Source: sendmsg(2), IOV_MAX is at least 16.
MOST_PARTS = 16
_READABLE, _WRITABLE = 1, 2
# Closing then forgets what was not sent. Source: socket(7), SO_LINGER.
_AT_ONCE = struct.pack("ii", 1, 0)


class Outbox:
    """Sends to a socket whatever it takes at once, and the rest, in order, as it takes more.

    No greenlet belongs to it: the event loop calls when the socket takes more and when its client hangs up.
    It lives on the thread of that loop, and owns the socket. What the client sends is read and forgotten.
    """

    __slots__ = ("_hung_up", "_on_end", "_parts", "_socket", "_writable", "moved_at", "waiting_bytes")

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        self._socket = connection
        # What waits to be sent, in order.
        self._parts: list[bytes | memoryview] = []
        self._on_end: Callable[[], None] | None = None
        self._writable: Any = None
        self.waiting_bytes = 0
        # When the socket last took something while more was waiting, on the monotonic clock.
        self.moved_at = 0.0
        self._hung_up = get_hub().loop.io(connection.fileno(), _READABLE)

    def watch(self, on_end: Callable[[], None]) -> None:
        """Call `on_end` once, when the client hangs up, when its connection fails, or when it is behind."""
        self._on_end = on_end
        self._hung_up.start(self._read)

    @property
    def is_open(self) -> bool:
        """Whether anything can still be sent."""
        return self._socket.fileno() >= 0

    def push(self, *parts: bytes | memoryview) -> None:
        """Send a message, given in parts; large parts are kept as they are, not copied.

        A client that is too far behind is dropped instead.
        """
        if self.waiting_bytes:
            self._wait_behind(parts)
            return
        try:
            sent = self._socket.sendmsg(parts)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._end()
            return
        size = sum(map(len, parts))
        if sent < size:
            self._begin_waiting(parts, sent, size)

    def _begin_waiting(self, parts: Sequence[bytes | memoryview], sent: int, size: int) -> None:
        self._parts.extend(parts)
        self.waiting_bytes = size
        self._forget(sent)
        self._writable = get_hub().loop.io(self._socket.fileno(), _WRITABLE)
        self._writable.start(self._drain)

    def _wait_behind(self, parts: Sequence[bytes | memoryview]) -> None:
        if self.waiting_bytes > MOST_WAITING_BYTES:
            self._end()
            return
        self._parts.extend(parts)
        self.waiting_bytes += sum(map(len, parts))

    def _drain(self) -> None:
        """Send on; the event loop calls this whenever the socket takes more."""
        try:
            sent = self._socket.sendmsg(self._parts[:MOST_PARTS])
        except BlockingIOError:
            return
        except OSError:
            self._end()
            return
        self._forget(sent)
        if not self.waiting_bytes:
            self._stop_writing()

    def _forget(self, sent: int) -> None:
        """Take what was sent off the front."""
        self.moved_at = time.monotonic()
        self.waiting_bytes -= sent
        whole = 0
        for part in self._parts:
            if len(part) > sent:
                break
            sent -= len(part)
            whole += 1
        del self._parts[:whole]
        if sent:
            self._parts[0] = memoryview(self._parts[0])[sent:]

    def _read(self) -> None:
        """Notice a hang-up; the event loop calls this whenever there is something to read."""
        try:
            received = self._socket.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            received = b""
        if not received:
            self._end()

    def _end(self) -> None:
        on_end = self._on_end
        self.close()
        if on_end is not None:
            on_end()

    def close(self, last: bytes = b"") -> None:
        """End the connection. A reader that is not behind gets `last`; one that is gets nothing more.

        Closing twice does nothing. Nobody is called.
        """
        if not self.is_open:
            return
        self._on_end = None
        if self.waiting_bytes:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        elif last:
            self.push(last)
        self._release()

    def _release(self) -> None:
        if not self.is_open:
            return
        self._stop_writing()
        self._hung_up.stop()
        self._hung_up.close()
        self._parts.clear()
        self.waiting_bytes = 0
        self._socket.close()

    def _stop_writing(self) -> None:
        if self._writable is not None:
            self._writable.stop()
            self._writable.close()
            self._writable = None
