"""The verbs of jobs: queue, look at, cancel, claim, end, and take back what a dead process left."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import dataset

from appos.audit.models import SYSTEM, Actor, Result
from appos.audit.service import Audit
from appos.errors import ConflictError, NotFoundError
from appos.ledger import table
from appos.ledger.models import Failure, Job, JobState, LogLine, Order, Progress, Step, StepState
from appos.ledger.watch import Watchers
from appos.store.database import Database
from appos.store.query import ListQuery, Page
from appos.store.values import timestamp

log = logging.getLogger(__name__)

LONGEST_LINE = 8192


class Ledger:
    """The jobs table: it holds the truth about every job, whatever happens to the queue."""

    def __init__(self, database: Database, audit: Audit, watchers: Watchers) -> None:
        self._database = database
        self._audit = audit
        self.watchers = watchers

    def submit(self, order: Order, actor: Actor) -> Job:
        """Queue a job; the caller hands its id to the queue.

        Raises:
            ConflictError: `not_unique` if this schedule fired for this minute already.
        """
        with self._database.transaction() as db:
            job_id = table.insert_job(db, order, actor.label)
            self._audit.record(actor, "job.create", job_id, detail=_about(order.kind, order.subject), db=db)
            job = self._found(db, job_id)
        self.watchers.notify(job_id, is_new=True)
        return job

    def get(self, job_id: str) -> Job:
        """Return a job.

        Raises:
            NotFoundError: `job_not_found`.
        """
        with self._database.read() as db:
            return self._found(db, job_id)

    def page(self, query: ListQuery) -> Page[Job]:
        """Return one page of the jobs.

        Raises:
            InvalidError: `invalid_filter` or `unknown_field`.
        """
        with self._database.read() as db:
            return table.list_jobs(db, query)

    def counts(self) -> dict[str, int]:
        """Return how many jobs are queued and running."""
        with self._database.read() as db:
            return table.counts(db)

    def open_jobs(self) -> list[Job]:
        """Return the jobs that are queued or running, oldest first."""
        with self._database.read() as db:
            return table.open_jobs(db)

    def lines(self, job_id: str, after: int = 0) -> Sequence[LogLine]:
        """Return the log lines behind the one with the id `after`, at most 500."""
        with self._database.read() as db:
            return table.lines_after(db, job_id, after)

    def cancel(self, job_id: str, actor: Actor) -> Job:
        """Cancel a queued job at once, or ask a running one to stop at its next safe point.

        Raises:
            NotFoundError: `job_not_found`.
            ConflictError: `job_ended`.
        """
        with self._database.transaction() as db:
            job = self._found(db, job_id)
            if job.state.is_final:
                raise ConflictError(f"The job has ended: it {_ENDED[job.state]}.", code="job_ended")
            if job.state is JobState.QUEUED:
                self._end(db, job, JobState.CANCELLED, None, job.steps)
            table.update_job(db, job_id, {"cancelRequestedBy": actor.label})
            self._audit.record(actor, "job.cancel", job_id, detail=_about(job.kind, job.subject), db=db)
            cancelled = self._found(db, job_id)
        self.watchers.notify(job_id)
        return cancelled

    def claim(self, job_id: str, boot: str) -> Job | None:
        """Take a queued job and the lock of its subject; None if it is not to be had now."""
        with self._database.transaction() as db:
            job = table.find_job(db, job_id)
            if job is None:
                return None
            deadline = timestamp(datetime.now(UTC) + timedelta(seconds=job.timeout_seconds))
            if not table.claim_job(db, job_id, boot, deadline):
                return None
            claimed = self._found(db, job_id)
        self.watchers.notify(job_id)
        return claimed

    def finish(self, job: Job, state: JobState, error: Failure | None, steps: Sequence[Step]) -> None:
        """Record how a running job ended; this frees its subject."""
        with self._database.transaction() as db:
            self._end(db, job, state, error, steps)
        self.watchers.notify(job.id)

    def hand_back(self, job: Job, steps: Sequence[Step], *, due: str = "", counts: bool = True) -> None:
        """Queue a running job again, from the step it reached; `counts` tells whether the attempt was one."""
        with self._database.transaction() as db:
            self._requeue(db, job, steps, due=due, attempt=job.attempt if counts else job.attempt - 1)
        self.watchers.notify(job.id)

    def reclaim(self, boot: str) -> list[Job]:
        """Take back what dead processes left running: queue it again if it is resumable, else mark it
        interrupted.

        Only the process that holds the consumer's lock may call this; every other running row is then an
        orphan.
        """
        with self._database.transaction() as db:
            orphans = table.orphans(db, boot)
            for job in orphans:
                self._reclaim_one(db, job)
        for job in orphans:
            self.watchers.notify(job.id)
        return orphans

    def _reclaim_one(self, db: dataset.Database, job: Job) -> None:
        if job.cancel_requested_by and not (job.is_resumable and job.steps):
            self._end(db, job, JobState.CANCELLED, None, _ended_steps(job, StepState.CANCELLED))
        elif job.is_resumable:
            # One that was to be cancelled may have begun what it has to take back.
            self._requeue(db, job, _ended_steps(job, StepState.WAITING), due="", attempt=job.attempt)
        else:
            steps = _ended_steps(job, StepState.INTERRUPTED)
            self._end(db, job, JobState.INTERRUPTED, interruption(job.steps), steps)

    def ready(self, subject: str = "") -> list[str]:
        """Return the ids of queued jobs that may start now, oldest first: all, or those of one subject."""
        with self._database.read() as db:
            return table.ready_jobs(db, subject)

    def beat(self, ids: Sequence[str]) -> None:
        """Note that these jobs are alive."""
        with self._database.transaction() as db:
            table.beat(db, ids)

    def cancel_requests(self, ids: Sequence[str]) -> Sequence[str]:
        """Return which of these jobs somebody, perhaps in another process, wants cancelled."""
        with self._database.read() as db:
            return table.cancel_requests(db, ids)

    def clean(self, before: str) -> int:
        """Delete the jobs that ended before a timestamp, with their logs, and return how many there were."""
        with self._database.transaction() as db:
            return table.delete_finished_before(db, before)

    def save_steps(self, job_id: str, steps: Sequence[Step]) -> None:
        """Store the steps of a running job."""
        with self._database.transaction() as db:
            table.update_job(db, job_id, {"steps": table.steps_json(steps)})
        self.watchers.notify(job_id)

    def save_progress(self, job_id: str, progress: Progress) -> None:
        """Store the progress of a running job."""
        with self._database.transaction() as db:
            table.update_job(db, job_id, _progress_columns(progress))
        self.watchers.notify(job_id)

    def append(self, job_id: str, lines: Sequence[str]) -> None:
        """Append lines to a job's log; a line over 8,192 characters is cut."""
        with self._database.transaction() as db:
            table.insert_lines(db, job_id, [line[:LONGEST_LINE] for line in lines])
        self.watchers.wake(job_id)

    @staticmethod
    def _found(db: dataset.Database, job_id: str) -> Job:
        job = table.find_job(db, job_id)
        if job is None:
            raise NotFoundError(f"There is no job {job_id!r}.", code="job_not_found")
        return job

    def _end(
        self, db: dataset.Database, job: Job, state: JobState, error: Failure | None, steps: Sequence[Step]
    ) -> None:
        values = {
            "state": state.value,
            "steps": table.steps_json(steps),
            "finished": timestamp(),
            "boot": "",
            "errorCode": error.code if error else "",
            "errorMessage": error.message if error else "",
        }
        table.update_job(db, job.id, values)
        result = Result.SUCCESS if state is JobState.SUCCEEDED else Result.FAILURE
        detail = f"{_about(job.kind, job.subject)}: {state.value}" + (f" ({error.code})" if error else "")
        self._audit.record(SYSTEM, "job.end", job.id, result=result, detail=detail, db=db)

    def _requeue(
        self, db: dataset.Database, job: Job, steps: Sequence[Step], *, due: str, attempt: int
    ) -> None:
        values = {
            "state": JobState.QUEUED.value,
            "steps": table.steps_json(steps),
            "boot": "",
            "due": due,
            "attempt": attempt,
        }
        table.update_job(db, job.id, values)


_ENDED = {
    JobState.SUCCEEDED: "succeeded",
    JobState.FAILED: "failed",
    JobState.CANCELLED: "was cancelled",
    JobState.INTERRUPTED: "was interrupted",
}


def interruption(steps: Sequence[Step]) -> Failure:
    """Say what is known of a job whose process ended under it."""
    step = next((step.name for step in steps if step.state is StepState.RUNNING), "")
    where = f" in the step {step!r}" if step else ""
    return Failure(
        code="interrupted",
        message=f"AppOS stopped while this job was running{where}; look at the log, then start it again.",
    )


def _ended_steps(job: Job, state: StepState) -> list[Step]:
    ended = "" if state is StepState.WAITING else timestamp()
    return [
        Step(name=step.name, state=state, message=step.message, started=step.started, finished=ended)
        if step.state is StepState.RUNNING
        else step
        for step in job.steps
    ]


def _about(kind: str, subject: str) -> str:
    return f"{kind} on {subject}" if subject else kind


def _progress_columns(progress: Progress) -> dict[str, object]:
    return {
        "progressDone": progress.done,
        "progressTotal": progress.total,
        "progressMessage": progress.message,
    }
