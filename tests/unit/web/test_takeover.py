"""Taking a connection out of the server's hands."""

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from werkzeug.test import Client, EnvironBuilder

from appos.web.takeover import Takeover


class Server:
    """As much of gunicorn as a response sees."""

    def __init__(self, environ: dict[str, Any]) -> None:
        self.environ = environ
        self.status = ""
        self.headers: dict[str, str] = {}
        self.written: list[bytes] = []
        self.was_open_at_write = False

    def start_response(
        self, status: str, headers: list[tuple[str, str]], _error: object = None
    ) -> Callable[[bytes], None]:
        self.status, self.headers = status, dict(headers)
        return self.write

    def write(self, part: bytes) -> None:
        self.was_open_at_write = self.environ["gunicorn.socket"].fileno() >= 0
        self.written.append(part)


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


Pair = tuple[socket.socket, socket.socket]


def serve(
    response: Takeover, client: socket.socket, method: str = "GET", protocol: str = "HTTP/1.1"
) -> tuple[Server, list[bytes]]:
    environ = EnvironBuilder(method=method).get_environ()
    server = Server(environ | {"gunicorn.socket": client, "SERVER_PROTOCOL": protocol})
    return server, list(response(server.environ, server.start_response))


@pytest.mark.parametrize(("protocol", "is_chunked"), [("HTTP/1.1", True), ("HTTP/1.0", False)])
def test_the_connection_is_taken_once_the_headers_are_out(
    pair: Pair, protocol: str, is_chunked: bool
) -> None:
    ours, theirs = pair
    taken: list[tuple[socket.socket, bool]] = []
    response = Takeover(lambda *given: taken.append(given), headers={"X-A": "b"}, content_type="text/x")
    server, body = serve(response, theirs, protocol=protocol)

    assert (server.status, server.written, server.was_open_at_write, body) == ("200 OK", [b""], True, [])
    assert server.headers == {"X-A": "b", "Content-Type": "text/x"}
    assert theirs.fileno() == -1
    [(connection, chunked)] = taken
    with connection:
        connection.sendall(b"more")
        assert ours.recv(10) == b"more"
    assert chunked is is_chunked


def test_a_request_for_the_head_alone_takes_nothing(pair: Pair) -> None:
    def take(*_given: object) -> None:
        raise AssertionError

    server, body = serve(Takeover(take, content_type="text/x"), pair[1], method="HEAD")

    assert (server.status, server.headers, server.written, body) == (
        "200 OK",
        {"Content-Type": "text/x"},
        [],
        [],
    )
    assert pair[1].fileno() >= 0


def test_another_server_passes_on_what_is_written() -> None:
    def take(connection: socket.socket, is_chunked: bool) -> None:
        assert not is_chunked
        connection.sendall(b"one")
        connection.sendall(b"two")
        connection.close()

    answer = Client(Takeover(take, content_type="text/x")).get("/")

    assert (answer.status_code, answer.data) == (200, b"onetwo")
    assert "Content-Length" not in answer.headers


def test_another_server_that_stops_reading_hangs_up() -> None:
    taken: list[socket.socket] = []

    def take(connection: socket.socket, _is_chunked: bool) -> None:
        connection.sendall(b"one")
        taken.append(connection)

    answer = Client(Takeover(take)).get("/", buffered=False)
    first = next(iter(answer.response))
    answer.close()

    with taken[0]:
        assert (first, taken[0].recv(1)) == (b"one", b"")
