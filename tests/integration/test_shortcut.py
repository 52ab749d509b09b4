"""What the worker answers from parsed requests, on the wire: framing, order, and connections that end."""

import socket
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.integration.site import Site
from tests.serving import running_server

BODY = b'{"title":"a"}'


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_server(tmp_path_factory.mktemp("shortcut") / "data") as server:
        token = server.claim()
        yield Site(server, token, {"superuser": token})


@pytest.fixture(scope="module")
def records(site: Site) -> str:
    return f"/api/collections/{site.collection()}/records"


def exchanged(site: Site, *sent: bytes) -> bytes:
    """Send some pieces one by one, then nothing more, and return all that comes back until the end."""
    with closing(socket.create_connection(("127.0.0.1", site.server.port), timeout=10)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in sent:
            connection.sendall(piece)
            time.sleep(0.02)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while chunk := connection.recv(1 << 16):
            received += chunk
        return received


def statuses(received: bytes) -> list[int]:
    return [int(part[:3]) for part in received.split(b"HTTP/1.1 ")[1:]]


def request(method: str, path: str, *headers: str, body: bytes = b"", version: str = "1.1") -> bytes:
    lines = "".join(f"{line}\r\n" for line in ("Host: x", *headers))
    return f"{method} {path} HTTP/{version}\r\n{lines}\r\n".encode() + body


def writing(method: str, path: str, body: bytes = BODY) -> bytes:
    return request(method, path, "Content-Type: application/json", f"Content-Length: {len(body)}", body=body)


def test_requests_in_one_packet_are_answered_in_their_order(site: Site, records: str) -> None:
    view = f"{records}/{site.create(records.split('/')[3], title='first')}"
    received = exchanged(
        site,
        writing("POST", records)
        + request("GET", view)
        + request("GET", "/api/nothing")
        + writing("PATCH", view, b'{"title":"second"}')
        + request("GET", "/api/health")
        + request("GET", view, "Connection: close")
        + request("GET", view),
    )

    assert statuses(received) == [200, 200, 404, 200, 200, 200]
    assert received.count(b'"title":"second"') == 2
    assert received.count(b"Connection: close") == 1


def test_a_request_that_comes_byte_by_byte_is_answered(site: Site, records: str) -> None:
    whole = writing("POST", records)
    received = exchanged(site, *(whole[start : start + 40] for start in range(0, len(whole), 40)))

    assert statuses(received) == [200]


def test_a_client_of_http_1_0_is_answered_and_left(site: Site, records: str) -> None:
    received = exchanged(site, request("GET", records, version="1.0") + request("GET", records))

    assert received.startswith(b"HTTP/1.0 200 OK\r\n")
    assert received.count(b'"items"') == 1


def test_a_body_that_is_expected_is_asked_for(site: Site, records: str) -> None:
    headers = ("Content-Type: application/json", f"Content-Length: {len(BODY)}", "Expect: 100-continue")
    received = exchanged(site, request("POST", records, *headers), BODY)

    assert statuses(received) == [100, 200]


@pytest.mark.parametrize(
    "headers",
    [
        ("Content-Length: 13", "Content-Length: 13"),
        ("Content-Length: 13", "Transfer-Encoding: chunked"),
        ("Content-Length: +13",),
        ("Transfer-Encoding: chunked, chunked",),
        ("Content-Length : 13",),
    ],
)
def test_a_request_without_a_clear_end_is_refused(site: Site, records: str, headers: tuple[str, ...]) -> None:
    before = site.done("GET", records)["totalItems"]
    smuggled = request("GET", records)
    received = exchanged(
        site, request("POST", records, "Content-Type: application/json", *headers, body=BODY) + smuggled
    )

    assert statuses(received) == [400]
    assert site.done("GET", records)["totalItems"] == before


def test_a_body_on_a_read_is_not_taken_for_a_request(site: Site, records: str) -> None:
    hidden = request("GET", "/api/nothing")
    received = exchanged(site, request("GET", records, f"Content-Length: {len(hidden)}", body=hidden))

    assert len(statuses(received)) == 1


def test_a_long_answer_reaches_a_slow_reader_whole(site: Site) -> None:
    collection = site.collection()
    record = site.create(collection, title="x" * 4000)
    many = site.collection()
    for _ in range(200):
        site.create(many, title="y" * 4000)
    with closing(socket.create_connection(("127.0.0.1", site.server.port), timeout=30)) as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        for _ in range(8):
            slow.sendall(request("GET", f"/api/collections/{many}/records?perPage=200"))
        slow.sendall(request("GET", f"/api/collections/{collection}/records/{record}", "Connection: close"))
        time.sleep(0.2)
        received = bytearray()
        while chunk := slow.recv(65536):
            received += chunk

    assert statuses(bytes(received)) == [200] * 9
    assert received.count(b"y" * 4000) == 8 * 200
    assert received.endswith(b'"}\n')
