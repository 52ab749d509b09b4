"""Health, and serving on, while the database is locked by another process or has gone."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.integration.work import Work, connect
from tests.serving import Answer, Server, wait_for

# An answer about the database's health counts for two seconds; then it is asked again.
NOTICE_SECONDS = 5.0
LATENCY_SECONDS = 0.5


@contextmanager
def write_locked(data_dir: Path) -> Iterator[None]:
    """Hold the write lock of the database as another process, this one."""
    with closing(connect(data_dir)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield
        connection.execute("ROLLBACK")


def until_health(server: Server, status: int) -> Answer:
    def answered() -> Answer | None:
        answer = server.request("GET", "/api/health")
        return answer if answer.status == status else None

    answer = wait_for(answered, NOTICE_SECONDS, f"health to be {status}")
    assert answer is not None
    return answer


def test_health_tells_of_a_locked_database_and_of_its_return(work: Work) -> None:
    with write_locked(work.server.data_dir):
        sick = until_health(work.server, 503)
        assert sick.json() == {
            "data": {},
            "message": "The database is locked by another program; end it and try again.",
            "status": 503,
        }
        assert work.status()["database"]["state"] == "failed"
    until_health(work.server, 200)
    assert work.status()["database"]["state"] == "ok"


def test_health_tells_of_a_database_file_that_has_gone(work: Work) -> None:
    database = work.server.data_dir / "pb_data" / "data.db"
    aside = database.with_name("aside.db")
    database.rename(aside)
    try:
        sick = until_health(work.server, 503)
        assert sick.json()["message"] == "The database file cannot be opened; check the data directory."
        assert not database.exists()
    finally:
        aside.rename(database)
    until_health(work.server, 200)


def test_a_lock_held_by_another_process_stops_no_other_request(work: Work) -> None:
    job_id = work.start("test.chatty")
    work.until(job_id, "running")
    with write_locked(work.server.data_dir):
        writer = threading.Thread(target=work.server.sign_in)
        writer.start()
        slowest = max(slowest_of(work, "/api/health"), slowest_of(work, "/api/appos/jobs"))
        assert slowest < LATENCY_SECONDS
    writer.join(10)
    work.until(job_id, "succeeded")


def slowest_of(work: Work, path: str) -> float:
    """The longest that an answer took, over two seconds."""
    slowest, end = 0.0, time.monotonic() + 2
    while time.monotonic() < end:
        began = time.monotonic()
        work.server.request("GET", path, work.token if "appos" in path else None)
        slowest = max(slowest, time.monotonic() - began)
        time.sleep(0.02)
    return slowest


def test_a_write_waits_for_a_short_lock(work: Work) -> None:
    with write_locked(work.server.data_dir):
        started: list[str] = []
        starter = threading.Thread(target=lambda: started.append(work.start("test.once-a")))
        starter.start()
        time.sleep(1)
        assert not started
    starter.join(5)
    work.until(started[0], "succeeded")


def test_a_job_whose_end_cannot_be_written_ends_later(work: Work) -> None:
    job_id = work.start("test.once-b")
    work.until_it_works(job_id)
    with write_locked(work.server.data_dir):
        time.sleep(6.5)
    work.until(job_id, "succeeded", seconds=15)
    assert [effect.what for effect in work.effects(job_id)] == ["begin", "end"]


def test_a_write_that_cannot_be_done_is_refused_with_a_reason(work: Work) -> None:
    with write_locked(work.server.data_dir):
        refused = work.server.request("POST", "/api/appos/jobs", work.token, {"kind": "test.once-c"})
    assert refused.status == 503
    assert refused.json()["code"] == "database_busy"
