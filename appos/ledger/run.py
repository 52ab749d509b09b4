"""A job that runs, as its own code sees it."""

import threading
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Protocol

import msgspec

from appos.errors import AppOSError
from appos.ledger.models import Job, Progress, Step, StepState
from appos.store.values import timestamp

POLL_SECONDS = 0.25


class StopReason(StrEnum):
    """Why a running job has to stop."""

    CANCEL = "cancel"
    DEADLINE = "deadline"
    SHUTDOWN = "shutdown"


class RunStopped(BaseException):
    """Leaves a job at a safe point. Like KeyboardInterrupt it is no Exception, so that no job swallows it."""

    def __init__(self, reason: StopReason) -> None:
        super().__init__(reason)
        self.reason = reason


class Journal(Protocol):
    """Where a run writes what it does."""

    def save_steps(self, job_id: str, steps: Sequence[Step]) -> None: ...

    def save_progress(self, job_id: str, progress: Progress) -> None: ...

    def append(self, job_id: str, lines: Sequence[str]) -> None: ...


class Run:
    """What a job's code may do: name its steps, report progress, log, and stop where it is safe.

    A step that an earlier attempt finished is not done again, so a resumable job must be able to go on from
    any step, and each step must be safe to repeat.
    """

    def __init__(self, job: Job, journal: Journal) -> None:
        self.job = job
        self._journal = journal
        self._steps = list(job.steps)
        self._stop: StopReason | None = None
        self._woken = threading.Event()

    @property
    def steps(self) -> list[Step]:
        """The steps as they stand."""
        return list(self._steps)

    def stop(self, reason: StopReason) -> None:
        """Ask the job to stop at its next safe point; the first reason counts."""
        self._stop = self._stop or reason
        self._woken.set()

    def is_stopping(self) -> bool:
        """Whether the job has been asked to stop; may be asked from any thread."""
        return self._stop is not None

    @property
    def stop_reason(self) -> StopReason | None:
        """Why the job has been asked to stop; None if it has not."""
        return self._stop

    def checkpoint(self) -> None:
        """Mark a safe point: here the job stops if it has been asked to.

        Raises:
            RunStopped: it has.
        """
        if self._stop is not None:
            raise RunStopped(self._stop)

    def sleep(self, seconds: float) -> None:
        """Wait, as a safe point."""
        self._woken.wait(seconds)
        self.checkpoint()

    def wait_until(self, is_done: Callable[[], bool]) -> None:
        """Wait until `is_done()`, as a safe point."""
        while not is_done():
            self.sleep(POLL_SECONDS)

    def plan(self, *names: str) -> None:
        """Name the steps to come, so that a person sees them before they begin."""
        known = {step.name for step in self._steps}
        self._steps += [Step(name=name) for name in names if name not in known]
        self._journal.save_steps(self.job.id, self._steps)

    def step(self, name: str, action: Callable[[], str | None]) -> None:
        """Do one step and keep the sentence that it returns; skip it if an earlier attempt finished it."""
        index = self._index(name)
        if self._steps[index].state is StepState.SUCCEEDED:
            return
        self.checkpoint()
        self._set(index, state=StepState.RUNNING, started=timestamp(), finished="", message="")
        message = action() or ""
        self._set(index, state=StepState.SUCCEEDED, finished=timestamp(), message=message)

    def try_step(self, name: str, action: Callable[[], str | None]) -> AppOSError | None:
        """Do one step whose failure is not the end of the job; return what went wrong."""
        try:
            self.step(name, action)
        except AppOSError as error:
            self.checkpoint()
            self.end_running_step(StepState.FAILED, error.message)
            self._journal.save_steps(self.job.id, self._steps)
            return error
        return None

    def compensate(self, name: str, action: Callable[[], str | None]) -> None:
        """Do a step that makes good what the job has begun, also when it has been asked to stop."""
        self.end_running_step(StepState.FAILED, "")
        index = self._index(name)
        self._set(index, state=StepState.RUNNING, started=timestamp(), finished="", message="")
        message = action() or ""
        self._set(index, state=StepState.SUCCEEDED, finished=timestamp(), message=message)

    def fail_step(self, message: str) -> None:
        """Note that the step under way failed, while the job goes on to make that good."""
        self.end_running_step(StepState.FAILED, message)
        self._journal.save_steps(self.job.id, self._steps)

    def _index(self, name: str) -> int:
        for index, step in enumerate(self._steps):
            if step.name == name:
                return index
        self._steps.append(Step(name=name))
        return len(self._steps) - 1

    def _set(self, index: int, **changes: object) -> None:
        self._steps[index] = msgspec.structs.replace(self._steps[index], **changes)
        self._journal.save_steps(self.job.id, self._steps)

    def end_running_step(self, state: StepState, message: str) -> None:
        """Note how the step under way ended when the job did not get to its end."""
        self._steps = [
            msgspec.structs.replace(step, state=state, message=message, finished=timestamp())
            if step.state is StepState.RUNNING
            else step
            for step in self._steps
        ]

    def progress(self, done: int, total: int = 0, message: str = "") -> None:
        """Report how far the job is."""
        self._journal.save_progress(self.job.id, Progress(done=done, total=total, message=message))

    def log(self, *lines: str) -> None:
        """Append lines to the job's log. Never a secret."""
        self._journal.append(self.job.id, lines)
