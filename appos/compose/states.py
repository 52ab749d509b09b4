"""What containers of a project are doing, as `docker compose ps` tells it."""

import json
from enum import StrEnum

import msgspec


class Verdict(StrEnum):
    """Whether a container is as it ought to be after `up`."""

    HEALTHY = "healthy"
    WAITING = "waiting"
    FAILED = "failed"


class ContainerState(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A container. `state` and `health` are Docker's words; `health` is "" without a health check."""

    id: str
    name: str
    service: str
    project: str
    image: str = ""
    state: str
    health: str = ""
    status: str = ""
    exit_code: int = 0

    @property
    def verdict(self) -> Verdict:
        """Judge it: running and not unhealthy, or done without an error.

        A program that ends with 0 and is not started again, such as a migration, has done its work. One that
        Docker starts again and again may be waiting for another, so it is waited for.
        """
        if self.state == "running" and self.health in ("", "healthy"):
            return Verdict.HEALTHY
        if self.state == "exited" and self.exit_code == 0:
            return Verdict.HEALTHY
        if self.health == "unhealthy" or self.state in ("exited", "dead", "paused"):
            return Verdict.FAILED
        return Verdict.WAITING


def states_of(said: str) -> tuple[ContainerState, ...]:
    """Read what `docker compose ps --format json` prints: an object a line, or one list."""
    text = said.strip()
    if not text:
        return ()
    rows = json.loads(text) if text.startswith("[") else [json.loads(line) for line in text.splitlines()]
    return tuple(msgspec.convert(_named(row), ContainerState) for row in rows)


def _named(row: dict[str, object]) -> dict[str, object]:
    """Turn Compose's names (`ID`, `ExitCode`) into those of the wire (`id`, `exitCode`)."""
    return {
        name.lower() if name.isupper() else name[:1].lower() + name[1:]: value for name, value in row.items()
    }
