"""Stand-ins for what lies outside of AppOS, and a job's journal in memory."""

from collections.abc import Callable, Sequence
from typing import Any

from appos.ledger.models import Job, JobState, Progress, Step
from appos.ledger.run import Run

# The fake engine is a stand-in like the others here, too large for this file.
from tests.fake_engine import FakeEngine as FakeEngine

NOW = "2026-01-02 03:04:05.678Z"


class RemoteDownError(Exception):
    """What the fake Redis raises while it is down."""


class FakeRemote:
    """The part of Redis that the queue uses."""

    def __init__(self) -> None:
        self.is_up = True
        self.asked = 0
        self.messages: list[bytes] = []

    def _answer(self) -> None:
        self.asked += 1
        if not self.is_up:
            raise RemoteDownError("connection refused")

    def enqueue(self, data: bytes, priority: float | None = None) -> None:
        self._answer()
        self.messages.append(data)

    def dequeue(self) -> bytes | None:
        self._answer()
        return self.messages.pop(0) if self.messages else None

    def queue_size(self) -> int:
        self._answer()
        return len(self.messages)


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class MemoryJournal:
    """Keeps what a run writes."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.reports: list[Progress] = []
        self.lines: list[str] = []
        self.on_save: Callable[[], None] = lambda: None

    def save_steps(self, job_id: str, steps: Sequence[Step]) -> None:
        self.steps = list(steps)
        self.on_save()

    def save_progress(self, job_id: str, progress: Progress) -> None:
        self.reports.append(progress)

    def append(self, job_id: str, lines: Sequence[str]) -> None:
        self.lines += lines


def job(**values: Any) -> Job:
    """A running job of no particular kind."""
    defaults: dict[str, Any] = {
        "id": "job000000000001",
        "kind": "test.kind",
        "subject": "",
        "args": {},
        "requested_by": "system",
        "state": JobState.RUNNING,
        "steps": [],
        "progress": Progress(),
        "error": None,
        "is_resumable": False,
        "attempt": 1,
        "timeout_seconds": 60,
        "boot": "boot",
        "cancel_requested_by": "",
        "waiting_for": "",
        "due": "",
        "started": NOW,
        "heartbeat": NOW,
        "deadline": NOW,
        "finished": "",
        "created": NOW,
        "updated": NOW,
    }
    return Job(**(defaults | values))


def run(journal: MemoryJournal | None = None, **values: Any) -> Run:
    """A run of a job that writes to memory."""
    return Run(job(**values), journal or MemoryJournal())
