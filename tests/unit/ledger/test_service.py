"""Jobs as rows."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from appos.audit.models import SYSTEM, Actor
from appos.errors import AppOSError, ConflictError, NotFoundError
from appos.ledger.models import Failure, Job, JobState, Order, Progress, Step, StepState
from appos.ledger.service import Ledger
from appos.services import Services
from appos.store.database import execute, rows
from appos.store.query import ListQuery
from appos.store.values import moment, timestamp

ADA = Actor(name="ada@example.com", id="ada000000000001", collection="_superusers", address="192.0.2.1")
HERE, THERE = "boot-here", "boot-there"


@pytest.fixture
def ledger(services: Services) -> Ledger:
    return services.ledger


def submit(ledger: Ledger, kind: str = "test.kind", **order: Any) -> Job:
    return ledger.submit(Order(kind=kind, **order), ADA)


def claim(ledger: Ledger, job: Job, boot: str = HERE) -> Job:
    claimed = ledger.claim(job.id, boot)
    assert claimed is not None
    return claimed


def finish(ledger: Ledger, job: Job, state: JobState = JobState.SUCCEEDED) -> Job:
    ledger.finish(job, state, None, [])
    return ledger.get(job.id)


def code_of(call: Callable[[], object], kind: type[AppOSError]) -> str:
    with pytest.raises(kind) as caught:
        call()
    return caught.value.code


def trail(services: Services, action: str) -> list[tuple[str, str, str]]:
    found = services.audit.page(ListQuery(filter=f"action = '{action}'", sort="@rowid")).items
    return [(entry.actor, entry.result.value, entry.detail) for entry in found]


def test_a_job_is_queued_as_it_was_ordered(ledger: Ledger, services: Services) -> None:
    job = submit(ledger, subject="app", args={"app": "wiki"}, is_resumable=True, timeout_seconds=60)

    assert (job.kind, job.subject, job.args) == ("test.kind", "app", {"app": "wiki"})
    assert (job.state, job.requested_by, job.attempt) == (JobState.QUEUED, ADA.label, 0)
    assert (job.is_resumable, job.timeout_seconds, job.error) == (True, 60, None)
    assert (job.started, job.finished, job.waiting_for, job.boot) == ("", "", "", "")
    assert ledger.get(job.id) == job
    assert trail(services, "job.create") == [(ADA.label, "success", "test.kind on app")]


def test_a_job_that_is_not_there_is_not_found(ledger: Ledger) -> None:
    assert code_of(lambda: ledger.get("none"), NotFoundError) == "job_not_found"
    assert code_of(lambda: ledger.cancel("none", ADA), NotFoundError) == "job_not_found"
    assert ledger.claim("none", HERE) is None


def test_a_claimed_job_runs_until_its_deadline(ledger: Ledger) -> None:
    job = claim(ledger, submit(ledger, timeout_seconds=60))

    assert (job.state, job.boot, job.attempt) == (JobState.RUNNING, HERE, 1)
    assert job.started == job.heartbeat
    assert moment(job.deadline) - moment(job.started) <= timedelta(seconds=61)
    assert moment(job.deadline) - moment(job.started) >= timedelta(seconds=59)


def test_a_job_is_claimed_once(ledger: Ledger) -> None:
    job = submit(ledger)

    assert [ledger.claim(job.id, boot) is not None for boot in (HERE, HERE, THERE)] == [True, False, False]


def test_two_jobs_never_run_on_one_subject_and_the_second_waits_visibly(ledger: Ledger) -> None:
    first, second, other = (submit(ledger, subject=subject) for subject in ("app", "app", "other"))
    running = claim(ledger, first)

    assert ledger.claim(second.id, HERE) is None
    assert ledger.get(second.id).waiting_for == first.id
    assert ledger.get(other.id).waiting_for == ""
    assert claim(ledger, other)
    finish(ledger, running)
    assert ledger.get(second.id).waiting_for == ""
    assert claim(ledger, second)


def test_jobs_of_a_subject_run_in_the_order_in_which_they_came(ledger: Ledger) -> None:
    jobs = [submit(ledger, subject="app") for _ in range(3)]

    assert ledger.ready("app") == [jobs[0].id]
    assert ledger.claim(jobs[1].id, HERE) is None
    ledger.cancel(jobs[0].id, ADA)
    assert ledger.ready("app") == [jobs[1].id]


def test_jobs_without_a_subject_run_side_by_side(ledger: Ledger) -> None:
    jobs = [submit(ledger) for _ in range(3)]

    assert ledger.ready() == [job.id for job in jobs]
    assert all(claim(ledger, job) for job in jobs)
    assert ledger.ready() == []


def test_a_job_that_is_not_due_waits_and_lets_others_pass(ledger: Ledger) -> None:
    later = timestamp(datetime.now(UTC) + timedelta(hours=1))
    early = submit(ledger, subject="app", due=later)
    second = submit(ledger, subject="app")

    assert ledger.claim(early.id, HERE) is None
    assert ledger.ready() == [second.id]
    assert claim(ledger, second)


@pytest.mark.parametrize("state", [JobState.SUCCEEDED, JobState.FAILED])
def test_a_job_ends_once_with_all_that_is_known(ledger: Ledger, services: Services, state: JobState) -> None:
    job = claim(ledger, submit(ledger, subject="app"))
    error = Failure(code="image_missing", message="There is no such image.")
    steps = [Step(name="pull", state=StepState.FAILED)]
    ledger.finish(job, state, None if state is JobState.SUCCEEDED else error, steps)
    ended = ledger.get(job.id)
    is_success = state is JobState.SUCCEEDED

    assert (ended.state, ended.steps, ended.boot) == (state, steps, "")
    assert ended.error == (None if is_success else error)
    assert ended.finished >= ended.started
    detail = f"test.kind on app: {state.value}" + ("" if is_success else " (image_missing)")
    assert trail(services, "job.end") == [("system", "success" if is_success else "failure", detail)]


def test_a_queued_job_is_cancelled_at_once(ledger: Ledger, services: Services) -> None:
    job = ledger.cancel(submit(ledger, subject="app").id, ADA)

    assert (job.state, job.cancel_requested_by) == (JobState.CANCELLED, ADA.label)
    assert ledger.claim(job.id, HERE) is None
    assert trail(services, "job.cancel") == [(ADA.label, "success", "test.kind on app")]


def test_a_running_job_is_asked_to_stop(ledger: Ledger) -> None:
    job = claim(ledger, submit(ledger))
    asked = ledger.cancel(job.id, ADA)

    assert (asked.state, asked.cancel_requested_by) == (JobState.RUNNING, ADA.label)
    assert list(ledger.cancel_requests([job.id, "none"])) == [job.id]


@pytest.mark.parametrize("state", [JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED])
def test_a_job_that_has_ended_cannot_be_cancelled(
    ledger: Ledger, services: Services, state: JobState
) -> None:
    job = finish(ledger, claim(ledger, submit(ledger)), state)

    assert code_of(lambda: ledger.cancel(job.id, ADA), ConflictError) == "job_ended"
    assert ledger.get(job.id) == job
    assert trail(services, "job.cancel") == []


def running_step(name: str = "pull") -> list[Step]:
    return [
        Step(name="look", state=StepState.SUCCEEDED, message="Looked."),
        Step(name=name, state=StepState.RUNNING),
        Step(name="later"),
    ]


def orphan(ledger: Ledger, **order: Any) -> Job:
    """A job that runs in a process that is gone, in the middle of a step."""
    job = claim(ledger, submit(ledger, subject="app", **order), THERE)
    ledger.save_steps(job.id, running_step())
    return job


def states(job: Job) -> list[str]:
    return [step.state.value for step in job.steps]


def test_a_resumable_job_of_a_dead_process_is_queued_again(ledger: Ledger) -> None:
    job = orphan(ledger, is_resumable=True)
    reclaimed = [each.id for each in ledger.reclaim(HERE)]
    again = ledger.get(job.id)

    assert reclaimed == [job.id]
    assert (again.state, again.boot, again.attempt) == (JobState.QUEUED, "", 1)
    assert states(again) == ["succeeded", "waiting", "waiting"]
    assert claim(ledger, again).attempt == 2


def test_any_other_job_of_a_dead_process_was_interrupted(ledger: Ledger, services: Services) -> None:
    job = orphan(ledger)
    ledger.reclaim(HERE)
    ended = ledger.get(job.id)

    assert (ended.state, ended.boot) == (JobState.INTERRUPTED, "")
    assert states(ended) == ["succeeded", "interrupted", "waiting"]
    assert ended.error is not None
    assert (ended.error.code, "in the step 'pull'" in ended.error.message) == ("interrupted", True)
    assert ended.finished != ""
    assert ledger.claim(job.id, HERE) is None
    assert claim(ledger, submit(ledger, subject="app"))


def test_a_job_that_was_to_be_cancelled_when_its_process_died_is_cancelled(ledger: Ledger) -> None:
    job = orphan(ledger, is_resumable=False)
    ledger.cancel(job.id, ADA)
    ledger.reclaim(HERE)
    ended = ledger.get(job.id)

    assert (ended.state, ended.error) == (JobState.CANCELLED, None)
    assert states(ended) == ["succeeded", "cancelled", "waiting"]


def test_a_resumable_one_is_taken_up_to_take_back_what_it_has_begun(ledger: Ledger) -> None:
    job = orphan(ledger, is_resumable=True)
    ledger.cancel(job.id, ADA)
    ledger.reclaim(HERE)
    queued = ledger.get(job.id)

    assert (queued.state, queued.cancel_requested_by) == (JobState.QUEUED, ADA.label)
    assert states(queued) == ["succeeded", "waiting", "waiting"]


def test_a_process_keeps_its_own_jobs_and_leaves_ended_ones(ledger: Ledger) -> None:
    mine = claim(ledger, submit(ledger))
    ended = finish(ledger, claim(ledger, submit(ledger), THERE))
    queued = submit(ledger)

    assert ledger.reclaim(HERE) == []
    assert [ledger.get(job.id).state.value for job in (mine, ended, queued)] == [
        "running",
        "succeeded",
        "queued",
    ]


@pytest.mark.parametrize(("counts", "attempt"), [(True, 1), (False, 0)])
def test_a_job_is_handed_back_where_it_stands(ledger: Ledger, counts: bool, attempt: int) -> None:
    job = claim(ledger, submit(ledger, subject="app"))
    ledger.hand_back(job, running_step(), counts=counts)
    again = ledger.get(job.id)

    assert (again.state, again.attempt, again.boot, again.due) == (JobState.QUEUED, attempt, "", "")
    assert states(again) == ["succeeded", "running", "waiting"]
    assert ledger.ready() == [job.id]
    assert claim(ledger, again).started == job.started


def test_a_job_that_is_handed_back_for_later_is_not_ready_before(ledger: Ledger) -> None:
    job = claim(ledger, submit(ledger))
    ledger.hand_back(job, [], due=timestamp(datetime.now(UTC) + timedelta(hours=1)))

    assert ledger.ready() == []
    assert ledger.claim(job.id, HERE) is None


def test_a_heart_beats_for_the_jobs_that_are_named(ledger: Ledger, services: Services) -> None:
    first, second = (claim(ledger, submit(ledger)) for _ in range(2))
    with services.databases.data.transaction() as db:
        execute(db, "UPDATE jobs SET heartbeat = ''")
    ledger.beat([first.id])

    assert ledger.get(first.id).heartbeat != ""
    assert ledger.get(second.id).heartbeat == ""


def test_lines_are_kept_in_their_order_and_read_from_anywhere(ledger: Ledger) -> None:
    job, other = submit(ledger), submit(ledger)
    ledger.append(job.id, ["one", "two"])
    ledger.append(other.id, ["else"])
    ledger.append(job.id, ["three"])
    lines = ledger.lines(job.id)

    assert [line.text for line in lines] == ["one", "two", "three"]
    assert [line.text for line in ledger.lines(job.id, lines[0].id)] == ["two", "three"]


def test_a_long_line_is_cut(ledger: Ledger) -> None:
    job = submit(ledger)
    ledger.append(job.id, ["x" * 8192, "y" * 8193])

    assert [(line.text[0], len(line.text)) for line in ledger.lines(job.id)] == [("x", 8192), ("y", 8192)]


def test_a_long_log_is_read_in_parts(ledger: Ledger) -> None:
    job = submit(ledger)
    ledger.append(job.id, [str(number) for number in range(501)])
    part = ledger.lines(job.id)

    assert len(part) == 500
    assert [line.text for line in ledger.lines(job.id, part[-1].id)] == ["500"]


def test_progress_is_kept(ledger: Ledger) -> None:
    job = submit(ledger)
    ledger.save_progress(job.id, Progress(done=2, total=5, message="Two of five."))

    assert ledger.get(job.id).progress == Progress(done=2, total=5, message="Two of five.")


def test_a_schedule_fires_once_a_minute(ledger: Ledger) -> None:
    submit(ledger, scheduled_for="2026-01-02 12:00")
    again = code_of(lambda: submit(ledger, scheduled_for="2026-01-02 12:00"), ConflictError)

    assert again == "not_unique"
    assert submit(ledger, kind="other.kind", scheduled_for="2026-01-02 12:00")
    assert submit(ledger, scheduled_for="2026-01-02 12:01")


def test_people_may_start_a_kind_as_often_as_they_like(ledger: Ledger) -> None:
    assert submit(ledger).id != submit(ledger).id


def test_old_jobs_are_deleted_with_their_lines_and_others_stay(ledger: Ledger, services: Services) -> None:
    old, queued, running = (submit(ledger) for _ in range(3))
    ledger.append(old.id, ["line"])
    ledger.append(queued.id, ["line"])
    finish(ledger, claim(ledger, old))
    claim(ledger, running)

    assert ledger.clean("2020-01-01 00:00:00.000Z") == 0
    assert ledger.clean(timestamp(datetime.now(UTC) + timedelta(seconds=1))) == 1
    with services.databases.data.read() as db:
        assert rows(db, "SELECT job FROM jobLogs") == [{"job": queued.id}]
    assert ledger.get(running.id).state is JobState.RUNNING


def test_queued_and_running_jobs_are_counted(ledger: Ledger) -> None:
    before = ledger.counts()
    claim(ledger, submit(ledger))
    submit(ledger)
    submit(ledger)
    finish(ledger, claim(ledger, submit(ledger)))

    assert before == {"queued": 0, "running": 0}
    assert ledger.counts() == {"queued": 2, "running": 1}


def test_jobs_are_listed_newest_first_and_filtered(ledger: Ledger) -> None:
    first, second, third = (submit(ledger, subject=subject) for subject in ("a", "b", "a"))
    claim(ledger, first)

    assert [job.id for job in ledger.page(ListQuery()).items] == [third.id, second.id, first.id]
    page = ledger.page(ListQuery(filter="subject = 'a' && state = 'queued'"))
    assert [(job.id, job.waiting_for) for job in page.items] == [(third.id, first.id)]
    assert (page.total_items, page.total_pages) == (1, 1)


def test_whoever_watches_a_job_hears_of_each_change(ledger: Ledger) -> None:
    job = submit(ledger)
    heard: list[str] = []

    def note(name: str, change: Callable[[], object]) -> None:
        event.clear()
        change()
        if event.is_set():
            heard.append(name)

    with ledger.watchers.watch(job.id) as event:
        note("claim", lambda: ledger.claim(job.id, HERE))
        note("steps", lambda: ledger.save_steps(job.id, []))
        note("progress", lambda: ledger.save_progress(job.id, Progress()))
        note("line", lambda: ledger.append(job.id, ["line"]))
        note("cancel", lambda: ledger.cancel(job.id, ADA))
        note("hand back", lambda: ledger.hand_back(job, []))
        note("finish", lambda: ledger.finish(job, JobState.SUCCEEDED, None, []))

    assert heard == ["claim", "steps", "progress", "line", "cancel", "hand back", "finish"]


def test_a_job_on_the_wire_is_camel_case(ledger: Ledger) -> None:
    wire = msgspec.to_builtins(submit(ledger))

    assert {"requestedBy", "isResumable", "waitingFor", "timeoutSeconds", "cancelRequestedBy"} <= set(wire)
    assert len(wire["id"]) == 15
    assert wire["created"].endswith("Z")


def test_the_system_may_order_too(ledger: Ledger) -> None:
    assert ledger.submit(Order(kind="k"), SYSTEM).requested_by == "system"
