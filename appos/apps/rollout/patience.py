"""Bears it that the engine goes away for a while, as when it is restarted."""

import re
import signal
import time
from collections.abc import Callable
from typing import TypeVar

from appos.engine.port import Engine
from appos.errors import EngineError, EngineUnavailableError

Result = TypeVar("Result")

AWAY_SECONDS = 90.0
MOST_RETRIES = 3
# An engine that is told to end kills its containers first, and closes its socket only then.
GOING_SECONDS = 10.0
KILLED = "killed"
# The words of Compose and of Docker's client for an engine that has gone. Source: moby, client/errors.go.
_AWAY = re.compile(
    r"Cannot connect to the Docker daemon|failed to connect to the docker API|error during connect"
    r"|connection reset|connection refused|broken pipe|unexpected EOF|\bEOF$|server closed"
    r"|transport is closing|context canceled|shutting down",
    re.IGNORECASE | re.MULTILINE,
)


class Patience:
    """Does something again where the engine went away meanwhile and has come back.

    `losses` counts how often the engine was lost, as whoever listens to its events has seen it: a container
    that an engine takes down with itself looks like one that failed.
    """

    def __init__(self, engine: Engine, losses: Callable[[], int]) -> None:
        self._engine = engine
        self._losses = losses

    def bear(
        self, action: Callable[[], Result], *, pause: Callable[[float], None], log: Callable[[str], None]
    ) -> Result:
        """Return what the action gives; `pause` waits for so many seconds, and raises where it shall end.

        Raises:
            EngineError: of the action itself, while the engine was there.
            EngineUnavailableError: it did not come back within 90 seconds.
        """
        for _ in range(MOST_RETRIES):
            losses = self._losses()
            try:
                return action()
            except EngineError as error:
                pause(0)
                if not (is_away(error) or self._is_going(error, losses, pause)):
                    raise
                log(f"The engine went away: {error.message}")
                self._await(pause)
        return action()

    def _is_going(self, error: EngineError, losses: int, pause: Callable[[float], None]) -> bool:
        give_up_at = time.monotonic() + (GOING_SECONDS if error.code == KILLED else 0.0)
        while self._losses() == losses and self._answers():
            if time.monotonic() >= give_up_at:
                return False
            pause(0.5)
        return True

    def _answers(self) -> bool:
        try:
            self._engine.info()
        except EngineUnavailableError:
            return False
        return True

    def _await(self, pause: Callable[[float], None]) -> None:
        give_up_at = time.monotonic() + AWAY_SECONDS
        while True:
            try:
                self._engine.info()
                return
            except EngineUnavailableError:
                if time.monotonic() > give_up_at:
                    raise
            pause(1.0)


def is_killed(exit_code: int | None) -> bool:
    """Whether a container was ended by SIGKILL or SIGTERM, as an engine does that ends itself."""
    return exit_code in (128 + signal.SIGKILL, 128 + signal.SIGTERM)


def is_away(error: EngineError) -> bool:
    """Whether an error says that the engine is not there, rather than that it refused."""
    return isinstance(error, EngineUnavailableError) or (
        error.code in ("compose_failed", "engine_failed") and _AWAY.search(error.message) is not None
    )
