"""AppOS as it really runs: gunicorn, arbiter and worker, on a data directory and a port of its own."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from appos.cli import gunicorn_command
from appos.config import Config

ROOT = Path(__file__).resolve().parents[1]
APPLICATION = "wsgi:application"
START_SECONDS = 30.0
STOP_SECONDS = 20.0
POLL_SECONDS = 0.02
EMAIL = "ada@example.com"
PASSWORD = "Granite-Falcon-42"

T = TypeVar("T")


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def wait_for(ask: Callable[[], T], seconds: float, what: str) -> T:
    """Ask until the answer is true, and return it."""
    deadline = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(POLL_SECONDS)


def members(session: int) -> list[int]:
    """The living processes of a session, the oldest first. Source: proc(5), /proc/pid/stat."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            text = (entry / "stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        fields = text.rpartition(")")[2].split()
        if fields[0] != "Z" and int(fields[3]) == session:
            found.append((int(fields[19]), int(entry.name)))
    return [pid for _, pid in sorted(found)]


@dataclass(frozen=True)
class Answer:
    """What the server answered."""

    status: int
    headers: http.client.HTTPMessage
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


@dataclass
class Server:
    """One installation, which may be started and stopped again and again."""

    data_dir: Path
    port: int
    env: dict[str, str]
    application: str = APPLICATION
    _process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def process(self) -> "subprocess.Popen[bytes]":
        """The arbiter, which leads a session of its own."""
        assert self._process is not None, "the server has not been started"
        return self._process

    @property
    def log_path(self) -> Path:
        return self.data_dir.parent / f"{self.data_dir.name}.log"

    def launch(self) -> None:
        """Start the server without waiting for its answer."""
        command = [sys.executable, "-m", "appos.cli", "serve"]
        if self.application != APPLICATION:
            command = gunicorn_command(Config.from_env(self.env), self.application)
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self.launch()
        self.wait_until_healthy()

    def wait_until_healthy(self) -> None:
        def answered() -> bool:
            assert self.process.poll() is None, self.log_text()
            return self.health() == 200

        wait_for(answered, START_SECONDS, f"an answer of the server\n{self.log_text()}")

    def health(self) -> int:
        """The status of the health check; 0 if nobody answers."""
        try:
            return self.request("GET", "/api/health").status
        except (OSError, http.client.HTTPException):
            return 0

    def descriptors(self) -> list[str]:
        """What the worker has open."""
        return os.listdir(f"/proc/{self.worker_pid()}/fd")

    def memory_kilobytes(self) -> int:
        """The resident memory of the worker. Source: proc(5), status."""
        status = Path(f"/proc/{self.worker_pid()}/status").read_text(encoding="ascii")
        return int(re.findall(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)[0])

    def worker_pid(self) -> int:
        """The worker that was started last."""
        return wait_for(lambda: members(self.process.pid)[1:], START_SECONDS, "a worker")[-1]

    def stop(self) -> float:
        """Stop the server as `make stop` does, and return how long that took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(STOP_SECONDS)
        return time.monotonic() - began

    def kill(self) -> None:
        """End every process of the server at once, as a power failure would."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(STOP_SECONDS)
        wait_for(lambda: not members(self.process.pid), STOP_SECONDS, "the end of the server's processes")

    def end(self) -> None:
        """End what was started, whatever has become of it."""
        if self._process is None:
            return
        if self._process.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.stop()
        self.kill()

    def request(
        self,
        method: str,
        path: str,
        token: str | None = None,
        json_: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        timeout: float = 20.0,
    ) -> Answer:
        """Ask the server over a connection of its own."""
        sent = dict(headers or {})
        if token:
            sent["Authorization"] = token
        body = None
        if json_ is not None:
            body = json.dumps(json_)
            sent["Content-Type"] = "application/json"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read().decode())
        finally:
            connection.close()

    def log_text(self) -> str:
        return self.log_path.read_text(encoding="utf-8", errors="replace") if self.log_path.exists() else ""

    def claim_token(self) -> str:
        """The token of the claim link in the log."""
        found = re.search(r"/setup#token=([A-Za-z0-9_-]+)", self.log_text())
        assert found, self.log_text()
        return found[1]

    def claim(self) -> str:
        """Create the first superuser and return a token of it."""
        body = {"email": EMAIL, "password": PASSWORD, "token": self.claim_token()}
        claimed = self.request("POST", "/api/appos/setup/init", json_=body)
        assert claimed.status == 200, claimed.text
        return str(claimed.json()["token"])

    def sign_in(self, email: str = EMAIL, password: str = PASSWORD, forwarded_for: str = "") -> Answer:
        """Ask for a token with a password, perhaps as a proxy that says whom it asks for."""
        return self.request(
            "POST",
            "/api/collections/_superusers/auth-with-password",
            json_={"identity": email, "password": password},
            headers={"X-Forwarded-For": forwarded_for} if forwarded_for else {},
        )


def environment(data_dir: Path, port: int, **settings: str) -> dict[str, str]:
    """The environment of a server: the settings given, and an engine that does not answer."""
    defaults = {
        "PATH": os.environ["PATH"],
        "HOME": str(data_dir.parent),
        "APPOS_DATA": str(data_dir),
        "HTTP_PORT": str(port),
        "DOCKER_HOST": f"unix://{data_dir.parent}/no-engine.sock",
    }
    return defaults | settings


@contextmanager
def running_server(data_dir: Path, *, application: str = APPLICATION, **settings: str) -> Iterator[Server]:
    """Run a server for a while; afterwards no process of it is left."""
    with new_server(data_dir, application=application, **settings) as server:
        server.start()
        yield server


@contextmanager
def new_server(data_dir: Path, *, application: str = APPLICATION, **settings: str) -> Iterator[Server]:
    """A server that is yet to be started."""
    port = free_port()
    server = Server(data_dir, port, environment(data_dir, port, **settings), application)
    try:
        yield server
    finally:
        server.end()
