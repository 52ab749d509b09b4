"""A job that runs, as its own code sees it."""

import threading
import time

import pytest

from appos.errors import AppOSError
from appos.ledger.models import Progress, Step, StepState
from appos.ledger.run import RunStopped, StopReason
from tests.unit.fakes import MemoryJournal, run


@pytest.fixture
def journal() -> MemoryJournal:
    return MemoryJournal()


def states(journal: MemoryJournal) -> dict[str, str]:
    return {step.name: step.state.value for step in journal.steps}


def fail() -> str:
    raise AppOSError("It failed.", code="failed_so")


def test_steps_are_shown_before_they_begin(journal: MemoryJournal) -> None:
    this = run(journal)
    this.plan("pull", "start")
    this.plan("start", "check")

    assert states(journal) == {"pull": "waiting", "start": "waiting", "check": "waiting"}


def test_a_step_goes_from_running_to_its_sentence(journal: MemoryJournal) -> None:
    seen: list[dict[str, str]] = []
    journal.on_save = lambda: seen.append(states(journal))
    run(journal).step("pull", lambda: "Pulled two images.")
    (step,) = journal.steps

    assert seen == [{"pull": "running"}, {"pull": "succeeded"}]
    assert step.message == "Pulled two images."
    assert "" < step.started <= step.finished


def test_a_step_that_an_earlier_attempt_finished_is_not_done_again(journal: MemoryJournal) -> None:
    done = [Step(name="pull", state=StepState.SUCCEEDED), Step(name="start", state=StepState.WAITING)]
    calls: list[str] = []
    this = run(journal, steps=done)
    this.plan("pull", "start")
    for name in ("pull", "start"):
        this.step(name, lambda name=name: calls.append(name))  # type: ignore[misc]

    assert calls == ["start"]
    assert states(journal) == {"pull": "succeeded", "start": "succeeded"}


def test_a_step_that_fails_fails_the_job(journal: MemoryJournal) -> None:
    this = run(journal)
    with pytest.raises(AppOSError):
        this.step("pull", fail)
    this.end_running_step(StepState.FAILED, "It failed.")

    assert [(step.state, step.message) for step in this.steps] == [(StepState.FAILED, "It failed.")]


def test_a_step_that_may_fail_tells_why_and_the_job_goes_on(journal: MemoryJournal) -> None:
    this = run(journal)
    error = this.try_step("pull", fail)
    this.step("start", lambda: None)

    assert error is not None
    assert error.code == "failed_so"
    assert states(journal) == {"pull": "failed", "start": "succeeded"}
    assert journal.steps[0].message == "It failed."
    assert this.try_step("check", lambda: None) is None


def test_a_step_that_fails_because_it_was_stopped_stops_the_job(journal: MemoryJournal) -> None:
    this = run(journal)

    def stop_and_fail() -> str:
        this.stop(StopReason.CANCEL)
        return fail()

    with pytest.raises(RunStopped):
        this.try_step("pull", stop_and_fail)


@pytest.mark.parametrize("reason", list(StopReason))
def test_a_job_stops_at_its_next_safe_point(journal: MemoryJournal, reason: StopReason) -> None:
    this = run(journal)
    this.checkpoint()
    before = this.is_stopping()
    this.stop(reason)
    with pytest.raises(RunStopped) as caught:
        this.step("pull", lambda: pytest.fail("it went on"))

    assert (before, this.is_stopping(), caught.value.reason) == (False, True, reason)
    assert journal.steps == []


def test_the_first_reason_counts(journal: MemoryJournal) -> None:
    this = run(journal)
    this.stop(StopReason.CANCEL)
    this.stop(StopReason.SHUTDOWN)
    with pytest.raises(RunStopped) as caught:
        this.checkpoint()

    assert caught.value.reason is StopReason.CANCEL


def test_no_job_can_swallow_its_stop() -> None:
    assert not issubclass(RunStopped, Exception)


def test_sleep_ends_at_once_when_the_job_is_to_stop() -> None:
    this = run()
    stopper = threading.Timer(0.02, this.stop, args=(StopReason.CANCEL,))
    stopper.start()
    began = time.monotonic()
    with pytest.raises(RunStopped):
        this.sleep(60)
    stopper.join()

    assert time.monotonic() - began < 10


def test_waiting_ends_when_it_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    this = run()
    slept: list[float] = []
    monkeypatch.setattr(this, "sleep", slept.append)
    this.wait_until(lambda: len(slept) == 3)

    assert slept == [0.25] * 3


def test_progress_and_log_are_written(journal: MemoryJournal) -> None:
    this = run(journal)
    this.progress(2, 5, "Two of five.")
    this.progress(3)
    this.log("one", "two")

    assert journal.reports == [Progress(done=2, total=5, message="Two of five."), Progress(done=3)]
    assert journal.lines == ["one", "two"]
