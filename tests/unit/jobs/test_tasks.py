"""Queueing jobs and running them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from appos.audit.models import SYSTEM, Actor
from appos.errors import InvalidError, NotFoundError
from appos.jobs import tasks as module
from appos.jobs.kinds import KINDS, Kind
from appos.jobs.schedules import CRONS, SCHEDULES
from appos.jobs.storage import JobQueue
from appos.jobs.tasks import Tasks, new_huey
from appos.ledger.models import Job, JobState, Order
from appos.ledger.run import Run
from appos.services import Services
from appos.store.query import ListQuery

ADA = Actor(name="ada@example.com", id="ada000000000001", collection="_superusers")


@pytest.fixture
def ran() -> list[str]:
    return []


@pytest.fixture
def tasks(services: Services, queue: JobQueue, ran: list[str]) -> Tasks:
    def note(_services: Services, run: Run) -> None:
        ran.append(run.job.id)

    kinds = {
        **KINDS,
        "test.note": Kind(title="Note", call=note, is_startable=True, timeout_seconds=7),
        "test.once": Kind(title="Once", call=note, is_resumable=False),
    }
    return Tasks(new_huey(queue), services, kinds)


def work(tasks: Tasks) -> None:
    """Do what Huey's workers do, until the queue is empty."""
    while tasks.huey.storage.queue_size():
        tasks.huey.execute(tasks.huey.dequeue())


def jobs(services: Services) -> list[Job]:
    return services.ledger.page(ListQuery(sort="@rowid")).items


def test_a_job_takes_what_its_kind_says(tasks: Tasks) -> None:
    note = tasks.submit(Order(kind="test.note", args={"a": 1}), ADA)
    once = tasks.submit(Order(kind="test.once", is_resumable=True), ADA)

    assert (note.is_resumable, note.timeout_seconds, note.args) == (True, 7, {"a": 1})
    assert (once.is_resumable, once.timeout_seconds) == (False, 3600)


def test_the_queue_carries_the_id_and_nothing_else(tasks: Tasks, queue: JobQueue) -> None:
    job = tasks.submit(Order(kind="test.note", args={"word": "canary-7f3a91"}), ADA)
    (message,) = [entry[2] for entry in queue._memory]

    assert job.id.encode() in message
    assert b"canary" not in message


def test_a_queued_job_is_run_once(tasks: Tasks, services: Services, ran: list[str]) -> None:
    job = tasks.submit(Order(kind="test.note"), ADA)
    tasks.run(job.id)
    work(tasks)

    assert ran == [job.id]
    assert services.ledger.get(job.id).state is JobState.SUCCEEDED


def test_a_person_starts_a_kind_on_itself(tasks: Tasks) -> None:
    job = tasks.start("test.note", ADA)

    assert (job.kind, job.subject, job.requested_by) == ("test.note", "test.note", ADA.label)


@pytest.mark.parametrize("kind", ["none", "", "test.once", "mail.password_reset"])
def test_no_other_kind_is_started(tasks: Tasks, services: Services, kind: str) -> None:
    with pytest.raises(InvalidError) as caught:
        tasks.start(kind, ADA)

    assert caught.value.code == "unknown_kind"
    assert jobs(services) == []


def test_an_unknown_kind_is_told_the_known_ones(tasks: Tasks) -> None:
    with pytest.raises(InvalidError) as caught:
        tasks.start("none", ADA)

    kinds = (
        "database.optimize, files.cleanup, logs.cleanup, metrics.cleanup, recordings.cleanup, system.check"
    )
    assert f"{kinds}, test.note" in caught.value.message
    assert list(caught.value.fields) == ["kind"]


def test_a_cron_is_a_job_of_its_schedule(tasks: Tasks, services: Services) -> None:
    for cron in CRONS:
        tasks.run_cron(cron.cron_id, ADA)
    kinds = {job.kind: (job.subject, job.requested_by) for job in jobs(services)}

    assert kinds == {cron.kind: (cron.kind, ADA.label) for cron in CRONS}


@pytest.mark.parametrize("cron_id", ["", "nothing", "system.check"])
def test_no_other_cron_is_run(tasks: Tasks, services: Services, cron_id: str) -> None:
    with pytest.raises(NotFoundError) as caught:
        tasks.run_cron(cron_id, ADA)

    assert caught.value.code == "cron_not_found"
    assert jobs(services) == []


def test_the_next_job_of_a_subject_follows(tasks: Tasks, services: Services, ran: list[str]) -> None:
    first, second, third = (tasks.submit(Order(kind="test.note", subject="app"), ADA) for _ in range(3))
    tasks.huey.storage._memory.clear()
    tasks.run(first.id)
    work(tasks)

    assert ran == [first.id, second.id, third.id]


def test_what_the_queue_lost_is_put_there_again(tasks: Tasks, ran: list[str]) -> None:
    lost = [tasks.submit(Order(kind="test.note"), ADA).id for _ in range(3)]
    tasks.huey.storage._memory.clear()
    tasks.reconcile()
    work(tasks)

    assert ran == lost


def test_a_message_about_a_job_that_is_gone_does_no_harm(tasks: Tasks, ran: list[str]) -> None:
    tasks.run("none")
    work(tasks)

    assert ran == []


def test_a_job_of_a_kind_that_is_gone_fails(tasks: Tasks, services: Services) -> None:
    job = services.ledger.submit(Order(kind="gone"), SYSTEM)
    tasks.run(job.id)
    work(tasks)
    ended = services.ledger.get(job.id)

    assert (ended.state, ended.error and ended.error.code) == (JobState.FAILED, "unknown_kind")


def at(monkeypatch: pytest.MonkeyPatch, *values: int) -> None:
    monkeypatch.setattr(module, "now", lambda: datetime(*values, tzinfo=UTC))  # type: ignore[misc,arg-type]


def test_a_schedule_fires_once_for_the_minute_it_is_due(
    tasks: Tasks, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    (schedule,) = [each for each in SCHEDULES if each.kind == "system.check"]
    for minute in (30, 30, 31, 59):
        at(monkeypatch, 2026, 1, 2, 12, minute)
        tasks.fire(schedule)
    once = len(jobs(services))
    at(monkeypatch, 2026, 1, 2, 13, 30)
    tasks.fire(schedule)
    first, second = jobs(services)

    assert once == 1
    assert (first.kind, first.subject, first.requested_by) == ("system.check", "system.check", "system")
    assert second.id != first.id


def test_huey_is_told_every_schedule(tasks: Tasks) -> None:
    periodic = {str(task.__name__) for task in tasks.huey._registry._periodic_tasks}

    assert periodic == {f"fire_{schedule.kind}" for schedule in SCHEDULES}


def test_what_huey_fires_is_a_job(tasks: Tasks, services: Services) -> None:
    now = datetime(2026, 1, 1, 0, 30)  # noqa: DTZ001 - as Huey asks
    due = tasks.huey.read_periodic(now)
    for task in due:
        tasks.huey.execute(task)

    assert [job.kind for job in jobs(services)] == ["system.check"]


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_kind_calls_a_service(name: str, services: Services) -> None:
    kind = KINDS[name]

    assert kind.title
    assert 0 < kind.timeout_seconds <= 3600
    assert callable(kind.call)


def test_the_kinds_that_people_start_need_no_arguments(tasks: Tasks, services: Services, engine: Any) -> None:
    for name, kind in KINDS.items():
        if kind.is_startable:
            tasks.start(name, ADA)
    work(tasks)

    assert {job.kind: job.state.value for job in jobs(services)} == {
        "system.check": "succeeded",
        "logs.cleanup": "succeeded",
        "metrics.cleanup": "succeeded",
        "recordings.cleanup": "succeeded",
        "files.cleanup": "succeeded",
        "database.optimize": "succeeded",
    }
    assert engine.asked > 0
