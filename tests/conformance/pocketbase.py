"""The real PocketBase as an oracle: a server of its own, its superuser, and requests to it."""

import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

EMAIL = "oracle@example.com"
PASSWORD = "correct horse battery"
START_SECONDS = 30.0
REQUEST_SECONDS = 30.0

# A proxy that the environment names is not for a server on this machine.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Answer(NamedTuple):
    """A response: its status and its decoded JSON (None if it has no body)."""

    status: int
    body: Any


class PocketBase:
    """A running PocketBase server; `token` is its superuser's."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.token = ""

    def request(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        query: Mapping[str, object] | None = None,
        token: str | None = None,
    ) -> Answer:
        """Send one request with a JSON body, as the superuser unless `token` says otherwise ("": a guest)."""
        parameters = urllib.parse.urlencode({key: str(value) for key, value in (query or {}).items()})
        credentials = self.token if token is None else token
        headers = {"Content-Type": "application/json"} | (
            {"Authorization": credentials} if credentials else {}
        )
        request = urllib.request.Request(  # noqa: S310
            f"{self.url}{path}" + (f"?{parameters}" if parameters else ""),
            data=None if body is None else json.dumps(body).encode(),
            headers=headers,
            method=method,
        )
        try:
            with _OPENER.open(request, timeout=REQUEST_SECONDS) as response:
                return _answer(response.status, response.read())
        except urllib.error.HTTPError as error:
            with error:
                return _answer(error.code, error.read())

    def done(self, method: str, path: str, body: object = None) -> Any:
        """Send one request as the superuser, demand that it succeeds, and return its body."""
        answer = self.request(method, path, body)
        assert answer.status in {200, 204}, answer
        return answer.body

    def sign_in(self) -> None:
        """Fetch the superuser's token."""
        credentials = {"identity": EMAIL, "password": PASSWORD}
        answer = self.request("POST", "/api/collections/_superusers/auth-with-password", credentials)
        assert answer.status == 200, answer
        self.token = answer.body["token"]

    def create_collection(self, name: str, fields: Mapping[str, str], **options: object) -> None:
        """Create a base collection; `fields` maps names to types."""
        described = [{"name": field, "type": kind} for field, kind in fields.items()]
        self.done("POST", "/api/collections", {"name": name, "type": "base", "fields": described, **options})

    def create_record(self, collection: str, **values: object) -> dict[str, Any]:
        """Create a record and return it as the server shows it."""
        record: dict[str, Any] = self.done("POST", f"/api/collections/{collection}/records", values)
        return record

    def records(self, collection: str, **query: object) -> Answer:
        """List records with the query parameters of PocketBase (filter, sort, page, perPage, skipTotal)."""
        return self.request("GET", f"/api/collections/{collection}/records", query=query)


def find_binary(name: str = "pocketbase") -> Path:
    """Return a program, installed beside this Python or anywhere in PATH."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.is_file() else shutil.which(name)
    if found is None:
        pytest.fail(f"the program {name} is not installed; run: make test")
    return Path(found)


@contextmanager
def running(binary: Path, directory: Path) -> Iterator[PocketBase]:
    """Run a server with its data in `directory` and a signed-in superuser; stop it at the end."""
    options = ["--dir", str(directory), "--automigrate=0"]
    subprocess.run(
        [str(binary), "superuser", "upsert", EMAIL, PASSWORD, *options], check=True, capture_output=True
    )
    address = f"127.0.0.1:{_free_port()}"
    with subprocess.Popen(
        [str(binary), "serve", "--http", address, *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            server = PocketBase(f"http://{address}")
            _wait(server, process)
            server.sign_in()
            yield server
        finally:
            process.kill()


def _answer(status: int, content: bytes) -> Answer:
    return Answer(status, json.loads(content) if content else None)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: PocketBase, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            server.request("GET", "/api/health")
        except urllib.error.URLError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("PocketBase does not answer") from error
            time.sleep(0.05)
        else:
            return
