"""The verbs of jobs: queue, claim, cancel, end, take back."""

import pytest

from appos.audit.models import SYSTEM, Actor
from appos.errors import AppOSError, ConflictError, NotFoundError
from appos.ledger.models import Job, JobState, Order, Step, StepState
from appos.ledger.run import Run, RunStopped
from appos.ledger.runner import Runner
from appos.services import Services
from appos.store.query import ListQuery
from appos.store.values import timestamp

ADA = Actor(name="ada@example.com", id="a" * 15, collection="_superusers", address="192.0.2.1")


def submit(services: Services, subject: str = "", **values: object) -> Job:
    return services.ledger.submit(Order(kind="test", subject=subject, **values), ADA)  # type: ignore[arg-type]


def claim(services: Services, job: Job, boot: str = "boot") -> Job:
    claimed = services.ledger.claim(job.id, boot)
    assert claimed is not None
    return claimed


def actions(services: Services, job: Job) -> list[str]:
    found = services.audit.page(ListQuery(filter=f"subject='{job.id}'", sort="@rowid"))
    return [f"{entry.action} {entry.actor}" for entry in found.items]


def test_a_job_begins_queued_and_stands_in_the_trail(services: Services) -> None:
    job = submit(services)
    assert (job.state, job.requested_by, job.attempt) == (JobState.QUEUED, "_superusers:ada@example.com", 0)
    assert actions(services, job) == ["job.create _superusers:ada@example.com"]


def test_a_job_is_claimed_once(services: Services) -> None:
    job = submit(services)
    claimed = claim(services, job)
    assert (claimed.state, claimed.attempt, claimed.boot) == (JobState.RUNNING, 1, "boot")
    assert claimed.deadline > claimed.started
    assert services.ledger.claim(job.id, "other") is None
    assert services.ledger.claim("nosuchjob000000", "boot") is None


def test_two_jobs_never_run_on_one_subject(services: Services) -> None:
    first, second, other = submit(services, "wiki"), submit(services, "wiki"), submit(services, "blog")
    running = claim(services, first)
    assert services.ledger.claim(second.id, "boot") is None
    assert services.ledger.get(second.id).waiting_for == first.id
    assert services.ledger.ready() == [other.id]
    services.ledger.finish(running, JobState.SUCCEEDED, None, [])
    assert services.ledger.get(second.id).waiting_for == ""
    assert services.ledger.ready("wiki") == [second.id]
    claim(services, second)


def test_jobs_of_one_subject_run_in_their_order(services: Services) -> None:
    first, second = submit(services, "wiki"), submit(services, "wiki")
    assert services.ledger.claim(second.id, "boot") is None
    assert services.ledger.ready() == [first.id]


def test_a_job_that_is_not_due_waits_and_lets_others_pass(services: Services) -> None:
    later = submit(services, "wiki", due="2999-01-01 00:00:00.000Z")
    now = submit(services, "wiki")
    assert services.ledger.ready() == [now.id]
    assert services.ledger.claim(later.id, "boot") is None


def test_a_queued_job_is_cancelled_at_once(services: Services) -> None:
    job = submit(services)
    cancelled = services.ledger.cancel(job.id, ADA)
    assert (cancelled.state, cancelled.cancel_requested_by) == (JobState.CANCELLED, ADA.label)
    assert services.ledger.ready() == []
    assert "job.cancel _superusers:ada@example.com" in actions(services, job)


def test_a_running_job_is_asked_to_stop(services: Services) -> None:
    job = claim(services, submit(services))
    assert services.ledger.cancel(job.id, ADA).state is JobState.RUNNING
    assert services.ledger.cancel_requests([job.id, "x"]) == [job.id]


def test_a_job_that_has_ended_cannot_be_cancelled(services: Services) -> None:
    job = claim(services, submit(services))
    services.ledger.finish(job, JobState.SUCCEEDED, None, [])
    with pytest.raises(ConflictError, match="succeeded") as caught:
        services.ledger.cancel(job.id, ADA)
    assert caught.value.code == "job_ended"


def test_an_unknown_job_is_not_found(services: Services) -> None:
    def code_of(error: AppOSError) -> str:
        return error.code

    with pytest.raises(NotFoundError) as caught:
        services.ledger.get("nosuchjob000000")
    assert code_of(caught.value) == "job_not_found"


def running_with_a_step(services: Services, **values: object) -> Job:
    job = claim(services, submit(services, **values), "dead")  # type: ignore[arg-type]
    done = Step(name="one", state=StepState.SUCCEEDED)
    services.ledger.save_steps(job.id, [done, Step(name="two", state=StepState.RUNNING)])
    return job


def test_what_a_dead_process_left_is_queued_again_if_it_is_resumable(services: Services) -> None:
    job = running_with_a_step(services, is_resumable=True)
    assert [each.id for each in services.ledger.reclaim("alive")] == [job.id]
    found = services.ledger.get(job.id)
    assert (found.state, found.attempt, found.boot) == (JobState.QUEUED, 1, "")
    assert [step.state for step in found.steps] == [StepState.SUCCEEDED, StepState.WAITING]


def test_what_a_dead_process_left_is_interrupted_otherwise(services: Services) -> None:
    job = running_with_a_step(services)
    services.ledger.reclaim("alive")
    found = services.ledger.get(job.id)
    assert found.state is JobState.INTERRUPTED
    assert found.error is not None
    assert found.error.code == "interrupted"
    assert "'two'" in found.error.message
    assert [step.state for step in found.steps] == [StepState.SUCCEEDED, StepState.INTERRUPTED]


def test_a_job_that_was_to_be_cancelled_is_only_taken_up_to_stop(services: Services) -> None:
    job = running_with_a_step(services, is_resumable=True)
    services.ledger.cancel(job.id, ADA)
    services.ledger.reclaim("alive")
    assert services.ledger.get(job.id).state is JobState.QUEUED

    done: list[str] = []

    def handle(run: Run) -> None:
        try:
            run.step("two", lambda: done.append("two"))
        except RunStopped:
            run.compensate("restore", lambda: done.append("restore"))
            raise

    Runner(services.ledger, "alive").execute(job.id, lambda _: handle)
    assert services.ledger.get(job.id).state is JobState.CANCELLED
    assert done == ["restore"]


def test_ones_own_jobs_are_no_orphans(services: Services) -> None:
    claim(services, submit(services), "alive")
    assert services.ledger.reclaim("alive") == []


def test_an_attempt_that_was_none_is_not_counted(services: Services) -> None:
    job = claim(services, submit(services))
    services.ledger.hand_back(job, [], counts=False)
    assert services.ledger.get(job.id).attempt == 0
    assert services.ledger.ready() == [job.id]


def test_a_schedule_fires_once_a_minute(services: Services) -> None:
    order = Order(kind="test", scheduled_for="2026-01-02 03:30")
    services.ledger.submit(order, SYSTEM)
    with pytest.raises(ConflictError):
        services.ledger.submit(order, SYSTEM)
    assert services.ledger.page(ListQuery()).total_items == 1


def test_lines_come_in_their_order_and_long_ones_are_cut(services: Services) -> None:
    job = submit(services)
    services.ledger.append(job.id, ["one", "x" * 10_000])
    lines = services.ledger.lines(job.id)
    assert [line.text for line in lines] == ["one", "x" * 8192]
    assert [line.text[:3] for line in services.ledger.lines(job.id, lines[0].id)] == ["xxx"]


def test_ended_jobs_go_with_their_logs_and_open_ones_stay(services: Services) -> None:
    ended, queued = claim(services, submit(services)), submit(services)
    services.ledger.append(ended.id, ["one"])
    services.ledger.finish(ended, JobState.SUCCEEDED, None, [])
    assert services.ledger.clean("2000-01-01 00:00:00.000Z") == 0
    assert services.ledger.clean("2999-01-01 00:00:00.000Z") == 1
    assert services.ledger.lines(ended.id) == []
    assert services.ledger.get(queued.id).state is JobState.QUEUED


def test_those_who_watch_are_woken_by_every_change(services: Services) -> None:
    job = submit(services)
    with services.ledger.watchers.watch(job.id) as changed:
        claim(services, job)
        assert changed.is_set()
        changed.clear()
        services.ledger.append(job.id, [timestamp()])
        assert changed.is_set()
    services.ledger.watchers.close()
    with services.ledger.watchers.watch(job.id) as changed:
        assert changed.is_set()
