"""Jobs as records that change."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from appos.errors import StoreError
from appos.ledger.watch import Watchers
from appos.records.models import Record
from appos.records.realtime import jobs as module
from appos.records.realtime.broker import Broker
from appos.records.realtime.jobs import JobEvents
from tests.unit.records.realtime.conftest import Ear, collection, record

JOBS = collection("jobs")


class Notes:
    """Stands in for the broker: notes what is published."""

    def __init__(self) -> None:
        self.clients = 1
        self.published: list[tuple[str, str]] = []

    def __len__(self) -> int:
        return self.clients

    def publish(self, action: str, found: Record) -> None:
        self.published.append((action, found.id))


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def events(notes: Notes) -> JobEvents:
    return JobEvents(notes, lambda job_id: record(JOBS, job_id) if job_id != "gone" else None)  # type: ignore[arg-type]


@pytest.fixture
def running(events: JobEvents) -> Iterator[JobEvents]:
    thread = threading.Thread(target=events.run)
    thread.start()
    yield events
    events.close()
    thread.join(5)
    assert not thread.is_alive()


def wait_for(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_change_is_told_at_once(running: JobEvents, notes: Notes) -> None:
    began = time.monotonic()
    running.note("a", is_new=False)
    wait_for(lambda: notes.published == [("update", "a")])

    assert time.monotonic() - began < module.PAUSE_SECONDS


def test_many_changes_are_told_a_few_times_and_the_last_always(
    notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.05)
    versions = [0]
    events = JobEvents(notes, lambda job_id: record(JOBS, f"{job_id}{versions[-1]}"))  # type: ignore[arg-type]
    thread = threading.Thread(target=events.run)
    thread.start()
    for version in range(1, 101):
        versions.append(version)
        events.note("a", is_new=False)
        events.note("b", is_new=False)
        time.sleep(0.002)
    wait_for(lambda: {("update", "a100"), ("update", "b100")} <= set(notes.published))
    events.close()
    thread.join(5)

    assert 4 <= len(notes.published) <= 30


def test_a_job_that_changes_before_it_was_told_of_is_new(events: JobEvents, notes: Notes) -> None:
    events.note("a", is_new=True)
    events.note("a", is_new=False)
    thread = threading.Thread(target=events.run)
    thread.start()
    wait_for(lambda: bool(notes.published))
    events.close()
    thread.join(5)

    assert notes.published == [("create", "a")]


def test_while_nobody_is_connected_nothing_is_remembered(running: JobEvents, notes: Notes) -> None:
    notes.clients = 0
    running.note("a", is_new=False)
    notes.clients = 1
    running.note("b", is_new=False)
    wait_for(lambda: bool(notes.published))

    assert notes.published == [("update", "b")]


def test_a_job_that_is_gone_is_not_told(running: JobEvents, notes: Notes) -> None:
    running.note("gone", is_new=False)
    running.note("a", is_new=False)
    wait_for(lambda: bool(notes.published))

    assert notes.published == [("update", "a")]


def test_a_database_that_fails_does_not_end_it(notes: Notes, caplog: pytest.LogCaptureFixture) -> None:
    answers: list[StoreError | Record] = [StoreError("The disk is full."), record(JOBS, "a")]

    def find(_job_id: str) -> Record:
        answer = answers.pop(0)
        if isinstance(answer, StoreError):
            raise answer
        return answer

    events = JobEvents(notes, find)  # type: ignore[arg-type]
    thread = threading.Thread(target=events.run)
    thread.start()
    events.note("a", is_new=False)
    wait_for(lambda: len(answers) == 1)
    events.note("a", is_new=False)
    wait_for(lambda: bool(notes.published))
    events.close()
    thread.join(5)

    assert [entry.message for entry in caplog.records] == ["job_not_told"]


def test_what_the_ledger_notifies_of_reaches_clients(broker: Broker, connect: Callable[[], Ear]) -> None:
    watchers, events = Watchers(), JobEvents(broker, lambda job_id: record(JOBS, job_id))
    watchers.listen(events.note)
    ear = connect()
    broker.subscribe(ear.client.id, ["jobs/*", "jobs/a"], None)
    watchers.notify("a", is_new=True)
    watchers.wake("b")
    thread = threading.Thread(target=events.run)
    thread.start()
    told: list[tuple[str, str]] = []

    def is_told() -> bool:
        told.extend((topic, data["action"]) for topic, data in ear.events())
        return len(told) == 2

    wait_for(is_told)
    events.close()
    thread.join(5)

    assert told == [("jobs/a", "create"), ("jobs/*", "create")]
