"""Running a claimed job to one of its ends."""

import logging
from datetime import timedelta
from typing import Any

import pytest

from appos import log
from appos.errors import AppOSError, EngineUnavailableError, StoreError
from appos.ledger.models import Job, JobState
from appos.ledger.run import Run, StopReason
from appos.ledger.runner import MOST_ATTEMPTS, RETRY_SECONDS, Handler, Runner
from appos.ledger.service import Ledger
from appos.services import Services
from appos.store.database import execute
from appos.store.values import moment
from tests.unit.fakes import Clock
from tests.unit.ledger.conftest import BOOT, execute_job, submit

CANARY = "canary-7f3a91"


def failing(error: BaseException) -> Handler:
    """A handler that fails in its second step."""

    def fail() -> str:
        raise error

    def handle(run: Run) -> None:
        run.plan("first", "second", "third")
        run.step("first", lambda: "Done.")
        run.step("second", fail)

    return handle


def stopping(*reasons: StopReason) -> Handler:
    """A handler that is asked to stop while it is at its second step."""

    def handle(run: Run) -> None:
        def work() -> None:
            for reason in reasons:
                run.stop(reason)
            run.checkpoint()

        run.plan("first", "second", "third")
        run.step("first", lambda: "Done.")
        run.step("second", work)

    return handle


def states(job: Job) -> list[str]:
    return [step.state.value for step in job.steps]


def test_a_job_that_returns_has_succeeded(runner: Runner, ledger: Ledger) -> None:
    seen: list[Job] = []

    def handle(run: Run) -> None:
        seen.append(ledger.get(run.job.id))
        run.step("only", lambda: "Done.")

    job = execute_job(runner, ledger, handle)

    assert [(each.state, each.boot) for each in seen] == [(JobState.RUNNING, BOOT)]
    assert (job.state, job.error, states(job)) == (JobState.SUCCEEDED, None, ["succeeded"])
    assert runner.running == 0


def test_a_job_that_is_not_to_be_had_is_not_run(runner: Runner, ledger: Ledger) -> None:
    job = submit(ledger)
    ledger.claim(job.id, "boot-there")

    assert runner.execute(job.id, lambda _kind: pytest.fail("it ran")) is None
    assert runner.execute("none", lambda _kind: pytest.fail("it ran")) is None


def test_an_error_of_ours_is_final_and_keeps_its_code_and_sentence(runner: Runner, ledger: Ledger) -> None:
    error = AppOSError("There is no such image.", code="image_missing")
    job = execute_job(runner, ledger, failing(error), is_resumable=True)

    assert (job.state, states(job)) == (JobState.FAILED, ["succeeded", "failed", "waiting"])
    assert job.error is not None
    assert (job.error.code, job.error.message) == ("image_missing", "There is no such image.")
    assert job.steps[1].message == "There is no such image."
    assert job.steps[1].finished != ""


def test_a_mistake_is_internal_and_only_the_log_knows_it(
    runner: Runner, ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    job = execute_job(runner, ledger, failing(ValueError(CANARY)))
    (record,) = caplog.records

    assert job.state is JobState.FAILED
    assert job.error is not None
    assert job.error.code == "internal"
    assert job.id in job.error.message
    assert CANARY not in repr(job)
    assert (record.message, record.levelno) == ("job_failed", logging.ERROR)
    assert record.exc_info is not None
    assert CANARY in str(record.exc_info[1])


def test_a_kind_that_nobody_knows_fails(runner: Runner, ledger: Ledger) -> None:
    def unknown(_kind: str) -> Handler:
        raise AppOSError("There is no such kind.", code="unknown_kind")

    job = submit(ledger)
    runner.execute(job.id, unknown)
    ended = ledger.get(job.id)

    assert ended.error is not None
    assert (ended.state, ended.error.code) == (JobState.FAILED, "unknown_kind")


def test_a_job_whose_engine_does_not_answer_is_tried_again_later(runner: Runner, ledger: Ledger) -> None:
    job = execute_job(runner, ledger, failing(EngineUnavailableError("No answer.")), is_resumable=True)

    assert (job.state, job.attempt, job.boot) == (JobState.QUEUED, 1, "")
    assert states(job) == ["succeeded", "waiting", "waiting"]
    assert abs(moment(job.due) - moment(job.updated) - timedelta(seconds=RETRY_SECONDS)) < timedelta(
        seconds=1
    )


def test_after_the_last_attempt_it_has_failed(runner: Runner, ledger: Ledger, services: Services) -> None:
    job = submit(ledger, is_resumable=True)
    seen = []
    for _ in range(MOST_ATTEMPTS):
        runner.execute(job.id, lambda _kind: failing(EngineUnavailableError("No answer.")))
        job = ledger.get(job.id)
        seen.append(job.state.value)
        with services.databases.data.transaction() as db:
            execute(db, "UPDATE jobs SET due = ''")

    assert seen == ["queued"] * (MOST_ATTEMPTS - 1) + ["failed"]
    assert job.error is not None
    assert job.error.code == "engine_unavailable"


def test_a_job_that_is_not_resumable_is_not_tried_again(runner: Runner, ledger: Ledger) -> None:
    job = execute_job(runner, ledger, failing(EngineUnavailableError("No answer.")))

    assert (job.state, job.error and job.error.code) == (JobState.FAILED, "engine_unavailable")


@pytest.mark.parametrize(
    ("reason", "state"), [(StopReason.CANCEL, "cancelled"), (StopReason.DEADLINE, "failed")]
)
def test_a_job_that_is_to_stop_is_not_tried_again(
    runner: Runner, ledger: Ledger, reason: StopReason, state: str
) -> None:
    def handle(run: Run) -> None:
        run.stop(reason)
        raise EngineUnavailableError("No answer.")

    assert execute_job(runner, ledger, handle, is_resumable=True).state.value == state


def test_a_second_attempt_goes_on_where_the_first_one_stopped(runner: Runner, ledger: Ledger) -> None:
    done: list[str] = []
    reasons = [StopReason.SHUTDOWN]

    def handle(run: Run) -> None:
        run.plan("first", "second")
        for name in ("first", "second"):
            run.step(name, lambda name=name: done.append(name))  # type: ignore[misc]
            if reasons:
                run.stop(reasons.pop())

    job = submit(ledger, is_resumable=True)
    for _ in range(2):
        runner.execute(job.id, lambda _kind: handle)

    assert done == ["first", "second"]
    assert ledger.get(job.id).state is JobState.SUCCEEDED


@pytest.mark.parametrize(
    ("reason", "is_resumable", "state", "step", "code"),
    [
        pytest.param(StopReason.CANCEL, False, "cancelled", "cancelled", "", id="cancel"),
        pytest.param(StopReason.CANCEL, True, "cancelled", "cancelled", "", id="cancel-resumable"),
        pytest.param(StopReason.DEADLINE, True, "failed", "failed", "deadline_exceeded", id="deadline"),
        pytest.param(StopReason.SHUTDOWN, False, "interrupted", "interrupted", "interrupted", id="shutdown"),
        pytest.param(StopReason.SHUTDOWN, True, "queued", "waiting", "", id="shutdown-resumable"),
    ],
)
def test_a_job_that_is_stopped_ends_as_its_reason_says(
    runner: Runner,
    ledger: Ledger,
    reason: StopReason,
    is_resumable: bool,
    state: str,
    step: str,
    code: str,
) -> None:
    job = execute_job(runner, ledger, stopping(reason), is_resumable=is_resumable)

    assert (job.state.value, states(job)) == (state, ["succeeded", step, "waiting"])
    assert (job.error.code if job.error else "") == code
    assert job.attempt == (0 if state == "queued" else 1)
    assert (job.finished == "") == (state == "queued")


def test_an_interrupted_job_names_the_step_it_was_at(runner: Runner, ledger: Ledger) -> None:
    job = execute_job(runner, ledger, stopping(StopReason.SHUTDOWN))

    assert job.error is not None
    assert "in the step 'second'" in job.error.message


@pytest.mark.parametrize(("is_resumable", "state"), [(True, "queued"), (False, "interrupted")])
def test_what_ends_the_process_ends_the_job(
    runner: Runner, ledger: Ledger, is_resumable: bool, state: str
) -> None:
    job = submit(ledger, is_resumable=is_resumable)
    with pytest.raises(KeyboardInterrupt):
        runner.execute(job.id, lambda _kind: failing(KeyboardInterrupt()))

    assert ledger.get(job.id).state.value == state
    assert runner.running == 0


def test_the_log_names_the_job_while_it_runs(runner: Runner, ledger: Ledger) -> None:
    seen: list[str] = []
    job = execute_job(runner, ledger, lambda _run: seen.append(log.job_id.get()))

    assert seen == [job.id]
    assert log.job_id.get() == ""


def breaking(ledger: Ledger, times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the database refuse the end of a job a few times."""
    finish, left = ledger.finish, iter(range(times))

    def refuse(*args: Any) -> None:
        if next(left, None) is not None:
            raise StoreError("The disk is full.", code="disk_full")
        finish(*args)

    monkeypatch.setattr(ledger, "finish", refuse)


def test_an_end_that_cannot_be_written_is_written_again(
    runner: Runner,
    ledger: Ledger,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    breaking(ledger, 3, monkeypatch)
    job = execute_job(runner, ledger, lambda _run: None)

    assert job.state is JobState.SUCCEEDED
    assert [record.message for record in caplog.records] == ["job_end_not_written"] * 3
    assert clock.now == 1003


def test_an_end_that_can_never_be_written_is_left_to_the_next_start(
    runner: Runner, ledger: Ledger, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaking(ledger, 1000, monkeypatch)
    with pytest.raises(StoreError):
        execute_job(runner, ledger, lambda _run: None)

    assert runner.running == 0
    assert clock.now < 1040
    (orphan,) = ledger.reclaim("boot-next")
    assert orphan.boot == BOOT


def test_a_job_that_cannot_save_its_steps_fails_with_the_reason(
    runner: Runner, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object) -> None:
        raise StoreError("The disk is full.", code="disk_full")

    monkeypatch.setattr(ledger, "save_steps", refuse)
    job = execute_job(runner, ledger, stopping())

    assert (job.state, job.error and job.error.code) == (JobState.FAILED, "disk_full")
