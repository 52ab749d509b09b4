"""Keystrokes and their echoes: in a terminal of AppOS, and in `docker exec` through a pty."""

import os
import pty
import selectors
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from statistics import quantiles
from typing import Protocol

from wsproto import ConnectionType
from wsproto.connection import Connection
from wsproto.events import BytesMessage, Event, Message, Ping

from tests.bench.report import Row
from tests.integration.app_site import AppSite

SESSIONS = (1, 100)
# What a fast typist types.
KEYS_A_SECOND = 5
# A letter, and then the key that takes it back: whatever the shell shows is the echo.
KEYS = (b"a", b"\x7f")
SOON_SECONDS = 30.0
QUIET_SECONDS = 1.0
LARGEST = 1 << 16
PEER = "docker exec"


class Line(Protocol):
    """A terminal: keys go in, and what they do comes out."""

    def fileno(self) -> int:
        """The descriptor that can be read when something is shown."""

    def press(self, key: bytes) -> None:
        """Send a key."""

    def shown(self) -> bytes:
        """Read what is shown, without waiting; b"" if that is nothing."""

    def close(self) -> None:
        """End it."""


class Pty:
    """`docker exec` as a person has it who is signed in at the machine."""

    def __init__(self, host: str, container: str) -> None:
        self._master, slave = pty.openpty()
        self._process = subprocess.Popen(
            ["docker", "--host", host, "exec", "--interactive", "--tty", container, "sh"],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)

    def fileno(self) -> int:
        return self._master

    def press(self, key: bytes) -> None:
        os.write(self._master, key)

    def shown(self) -> bytes:
        return os.read(self._master, LARGEST)

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(SOON_SECONDS)
        os.close(self._master)


class Socket:
    """A terminal of AppOS, as a browser has it."""

    def __init__(self, site: AppSite, path: str) -> None:
        made = site.done("POST", "terminal/tickets", {"path": path}, status=200)
        self._socket = socket.create_connection(("127.0.0.1", site.server.port), timeout=SOON_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._frames = Connection(ConnectionType.CLIENT)
        self._shake_hands(f"{path}?ticket={made['ticket']}", site.server.url)

    def _shake_hands(self, path: str, origin: str) -> None:
        head = (
            f"GET {path} HTTP/1.1\r\nHost: {origin.removeprefix('http://')}\r\nOrigin: {origin}\r\n"
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        self._socket.sendall(head.encode())
        received = b""
        while b"\r\n\r\n" not in received:
            part = self._socket.recv(LARGEST)
            if not part:
                raise RuntimeError(f"no terminal was opened: {received!r}")
            received += part
        answer, _, rest = received.partition(b"\r\n\r\n")
        if not answer.startswith(b"HTTP/1.1 101"):
            raise RuntimeError(f"no terminal was opened: {answer!r}")
        self._frames.receive_data(rest)

    def fileno(self) -> int:
        return self._socket.fileno()

    def press(self, key: bytes) -> None:
        self._say(BytesMessage(data=key))

    def _say(self, event: Event) -> None:
        self._socket.sendall(self._frames.send(event))

    def shown(self) -> bytes:
        self._frames.receive_data(self._socket.recv(LARGEST) or None)
        found = b""
        for event in self._frames.events():
            if isinstance(event, Ping):
                self._say(event.response())
            elif isinstance(event, BytesMessage):
                found += event.data
            elif not isinstance(event, Message):
                raise RuntimeError(f"the terminal ended: {event}")
        return found

    def close(self) -> None:
        self._socket.close()


def rows(site: AppSite, container: str, rounds: int, seconds: float) -> Iterator[Row]:
    """Measure both in turns, with one session and with many."""
    path = f"/api/appos/terminal/containers/{container}"
    kinds: tuple[Callable[[], Line], ...] = (lambda: Socket(site, path), lambda: Pty(site.host, container))
    for count in SESSIONS:
        latencies: tuple[list[float], list[float]] = ([], [])
        for _ in range(rounds):
            for opened, found in zip(kinds, latencies, strict=True):
                found += _typed(opened, count, seconds)
        for name, place, aim in (("p50", 49, ""), ("p99", 98, "< 5 ms more")):
            ours, theirs = ([quantiles(each, n=100)[place]] for each in latencies)
            sessions = f"{count} session{'s' if count > 1 else ''}"
            yield Row(f"echo of a key, {sessions}: {name}", "ms", ours, theirs, aim=aim)


def _typed(opened: Callable[[], Line], count: int, seconds: float) -> list[float]:
    """Open so many sessions, type in all of them, and return how many milliseconds each echo took."""
    with ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        lines = []
        silent: set[int] = set()
        for _ in range(count):
            line = opened()
            stack.callback(line.close)
            lines.append(line)
            selector.register(line.fileno(), selectors.EVENT_READ, line)
            silent.add(line.fileno())
            _read(selector, silent, 0)
        give_up_at = time.monotonic() + SOON_SECONDS
        while silent:
            if time.monotonic() > give_up_at:
                raise RuntimeError(f"{len(silent)} shells have shown no prompt")
            _read(selector, silent, QUIET_SECONDS)
        quiet_at = time.monotonic() + QUIET_SECONDS
        while time.monotonic() < quiet_at:
            _read(selector, silent, QUIET_SECONDS)
        return _type(selector, lines, seconds)


def _read(selector: selectors.BaseSelector, silent: set[int], seconds: float) -> None:
    """Read what is shown, and note who has shown a prompt."""
    for key, _ in selector.select(seconds):
        if b"#" in key.data.shown():
            silent.discard(key.fd)


def _type(selector: selectors.BaseSelector, lines: Sequence[Line], seconds: float) -> list[float]:
    """Type in all of them at their pace, staggered; a key that has no echo yet keeps the next one back."""
    found: list[float] = []
    pressed: dict[int, float] = {}
    turn, step = 0, 1 / KEYS_A_SECOND / len(lines)
    began = time.perf_counter()
    while (now := time.perf_counter()) < began + seconds or pressed:
        due = began + turn * step
        if due <= now < began + seconds:
            line = lines[turn % len(lines)]
            if line.fileno() not in pressed:
                pressed[line.fileno()] = time.perf_counter()
                line.press(KEYS[turn // len(lines) % len(KEYS)])
            turn += 1
            continue
        if now > began + seconds + SOON_SECONDS:
            raise RuntimeError(f"{len(pressed)} keys have no echo")
        for key, _ in selector.select(max(due - now, 0) if now < began + seconds else QUIET_SECONDS):
            if key.data.shown() and (at := pressed.pop(key.fd, None)) is not None:
                found.append(1000 * (time.perf_counter() - at))
    return found
