"""The servers that are measured: AppOS, and PocketBase with the same idle work."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from appos.audit.models import SYSTEM
from appos.config import Config
from appos.engine.docker import DockerEngine
from appos.ledger.models import Order
from appos.records.models import SUPERUSERS
from appos.services import Services
from processes import Process, in_session
from tests.bench.wire import ask
from tests.conformance import pocketbase
from tests.conformance.peers import Account, Peer
from tests.serving import ROOT, environment, free_port

START_SECONDS = 30.0
STOP_SECONDS = 15.0
POLL_SECONDS = 0.005
EMAIL = "bench@example.com"
PASSWORD = "Granite-Falcon-42"


@dataclass
class Candidate:
    """A server that can be started again and again on the same data."""

    name: str
    version: str
    port: int
    command: list[str]
    env: dict[str, str]
    log: Path
    # The request that opens a stream on which nothing happens.
    stream_request: bytes
    # A list that only a superuser gets.
    list_path: str
    token: str = field(repr=False)
    # Where its records are.
    database: Path
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def start(self) -> float:
        """Start it and return how many seconds its first answer to a health check took."""
        with self.log.open("ab") as log:
            began = time.perf_counter()
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        while ask(self.port, b"GET /api/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") != 200:
            if self.process.poll() is not None or time.perf_counter() - began > START_SECONDS:
                raise RuntimeError(self.log.read_text(encoding="utf-8", errors="replace"))
            time.sleep(POLL_SECONDS)
        return time.perf_counter() - began

    def stop(self) -> None:
        """Stop it and wait for its end."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    @contextmanager
    def running(self) -> Iterator["Candidate"]:
        """Run it for a while."""
        self.start()
        try:
            yield self
        finally:
            self.stop()

    def processes(self) -> list[Process]:
        """Return all its processes."""
        return in_session(self.process.pid) if self.process else []


def appos(folder: Path) -> Candidate:
    """Make an installation with a superuser and a job that waits, whose log is a stream without an end."""
    services = Services.build(Config(data_dir=folder), DockerEngine("unix:///nowhere"))
    superusers = services.collections.auth(SUPERUSERS)
    services.accounts.create(superusers, EMAIL, PASSWORD, SYSTEM)
    identity = services.accounts.find_by_email(superusers, EMAIL)
    assert identity is not None
    token = services.accounts.signed_in(identity).token
    job = services.ledger.submit(Order(kind="system.check", due="9999-01-01 00:00:00.000Z"), SYSTEM)
    services.close()
    port = free_port()
    return Candidate(
        name="AppOS",
        version=_output([sys.executable, "-m", "appos.cli", "--version"]).removeprefix("AppOS "),
        port=port,
        command=[sys.executable, "-m", "appos.cli", "serve"],
        env=environment(folder, port),
        log=folder.with_suffix(".log"),
        stream_request=(
            f"GET /api/appos/jobs/{job.id}/log HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\n\r\n".encode()
        ),
        list_path="/api/appos/jobs",
        token=token,
        database=folder / "pb_data" / "data.db",
    )


def pocketbase_beside(folder: Path) -> Candidate:
    """Make a PocketBase with a superuser; its streams are realtime connections without subscriptions."""
    binary = pocketbase.find_binary()
    options = ["--dir", str(folder), "--automigrate=0"]
    _output([str(binary), "superuser", "upsert", EMAIL, PASSWORD, *options])
    port = free_port()
    return Candidate(
        name="PocketBase",
        version=_output([str(binary), "--version"]).rpartition(" ")[2],
        port=port,
        command=[str(binary), "serve", "--http", f"127.0.0.1:{port}", *options],
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
        log=folder.with_suffix(".log"),
        stream_request=b"GET /api/realtime HTTP/1.1\r\nHost: x\r\n\r\n",
        list_path="/api/collections/_superusers/records",
        token=_token_of(folder),
        database=folder / "data.db",
    )


def _token_of(folder: Path) -> str:
    """Make a superuser's token with the keys in PocketBase's database."""
    return Peer("PocketBase", "", folder / "data.db").forge(
        Account("_superusers", EMAIL, PASSWORD), "auth", seconds=86400
    )


def _output(command: list[str]) -> str:
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    return done.stdout.strip()
