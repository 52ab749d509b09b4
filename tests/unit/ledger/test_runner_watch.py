"""Watching over the jobs that run, and stopping them with the process."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from appos.audit.models import SYSTEM
from appos.ledger.models import Job, JobState
from appos.ledger.run import Run
from appos.ledger.runner import BEAT_SECONDS, Handler, Runner
from appos.ledger.service import Ledger
from tests.unit.fakes import Clock
from tests.unit.ledger.conftest import execute_job, submit


def while_running(runner: Runner, ledger: Ledger, act: Callable[[Run], None], **order: Any) -> Job:
    """Act while a job runs; then let it come to its next safe point, and return how it ended."""

    def handle(run: Run) -> None:
        act(run)
        run.checkpoint()

    return execute_job(runner, ledger, handle, **order)


def test_a_cancellation_from_this_process_stops_at_once(runner: Runner, ledger: Ledger) -> None:
    job = while_running(runner, ledger, lambda run: runner.cancel(run.job.id))

    assert job.state is JobState.CANCELLED
    runner.cancel("none")


def test_a_cancellation_from_elsewhere_is_seen_by_the_watch(runner: Runner, ledger: Ledger) -> None:
    def cancel(run: Run) -> None:
        ledger.cancel(run.job.id, SYSTEM)
        run.checkpoint()
        runner.watch()

    assert while_running(runner, ledger, cancel).state is JobState.CANCELLED


def test_a_job_that_takes_too_long_is_stopped(runner: Runner, ledger: Ledger, clock: Clock) -> None:
    def take_long(run: Run) -> None:
        clock.sleep(59)
        runner.watch()
        run.checkpoint()
        clock.sleep(2)
        runner.watch()

    job = while_running(runner, ledger, take_long, timeout_seconds=60)

    assert (job.state, job.error and job.error.code) == (JobState.FAILED, "deadline_exceeded")


def test_the_watch_beats_now_and_then(
    runner: Runner, ledger: Ledger, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    beats: list[list[str]] = []
    monkeypatch.setattr(ledger, "beat", beats.append)
    monkeypatch.setattr(runner, "_beaten", clock.now)

    def watch(_run: Run) -> None:
        for _ in range(4):
            clock.sleep(BEAT_SECONDS / 2 + 0.1)
            runner.watch()

    job = while_running(runner, ledger, watch)

    assert beats == [[job.id]] * 2


def test_the_watch_asks_nothing_while_nothing_runs(
    runner: Runner, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "cancel_requests", lambda _ids: pytest.fail("it asked"))
    runner.watch()


def drained(runner: Runner, ledger: Ledger, grace: float, handle: Handler, **order: Any) -> Job:
    """Drain while a job runs in another thread."""
    job = submit(ledger, **order)
    began = threading.Event()

    def begin(run: Run) -> None:
        began.set()
        handle(run)

    thread = threading.Thread(target=runner.execute, args=(job.id, lambda _kind: begin))
    thread.start()
    began.wait(5)
    runner.drain(grace)
    thread.join(5)
    return ledger.get(job.id)


def test_a_stop_lets_a_job_end_within_its_grace(runner: Runner, ledger: Ledger) -> None:
    job = drained(runner, ledger, 10, lambda run: run.sleep(0.02))

    assert job.state is JobState.SUCCEEDED


@pytest.mark.parametrize(("is_resumable", "state"), [(True, "queued"), (False, "interrupted")])
def test_a_stop_ends_what_does_not_end(
    runner: Runner, ledger: Ledger, is_resumable: bool, state: str
) -> None:
    job = drained(runner, ledger, 0, lambda run: run.sleep(60), is_resumable=is_resumable)

    assert job.state.value == state


def test_a_stop_without_jobs_takes_no_time(runner: Runner) -> None:
    runner.drain(60)
