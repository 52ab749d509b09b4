"""Jobs: one queued run each, with steps, progress, error and log."""

from enum import StrEnum
from typing import Any

import msgspec


class JobState(StrEnum):
    """Where a job stands. The last four are final."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"

    @property
    def is_final(self) -> bool:
        """Whether the job will never run again."""
        return self not in (JobState.QUEUED, JobState.RUNNING)


class StepState(StrEnum):
    """Where a step of a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"


class Step(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One step of a job; `message` says what it found."""

    name: str
    state: StepState = StepState.WAITING
    message: str = ""
    started: str = ""
    finished: str = ""


class Progress(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How far a job is: `done` of `total` (0: unknown), and a sentence."""

    done: int = 0
    total: int = 0
    message: str = ""


class Failure(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Why a job did not succeed."""

    code: str
    message: str


class Job(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One queued run of a kind on a subject, such as an app; "" is no subject.

    `waiting_for` is the id of the job that works on the same subject. Dates are PocketBase's, "" is not yet.
    """

    id: str
    kind: str
    subject: str
    args: dict[str, Any]
    requested_by: str
    state: JobState
    steps: list[Step]
    progress: Progress
    error: Failure | None
    is_resumable: bool
    attempt: int
    timeout_seconds: int
    boot: str
    cancel_requested_by: str
    waiting_for: str
    due: str
    started: str
    heartbeat: str
    deadline: str
    finished: str
    created: str
    updated: str


class LogLine(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One line of a job's log; `id` grows with every line."""

    id: int
    created: str
    text: str


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be queued. `scheduled_for` is the minute of a schedule, "" for a person's request."""

    kind: str
    subject: str = ""
    args: dict[str, Any] = msgspec.field(default_factory=dict)
    is_resumable: bool = False
    timeout_seconds: int = 3600
    scheduled_for: str = ""
    due: str = ""
