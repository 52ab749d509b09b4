"""Bears it that the engine goes away for a while, as when it is restarted."""

import re
import time
from collections.abc import Callable
from typing import TypeVar

from appos.engine.port import Engine
from appos.errors import EngineError, EngineUnavailableError

Result = TypeVar("Result")

AWAY_SECONDS = 90.0
MOST_RETRIES = 3
# The words of Compose and of Docker's client for an engine that has gone. Source: moby, client/errors.go.
_AWAY = re.compile(
    r"Cannot connect to the Docker daemon|error during connect|connection reset|connection refused"
    r"|broken pipe|unexpected EOF|\bEOF$|server closed|transport is closing|context canceled|shutting down",
    re.IGNORECASE | re.MULTILINE,
)


def patiently(
    engine: Engine,
    action: Callable[[], Result],
    *,
    pause: Callable[[float], None],
    log: Callable[[str], None],
) -> Result:
    """Do something again where the engine went away meanwhile and has come back.

    `pause` waits for so many seconds, and raises where nothing more is to be done.

    Raises:
        EngineUnavailableError: it did not come back within 90 seconds.
    """
    for _ in range(MOST_RETRIES):
        try:
            return action()
        except EngineError as error:
            pause(0)
            if not is_away(error):
                raise
            log(f"The engine went away: {error.message}")
            _await(engine, pause)
    return action()


def is_away(error: EngineError) -> bool:
    """Whether an error says that the engine is not there, rather than that it refused."""
    return isinstance(error, EngineUnavailableError) or (
        error.code in ("compose_failed", "engine_failed") and _AWAY.search(error.message) is not None
    )


def _await(engine: Engine, pause: Callable[[float], None]) -> None:
    give_up_at = time.monotonic() + AWAY_SECONDS
    while True:
        try:
            engine.info()
            return
        except EngineUnavailableError:
            if time.monotonic() > give_up_at:
                raise
        pause(1.0)
