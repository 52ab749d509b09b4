"""An engine of a few lines, which speaks the versions that it is told to."""

import contextlib
import json
import re
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

VERSIONED = re.compile(r"/v(\d+)\.(\d+)(/.*)")
INFO = {
    "OperatingSystem": "Debian GNU/Linux 12",
    "Architecture": "x86_64",
    "NCPU": 2,
    "MemTotal": 4 << 30,
    "Containers": 3,
    "ContainersRunning": 2,
    "Images": 7,
    "DockerRootDir": "/var/lib/docker",
    "LoggingDriver": "json-file",
    "DefaultRuntime": "runc",
    "SecurityOptions": ["name=seccomp,profile=default", "name=cgroupns"],
}


@dataclass
class Asked:
    """A question as it came: the path is without its version and query."""

    method: str
    path: str
    version: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass
class WireEngine:
    """What it answers, and what it was asked.

    `answers` maps a method and a path to a status and a body; bytes are sent as they are, anything else as
    JSON. A path of `silent` is not answered until `release` is set; one of `endless` begins and goes silent.
    """

    api_version: str = "1.48"
    min_api_version: str = "1.24"
    answers: dict[str, tuple[int, Any]] = field(default_factory=lambda: {"GET /info": (200, INFO)})
    silent: set[str] = field(default_factory=set)
    endless: set[str] = field(default_factory=set)
    asked: list[Asked] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)

    def versions(self) -> set[str]:
        """The versions that were used of the API."""
        return {one.version for one in self.asked if one.version}


class _UnixServer(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


class _TcpServer(socketserver.ThreadingTCPServer):
    daemon_threads = True


@contextmanager
def listening(path: Path, engine: WireEngine) -> Iterator[WireEngine]:
    """Let it listen on a Unix socket for a while."""
    with _serving(engine, lambda handler: _UnixServer(str(path), handler)):
        yield engine
    path.unlink()


@contextmanager
def listening_on_tcp(engine: WireEngine) -> Iterator[str]:
    """Let it listen on loopback for a while; the value of `DOCKER_HOST`."""
    with _serving(engine, lambda handler: _TcpServer(("127.0.0.1", 0), handler)) as server:
        yield f"tcp://127.0.0.1:{server.server_address[1]}"


@contextmanager
def _serving(
    engine: WireEngine, new_server: Callable[[type["_Handler"]], socketserver.TCPServer]
) -> Iterator[socketserver.TCPServer]:

    open_: set[socket.socket] = set()

    class Handler(_Handler):
        told = engine

        def setup(self) -> None:
            super().setup()
            open_.add(self.connection)

        def finish(self) -> None:
            open_.discard(self.connection)
            super().finish()

    with new_server(Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            engine.release.set()
            server.shutdown()
            thread.join()
            # An engine that ends takes its connections with it.
            for connection in tuple(open_):
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    told: WireEngine
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:  # noqa: N802
        self._answer()

    def do_POST(self) -> None:  # noqa: N802
        self._answer()

    def do_DELETE(self) -> None:  # noqa: N802
        self._answer()

    def _answer(self) -> None:
        path, _, query = self.path.partition("?")
        found = VERSIONED.fullmatch(path)
        version = f"{found[1]}.{found[2]}" if found else ""
        path = found[3] if found else path
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.told.asked.append(Asked(self.command, path, version, query, dict(self.headers), body))
        refusal = self._refusal(version)
        if refusal:
            self._send(400, {"message": refusal})
        elif path == "/version":
            self._send(
                200,
                {
                    "Version": "28.0.1",
                    "ApiVersion": self.told.api_version,
                    "MinAPIVersion": self.told.min_api_version,
                },
            )
        elif path in self.told.endless:
            self._begin_and_wait()
        elif path in self.told.silent:
            self.told.release.wait(30)
            self.close_connection = True
        else:
            self._send(*self.told.answers.get(f"{self.command} {path}", (404, {"message": "page not found"})))

    def _refusal(self, version: str) -> str:
        """Source: moby, api/server/middleware/version.go."""
        asked, newest, oldest = map(_numbers, (version, self.told.api_version, self.told.min_api_version))
        if asked and asked > newest:
            return (
                f"client version {version} is too new. "
                f"Maximum supported API version is {self.told.api_version}"
            )
        if asked and asked < oldest:
            return (
                f"client version {version} is too old. Minimum supported API version is "
                f"{self.told.min_api_version}, please upgrade your client to a newer version"
            )
        return ""

    def _begin_and_wait(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"3\r\n{}\n\r\n")
        self.told.release.wait(30)
        # The end that a killed engine leaves: no last chunk.
        self.close_connection = True

    def _send(self, status: int, told: Any) -> None:
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if body:
            self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        pass

    def address_string(self) -> str:
        return "unix"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split("."))) if version else ()
