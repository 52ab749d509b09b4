"""A server whose kinds of jobs take their time, and who asks it to run them."""

import http.client
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from appos.audit.models import SYSTEM
from appos.audit.service import Audit
from appos.ledger.models import Order
from appos.ledger.service import Ledger
from appos.ledger.watch import Watchers
from appos.store.database import Database
from tests.serving import Server, new_server, wait_for

KINDS_APPLICATION = "tests.integration.kinds_wsgi:application"
FINAL = {"succeeded", "failed", "cancelled", "interrupted"}

Job = dict[str, Any]


@dataclass(frozen=True)
class Effect:
    """One thing that a job did, by which process, at which second of the machine's clock."""

    what: str
    pid: int
    at: float


@dataclass(frozen=True)
class Event:
    """One server-sent event."""

    name: str
    id: str
    data: Any


@dataclass
class Work:
    """Starts jobs and looks at them, as a superuser."""

    server: Server
    token: str

    def start(self, kind: str) -> str:
        """Start a job and return its id."""
        answer = self.server.request("POST", "/api/appos/jobs", self.token, {"kind": kind})
        assert answer.status == 202, answer.text
        return str(answer.json()["id"])

    def job(self, job_id: str) -> Job:
        answer = self.server.request("GET", f"/api/appos/jobs/{job_id}", self.token)
        assert answer.status == 200, answer.text
        return dict(answer.json())

    def cancel(self, job_id: str) -> int:
        return self.server.request("POST", f"/api/appos/jobs/{job_id}/cancel", self.token).status

    def until(self, job_id: str, *states: str, seconds: float = 20.0) -> Job:
        """Wait until a job is in one of the states."""

        def arrived() -> Job | None:
            job = self.job(job_id)
            return job if job["state"] in states else None

        return wait_for(arrived, seconds, f"the job to be {' or '.join(states)}: {self.job(job_id)}") or {}

    def until_all_ended(self, seconds: float = 60.0) -> dict[str, Job]:
        """Wait until every job of the installation has ended, and return them by their ids."""

        def ended() -> dict[str, Job] | None:
            jobs = self.stored()
            return jobs if all(job["state"] in FINAL for job in jobs.values()) else None

        return wait_for(ended, seconds, "the end of all jobs") or {}

    def stored(self) -> dict[str, Job]:
        """Every row of the jobs table, whether or not the server runs."""
        with closing(connect(self.server.data_dir)) as connection:
            connection.row_factory = sqlite3.Row
            return {row["id"]: dict(row) for row in connection.execute("SELECT * FROM jobs")}

    def effects(self, job_id: str) -> list[Effect]:
        """What a job has done so far."""
        path: Path = self.server.data_dir / "effects" / job_id
        if not path.exists():
            return []
        # The last line may be half written when the process is killed.
        lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
        return [Effect(line[0], int(line[1]), float(line[2])) for line in lines if len(line) == 3]

    def until_it_works(self, job_id: str, count: int = 1) -> None:
        """Wait until a job has done something."""
        wait_for(lambda: len(self.effects(job_id)) >= count, 20, f"{count} effects of the job {job_id}")

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        """The jobs as another process sees them, such as the command line: this one."""
        database = Database(self.server.data_dir / "pb_data" / "data.db")
        try:
            yield Ledger(database, Audit(database), Watchers())
        finally:
            database.close()

    def put_off(self, kind: str) -> str:
        """Queue a job that is not due, and return its id."""
        with self.ledger() as ledger:
            return ledger.submit(Order(kind=kind, due="9999"), SYSTEM).id

    def status(self) -> dict[str, Any]:
        """The state of the system."""
        return dict(self.server.request("GET", "/api/appos/system/status", self.token).json())

    @contextmanager
    def log(self, job_id: str, last_event_id: str = "") -> Iterator[Iterator[Event]]:
        """Follow a job's log."""
        headers = {"Authorization": self.token}
        if last_event_id:
            headers["Last-Event-ID"] = last_event_id
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        try:
            connection.request("GET", f"/api/appos/jobs/{job_id}/log", headers=headers)
            with connection.getresponse() as response:
                assert response.status == 200
                yield events(response)
        finally:
            connection.close()


def connect(data_dir: Path) -> sqlite3.Connection:
    """Open the database beside the server."""
    return sqlite3.connect(data_dir / "pb_data" / "data.db", timeout=10, isolation_level=None)


def events(lines: Iterable[bytes]) -> Iterator[Event]:
    """Read server-sent events until the stream ends."""
    fields: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.decode().rstrip("\n").partition(":")
        if name:
            fields[name] = value
        elif not colon and fields:
            yield Event(fields["event"], fields.get("id", ""), json.loads(fields["data"]))
            fields = {}


@contextmanager
def new_work(data_dir: Path, **settings: str) -> Iterator[Work]:
    """Run a server of slow jobs for a while, claimed."""
    with new_server(data_dir, application=KINDS_APPLICATION, **settings) as server:
        server.start()
        yield Work(server, server.claim())
