"""The state of the whole."""

from enum import StrEnum
from typing import Protocol

import msgspec

from appos.engine.models import EngineInfo


class Health(StrEnum):
    """How a part is."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


class Part(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One part of the system: how it is, and a sentence on why."""

    state: Health
    message: str


class Disk(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The disk of the data directory."""

    state: Health
    message: str
    total_bytes: int
    free_bytes: int


class EngineState(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The Docker Engine; `info` is null while it does not answer."""

    state: Health
    message: str
    info: EngineInfo | None


class Status(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The state of every part, and how many jobs there are."""

    version: str
    started: str
    uptime_seconds: int
    database: Part
    queue: Part
    engine: EngineState
    compose: Part
    disk: Disk
    jobs: dict[str, int]


class QueueProbe(Protocol):
    """What the system asks of the job queue."""

    @property
    def backend(self) -> str:
        """Where messages go now: `redis` or `memory`."""
        ...

    @property
    def is_degraded(self) -> bool:
        """Whether Redis is configured and does not answer."""
        ...

    def ping(self) -> bool:
        """Ask Redis now; True if it answers or is not configured."""
        ...
