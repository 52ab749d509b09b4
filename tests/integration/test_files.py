"""Large files through the real server: they pass through in pieces, and others are answered meanwhile."""

import hashlib
import http.client
import json
import re
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.serving import Server, wait_for

MEBIBYTE = 1 << 20
FILE_MEBIBYTES = 100
READ_BYTES = 1 << 18
# What the server may take besides, whatever the size of the file.
MOST_BYTES = 16 * MEBIBYTE
HEAD = b'--line\r\nContent-Disposition: form-data; name="tape"; filename="tape.bin"\r\n\r\n'
TAIL = b"\r\n--line--\r\n"
RULES = {f"{action}Rule": "" for action in ("view", "create", "delete")}


def piece(number: int) -> bytes:
    """One mebibyte that is like no other."""
    return hashlib.sha256(b"%d" % number).digest() * (MEBIBYTE // 32)


def form() -> Iterator[bytes]:
    yield HEAD
    yield from (piece(number) for number in range(FILE_MEBIBYTES))
    yield TAIL


def peak_bytes(pid: int) -> int:
    """The most memory that a process has had. Source: proc(5), /proc/pid/status."""
    found = re.search(r"^VmHWM:\s+(\d+) kB$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    assert found
    return int(found[1]) * 1024


def upload(server: Server) -> str:
    """Upload the file, and return its path."""
    headers = {
        "Content-Type": "multipart/form-data; boundary=line",
        "Content-Length": str(len(HEAD) + FILE_MEBIBYTES * MEBIBYTE + len(TAIL)),
    }
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)) as connection:
        connection.request("POST", "/api/collections/tapes/records", form(), headers)
        response = connection.getresponse()
        record = json.loads(response.read())
    assert response.status == 200, record
    return f"/api/files/tapes/{record['id']}/{record['tape']}"


def download(server: Server, path: str) -> None:
    """Download the file; at every eighth of it another request is answered, before more of it is taken."""
    expected, found = hashlib.sha256(), hashlib.sha256()
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)) as connection:
        connection.request("GET", path)
        response = connection.getresponse()
        assert int(response.headers["Content-Length"]) == FILE_MEBIBYTES * MEBIBYTE
        for number in range(FILE_MEBIBYTES):
            expected.update(piece(number))
            found.update(response.read(MEBIBYTE))
            if number % (FILE_MEBIBYTES // 8) == 0:
                assert server.health() == 200
        assert response.read() == b""
    assert found.digest() == expected.digest()


@pytest.fixture
def token(server: Server) -> str:
    """The token of the superuser, who has made a collection of large files."""
    token = server.claim()
    field = {"name": "tape", "type": "file", "maxSize": FILE_MEBIBYTES * MEBIBYTE}
    body = {"name": "tapes", "fields": [field], **RULES}
    assert server.request("POST", "/api/collections", token, body).status == 200
    return token


@pytest.mark.usefixtures("token")
def test_a_large_file_takes_little_memory_and_lets_others_pass(server: Server) -> None:
    worker = server.worker_pid()
    before = peak_bytes(worker)
    path = upload(server)
    uploaded = peak_bytes(worker)
    download(server, path)
    downloaded = peak_bytes(worker)

    assert uploaded - before < MOST_BYTES
    assert downloaded - uploaded < MOST_BYTES


@pytest.mark.usefixtures("token")
def test_a_reader_that_goes_leaves_no_file_open(server: Server) -> None:
    path = upload(server)
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)) as connection:
        connection.request("GET", path)
        connection.getresponse().read(READ_BYTES)
        assert opened(server) == 1
    wait_for(lambda: opened(server) == 0, 10, "the file to be closed")
    assert server.request("DELETE", f"/api/collections/tapes/records/{path.split('/')[4]}").status == 204
    assert list((server.data_dir / "pb_data" / "storage").rglob("tape*")) == []


def opened(server: Server) -> int:
    """How many files of records the worker has open; gevent closes folders a little later."""
    found = 0
    for link in Path(f"/proc/{server.worker_pid()}/fd").iterdir():
        # What was listed may be closed by now.
        with suppress(FileNotFoundError):
            found += str(link.readlink()).endswith(".bin")
    return found
