"""A realtime client as plain as can be: what the server sends, and when it ends the stream."""

import json
import re
import socket
import time
from collections.abc import Callable
from typing import Any, NamedTuple

SOON_SECONDS = 10.0
# What has not come by then is not expected to come.
SILENCE_SECONDS = 0.2


class Event(NamedTuple):
    """One server-sent event."""

    topic: str
    data: Any


class Stream:
    """One connection to /api/realtime. `head` is the head of the response, `client_id` its id there."""

    def __init__(
        self, port: int, *, method: str = "GET", protocol: str = "HTTP/1.1", headers: str = ""
    ) -> None:
        self.connection = socket.create_connection(("127.0.0.1", port), timeout=SOON_SECONDS)
        self.connection.sendall(f"{method} /api/realtime {protocol}\r\nHost: x\r\n{headers}\r\n".encode())
        self.is_ended = False
        # What came and is no whole head or chunk yet.
        self.rest = b""
        # What came of the body, without the framing of chunks.
        self.text = b""
        self.is_whole = False
        self._is_chunked = False
        self._seen = 0
        self._wait(lambda: b"\r\n\r\n" in self.rest, SOON_SECONDS)
        head, _, body = self.rest.partition(b"\r\n\r\n")
        self.head = head.decode()
        self._is_chunked = "transfer-encoding: chunked" in self.head.lower()
        self.rest = b""
        self._take(body)
        self.client_id = ""
        if method == "GET" and " 200 " in self.head:
            [connected] = self.hear(1, silence_seconds=0)
            self.client_id = connected.data["clientId"]

    def _wait(self, is_there: Callable[[], bool], seconds: float) -> None:
        """Read until `is_there()` or until the stream or the time ends."""
        deadline = time.monotonic() + seconds
        while not is_there() and not self.is_ended:
            left = deadline - time.monotonic()
            if left <= 0:
                return
            self.connection.settimeout(left)
            try:
                part = self.connection.recv(1 << 20)
            except TimeoutError:
                return
            except ConnectionResetError:
                part = b""
            self.is_ended = not part
            self._take(part)

    def _take(self, part: bytes) -> None:
        """Take chunks out of what came. Source: RFC 9112, section 7.1."""
        self.rest += part
        while self._is_chunked and b"\r\n" in self.rest:
            size, _, rest = self.rest.partition(b"\r\n")
            length = int(size, 16)
            if len(rest) < length + 2:
                return
            assert rest[length : length + 2] == b"\r\n"
            self.text += rest[:length]
            self.rest = rest[length + 2 :]
            self.is_whole = not length
        if not self._is_chunked and hasattr(self, "head"):
            self.text, self.rest = self.text + self.rest, b""

    def hear(self, count: int, *, silence_seconds: float = SILENCE_SECONDS) -> list[Event]:
        """Wait for a number of events and then for a silence; return what has come, in its order."""
        return [_event(text) for text in self.hear_texts(count, silence_seconds=silence_seconds)]

    def hear_texts(self, count: int, *, silence_seconds: float = SILENCE_SECONDS) -> list[str]:
        """Do as `hear`, but return the events as they came."""
        self._wait(lambda: self.text.count(b"\n\n", self._seen) >= count, SOON_SECONDS)
        if silence_seconds:
            self._wait(lambda: False, silence_seconds)
        end = self.text.rfind(b"\n\n") + 2
        if end <= self._seen:
            return []
        texts = self.text[self._seen : end].decode().split("\n\n")[:-1]
        self._seen = end
        return texts

    def wait_for_end(self, seconds: float = SOON_SECONDS) -> bool:
        """Wait for the end of the stream, and return whether it came."""
        self._wait(lambda: False, seconds)
        return self.is_ended

    def close(self) -> None:
        """Hang up."""
        self.connection.close()


def _event(text: str) -> Event:
    found = re.fullmatch(r"id:(\w{40})\nevent:(.*)\ndata:(.*)", text)
    assert found, text
    return Event(found[2], json.loads(found[3]))
