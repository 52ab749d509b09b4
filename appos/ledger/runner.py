"""Running a claimed job to one of its ends."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from appos.errors import AppOSError, EngineUnavailableError, StoreError
from appos.ledger.models import Failure, Job, JobState, StepState
from appos.ledger.run import Run, RunStopped, StopReason
from appos.ledger.service import Ledger, interruption
from appos.log import job_id as job_id_in_log
from appos.store.values import timestamp

log = logging.getLogger(__name__)

Handler = Callable[[Run], None]

MOST_ATTEMPTS = 4
RETRY_SECONDS = 15
BEAT_SECONDS = 5.0
# How long the end of a job is written again while the database does not take it.
PERSIST_SECONDS = 30.0

_STOPPED: dict[StopReason, tuple[JobState, StepState, Failure | None]] = {
    StopReason.CANCEL: (JobState.CANCELLED, StepState.CANCELLED, None),
    StopReason.SHUTDOWN: (JobState.INTERRUPTED, StepState.INTERRUPTED, None),
    StopReason.DEADLINE: (
        JobState.FAILED,
        StepState.FAILED,
        Failure(code="deadline_exceeded", message="The job took longer than it may and was stopped."),
    ),
}


class Runner:
    """Runs jobs in this process and watches over those that run."""

    def __init__(self, ledger: Ledger, boot: str) -> None:
        self._ledger = ledger
        self.boot = boot
        self._running: dict[str, Run] = {}
        self._deadlines: dict[str, float] = {}
        self._beaten = time.monotonic()
        self._changed = threading.Event()

    @property
    def running(self) -> int:
        """How many jobs run now."""
        return len(self._running)

    def execute(self, job_id: str, handler_of: Callable[[str], Handler]) -> Job | None:
        """Claim a job and run it to its end; None if it is not to be had now."""
        job = self._ledger.claim(job_id, self.boot)
        if job is None:
            return None
        run = Run(job, self._ledger)
        if job.cancel_requested_by:
            run.stop(StopReason.CANCEL)
        self._running[job.id] = run
        self._deadlines[job.id] = time.monotonic() + job.timeout_seconds
        token = job_id_in_log.set(job.id)
        try:
            self._run(run, handler_of)
        finally:
            job_id_in_log.reset(token)
            del self._running[job.id], self._deadlines[job.id]
            self._changed.set()
        return job

    def _run(self, run: Run, handler_of: Callable[[str], Handler]) -> None:
        """Call the handler and write down how it ended, whatever that was."""
        try:
            handler_of(run.job.kind)(run)
        except RunStopped as stopped:
            reason = stopped.reason
            self._persist(lambda: self._stopped(run, reason))
        except EngineUnavailableError as error:
            failure = Failure(code=error.code, message=error.message)
            self._persist(lambda: self._retry(run, failure))
        except AppOSError as error:
            failure = Failure(code=error.code, message=error.message)
            self._persist(lambda: self._fail(run, failure))
        except Exception:
            log.exception("job_failed", extra={"kind": run.job.kind})
            failure = Failure(
                code="internal",
                message=f"AppOS made a mistake; its log says more under the job {run.job.id}.",
            )
            self._persist(lambda: self._fail(run, failure))
        except BaseException:
            self._persist(lambda: self._stopped(run, StopReason.SHUTDOWN))
            raise
        else:
            self._persist(lambda: self._ledger.finish(run.job, JobState.SUCCEEDED, None, run.steps))

    def _persist(self, write: Callable[[], None]) -> None:
        """Write the end of a job, again and again while the database is busy or full."""
        deadline = time.monotonic() + PERSIST_SECONDS
        while True:
            try:
                return write()
            except StoreError:
                if time.monotonic() > deadline:
                    raise
                log.warning("job_end_not_written", exc_info=True)
                time.sleep(1)

    def _fail(self, run: Run, failure: Failure) -> None:
        run.end_running_step(StepState.FAILED, failure.message)
        self._ledger.finish(run.job, JobState.FAILED, failure, run.steps)

    def _retry(self, run: Run, failure: Failure) -> None:
        """Queue a job again whose engine did not answer; after the last attempt it has failed.

        One that was asked to stop meanwhile stops.
        """
        if run.stop_reason is not None:
            self._stopped(run, run.stop_reason)
            return
        if not run.job.is_resumable or run.job.attempt >= MOST_ATTEMPTS:
            self._fail(run, failure)
            return
        run.end_running_step(StepState.WAITING, failure.message)
        due = datetime.now(UTC) + timedelta(seconds=RETRY_SECONDS * run.job.attempt)
        self._ledger.hand_back(run.job, run.steps, due=timestamp(due))

    def _stopped(self, run: Run, reason: StopReason) -> None:
        if reason is StopReason.SHUTDOWN and run.job.is_resumable:
            run.end_running_step(StepState.WAITING, "")
            self._ledger.hand_back(run.job, run.steps, counts=False)
            return
        state, step_state, failure = _STOPPED[reason]
        if reason is StopReason.SHUTDOWN:
            failure = interruption(run.steps)
        run.end_running_step(step_state, "")
        self._ledger.finish(run.job, state, failure, run.steps)

    def watch(self) -> None:
        """Pass cancellations and deadlines on to running jobs, and beat for them; to be called often."""
        if not self._running:
            return
        for job_id in self._ledger.cancel_requests(list(self._running)):
            self.cancel(job_id)
        now = time.monotonic()
        for job_id, deadline in list(self._deadlines.items()):
            if now > deadline:
                self._running[job_id].stop(StopReason.DEADLINE)
        if now - self._beaten > BEAT_SECONDS:
            self._beaten = now
            self._ledger.beat(list(self._running))

    def cancel(self, job_id: str) -> None:
        """Tell a job of this process to stop at its next safe point; another's is told by its own `watch`."""
        run = self._running.get(job_id)
        if run is not None:
            run.stop(StopReason.CANCEL)

    def drain(self, grace_seconds: float) -> None:
        """Let running jobs end within the grace, then stop them: handed back, or interrupted."""
        if self._wait(grace_seconds):
            return
        for run in list(self._running.values()):
            run.stop(StopReason.SHUTDOWN)
        self._wait(2.0)

    def _wait(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self._running:
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self._changed.clear()
            self._changed.wait(left)
        return True
