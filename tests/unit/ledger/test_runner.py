"""A claimed job comes to one of its ends, whatever happens in it."""

from collections.abc import Callable

import pytest

from appos.audit.models import SYSTEM
from appos.errors import ConflictError, EngineUnavailableError, StoreError
from appos.ledger import runner as module
from appos.ledger.models import Job, JobState, Order, StepState
from appos.ledger.run import Run, RunStopped, StopReason
from appos.ledger.runner import MOST_ATTEMPTS, Runner
from appos.services import Services


@pytest.fixture
def runner(services: Services) -> Runner:
    return Runner(services.ledger, "boot")


def execute(services: Services, runner: Runner, handler: Callable[[Run], None], **values: object) -> Job:
    job = services.ledger.submit(Order(kind="test", **values), SYSTEM)  # type: ignore[arg-type]
    runner.execute(job.id, lambda _kind: handler)
    return services.ledger.get(job.id)


def failing(error: BaseException) -> Callable[[Run], None]:
    def handler(run: Run) -> None:
        def fail() -> str:
            raise error

        run.step("one", lambda: "done")
        run.step("two", fail)

    return handler


def test_a_job_that_runs_through_has_succeeded(services: Services, runner: Runner) -> None:
    job = execute(services, runner, lambda run: run.step("one", lambda: "It is done."))
    assert job.state is JobState.SUCCEEDED
    assert [(step.state, step.message) for step in job.steps] == [(StepState.SUCCEEDED, "It is done.")]
    assert runner.running == 0


def test_an_error_of_ours_is_the_end_with_its_code(services: Services, runner: Runner) -> None:
    job = execute(services, runner, failing(ConflictError("It is taken.", code="name_taken")))
    assert job.state is JobState.FAILED
    assert job.error is not None
    assert (job.error.code, job.error.message) == ("name_taken", "It is taken.")
    assert [step.state for step in job.steps] == [StepState.SUCCEEDED, StepState.FAILED]


def test_a_mistake_tells_nothing_of_itself(services: Services, runner: Runner) -> None:
    job = execute(services, runner, failing(ValueError("canary-7f3a91")))
    assert job.state is JobState.FAILED
    assert job.error is not None
    assert job.error.code == "internal"
    assert "canary" not in str(job)


def test_an_engine_that_is_away_is_asked_again_later(services: Services, runner: Runner) -> None:
    job = execute(services, runner, failing(EngineUnavailableError("Docker is away.")), is_resumable=True)
    assert (job.state, job.attempt) == (JobState.QUEUED, 1)
    assert job.due > job.created
    assert [step.state for step in job.steps] == [StepState.SUCCEEDED, StepState.WAITING]


def test_an_engine_that_stays_away_is_the_end(
    services: Services, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RETRY_SECONDS", -1)
    handler = failing(EngineUnavailableError("Docker is away."))
    job = execute(services, runner, handler, is_resumable=True)
    for _ in range(MOST_ATTEMPTS - 1):
        assert job.state is JobState.QUEUED
        runner.execute(job.id, lambda _kind: handler)
        job = services.ledger.get(job.id)
    assert (job.state, job.attempt) == (JobState.FAILED, MOST_ATTEMPTS)
    assert job.error is not None
    assert job.error.code == "engine_unavailable"


@pytest.mark.parametrize(
    ("reason", "is_resumable", "state", "code"),
    [
        (StopReason.CANCEL, True, JobState.CANCELLED, None),
        (StopReason.DEADLINE, True, JobState.FAILED, "deadline_exceeded"),
        (StopReason.SHUTDOWN, True, JobState.QUEUED, None),
        (StopReason.SHUTDOWN, False, JobState.INTERRUPTED, "interrupted"),
    ],
)
def test_a_job_that_is_stopped_ends_as_it_was_stopped(
    services: Services,
    runner: Runner,
    reason: StopReason,
    is_resumable: bool,
    state: JobState,
    code: str | None,
) -> None:
    job = execute(services, runner, failing(RunStopped(reason)), is_resumable=is_resumable)
    assert job.state is state
    assert (job.error.code if job.error else None) == code


def test_a_greenlet_that_is_killed_hands_its_job_back(services: Services, runner: Runner) -> None:
    job = services.ledger.submit(Order(kind="test", is_resumable=True), SYSTEM)
    with pytest.raises(KeyboardInterrupt):
        runner.execute(job.id, lambda _kind: failing(KeyboardInterrupt()))
    found = services.ledger.get(job.id)
    assert (found.state, found.attempt) == (JobState.QUEUED, 0)


def test_a_step_that_is_done_is_not_done_again(services: Services, runner: Runner) -> None:
    done: list[str] = []

    def handler(run: Run) -> None:
        run.step("one", lambda: done.append("one"))
        run.step("two", lambda: done.append("two"))
        if len(done) == 2:
            raise RunStopped(StopReason.SHUTDOWN)

    job = execute(services, runner, handler, is_resumable=True)
    runner.execute(job.id, lambda _kind: handler)
    assert done == ["one", "two"]


def test_a_cancellation_and_a_deadline_reach_the_run(services: Services, runner: Runner) -> None:
    def handler(run: Run) -> None:
        services.ledger.cancel(run.job.id, SYSTEM)
        runner.watch()
        run.checkpoint()

    assert execute(services, runner, handler).state is JobState.CANCELLED

    def too_long(run: Run) -> None:
        runner._deadlines[run.job.id] = 0
        runner.watch()
        run.checkpoint()

    assert execute(services, runner, too_long).error is not None


def test_the_end_of_a_job_is_written_once_the_database_takes_it(
    services: Services, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module.time, "sleep", lambda _seconds: None)  # type: ignore[attr-defined]
    finish, refusals = services.ledger.finish, [StoreError("The disk is full.", code="disk_full")] * 3

    def refused_at_first(*args: object) -> None:
        if refusals:
            raise refusals.pop()
        finish(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(services.ledger, "finish", refused_at_first)
    job = execute(services, runner, lambda run: run.step("one", lambda: None))
    assert (job.state, refusals) == (JobState.SUCCEEDED, [])


def test_a_failed_step_may_let_the_rest_go_on(services: Services, runner: Runner) -> None:
    def handler(run: Run) -> None:
        def fail() -> str:
            raise ConflictError("It is taken.")

        assert run.try_step("one", fail) is not None
        assert run.try_step("two", lambda: "fine") is None

    job = execute(services, runner, handler)
    assert [step.state for step in job.steps] == [StepState.FAILED, StepState.SUCCEEDED]
