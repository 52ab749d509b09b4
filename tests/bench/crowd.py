"""Thousands of realtime clients of any server that speaks PocketBase's protocol, as cheap as can be.

Run as a program it measures how long one change takes to reach them:
`python -m tests.bench.crowd URL COLLECTION [--clients N] [--rounds N] [--token TOKEN]`
"""

import argparse
import http.client
import json
import re
import selectors
import socket
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

SOON_SECONDS = 60.0
CLIENT_ID = re.compile(rb'"clientId":"(\w{40})"')


class Crowd:
    """Connected clients that all listen to one topic."""

    def __init__(self, address: str, topic: str, token: str = "") -> None:
        self._address = address
        self._topic = topic
        self._token = token
        self._requests = http.client.HTTPConnection(address, timeout=SOON_SECONDS)
        self._selector = selectors.EpollSelector()
        self.streams: list[socket.socket] = []

    def ask(self, method: str, path: str, body: object = None, token: str | None = None) -> Any:
        """Send a request over a connection that is kept, and return the decoded answer.

        Raises:
            RuntimeError: it is refused.
        """
        headers = {"Content-Type": "application/json"}
        if token or self._token:
            headers["Authorization"] = token or self._token
        self._requests.request(method, path, None if body is None else json.dumps(body), headers)
        response = self._requests.getresponse()
        content = response.read()
        if response.status not in (200, 204):
            raise RuntimeError(f"{method} {path}: {response.status} {content!r}")
        return json.loads(content) if content else None

    def join(self, count: int) -> None:
        """Connect and subscribe so many clients, one after the other."""
        host, port = self._address.split(":")
        for _ in range(count):
            stream = socket.create_connection((host, int(port)), timeout=SOON_SECONDS)
            self.streams.append(stream)
            stream.sendall(b"GET /api/realtime HTTP/1.1\r\nHost: x\r\n\r\n")
            received = b""
            while not (found := CLIENT_ID.search(received)) or not received.endswith(b"\n\n\r\n"):
                part = stream.recv(4096)
                if not part:
                    raise RuntimeError(f"no stream was opened: {received!r}")
                received += part
            body = {"clientId": found[1].decode(), "subscriptions": [self._topic]}
            self.ask("POST", "/api/realtime", body)
            stream.setblocking(False)
            self._selector.register(stream, selectors.EVENT_READ)

    def reach(self, collection: str, token: str = "", values: dict[str, Any] | None = None) -> float:
        """Create a record, and return how many seconds it took until all had heard of it.

        Raises:
            RuntimeError: somebody has not.
        """
        body = json.dumps(values or {"title": "One change, to all who listen."})
        headers = {"Content-Type": "application/json"} | ({"Authorization": token} if token else {})
        change = http.client.HTTPConnection(self._address, timeout=SOON_SECONDS)
        change.connect()
        mark = f"event:{self._topic}\n".encode()
        waiting = {stream.fileno() for stream in self.streams}
        began = time.perf_counter()
        change.request("POST", f"/api/collections/{collection}/records", body, headers)
        while waiting:
            ready = self._selector.select(SOON_SECONDS)
            if not ready:
                raise RuntimeError(f"{len(waiting)} clients have not heard of the change")
            for key, _ in ready:
                assert isinstance(key.fileobj, socket.socket)
                if mark in key.fileobj.recv(1 << 16):
                    waiting.discard(key.fd)
        took = time.perf_counter() - began
        answer = change.getresponse()
        if answer.status != 200:
            raise RuntimeError(f"the change was refused: {answer.read()!r}")
        change.close()
        return took

    def ended(self, seconds: float) -> int:
        """Return how many streams end within so many seconds."""
        count, deadline = 0, time.monotonic() + seconds
        while count < len(self.streams) and time.monotonic() < deadline:
            for key, _ in self._selector.select(0.1):
                assert isinstance(key.fileobj, socket.socket)
                if not key.fileobj.recv(1 << 16):
                    self._selector.unregister(key.fileobj)
                    count += 1
        return count

    def leave(self) -> None:
        """Hang up."""
        self._selector.close()
        for stream in self.streams:
            stream.close()
        self._requests.close()


@contextmanager
def crowd(address: str, topic: str, token: str = "") -> Iterator[Crowd]:
    """A crowd that nobody has joined yet; afterwards all have left."""
    gathered = Crowd(address, topic, token)
    try:
        yield gathered
    finally:
        gathered.leave()


def main() -> None:
    """Measure a server that runs."""
    parser = argparse.ArgumentParser(description="Measure how long one change takes to reach all who listen.")
    parser.add_argument("url")
    parser.add_argument("collection", help="with open rules, or such that the token may create and list")
    parser.add_argument("--clients", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--token", default="", help="of the account that listens and creates")
    options = parser.parse_args()
    with crowd(urlsplit(options.url).netloc, f"{options.collection}/*", options.token) as gathered:
        gathered.join(options.clients)
        gathered.reach(options.collection, options.token)
        taken = [gathered.reach(options.collection, options.token) * 1000 for _ in range(options.rounds)]
    sys.stdout.write(
        f"one change to {options.clients} clients: median {statistics.median(taken):.1f} ms, "
        f"best {min(taken):.1f}, worst {max(taken):.1f} of {options.rounds}\n"
    )


if __name__ == "__main__":
    main()
