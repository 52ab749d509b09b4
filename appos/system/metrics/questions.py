"""Asking the engine what containers use, one after the other, where the kernel's files are not to be seen."""

import logging
import threading
import time
from collections.abc import Callable, Sequence

from appos.engine.port import Engine
from appos.errors import AppOSError
from appos.system.metrics.models import SAMPLE_SECONDS, Reading

log = logging.getLogger(__name__)

# An engine is asked once a second at the most: to answer costs it and AppOS about a millisecond each.
LEAST_SECONDS = 1.0
# An engine tells a sample within a second or so, and nothing of a container that has just ended.
ANSWER_SECONDS = 5.0


class Questions:
    """Keeps the latest reading of each container that `wanted` names, asked evenly over the time."""

    def __init__(self, engine: Engine, wanted: Callable[[], Sequence[str]]) -> None:
        self._engine = engine
        self._wanted = wanted
        self._readings: dict[str, Reading] = {}
        self._asked: dict[str, float] = {}

    def reading(self, container: str) -> Reading | None:
        """Return what was told of a container last, None if nothing was."""
        return self._readings.get(container)

    def run(self, stopping: threading.Event) -> None:
        """Ask until `stopping` is set."""
        pause = LEAST_SECONDS
        while not stopping.wait(pause):
            number = 0
            try:
                number = self.ask_next()
            except Exception:
                # What nobody thought of may be over at the next container.
                log.exception("container_measuring_failed")
            pause = max(LEAST_SECONDS, SAMPLE_SECONDS / max(number, 2))

    def ask_next(self) -> int:
        """Ask about the container that was asked about longest ago, and return how many there are."""
        wanted = self._wanted()
        self._forget(wanted)
        if wanted:
            container = min(wanted, key=lambda each: self._asked.get(each, 0.0))
            self._asked[container] = time.monotonic()
            try:
                self._ask(container)
            except AppOSError as error:
                # The watch of the engine says that it is gone; a container may go at any time.
                log.debug("container_not_measured", extra={"code": error.code})
        return len(wanted)

    def _ask(self, container: str) -> None:
        with self._engine.stats(container) as stream:
            limit = threading.Timer(ANSWER_SECONDS, stream.close)
            limit.start()
            try:
                for stats in stream:
                    self._readings[container] = Reading(
                        time=time.time(),
                        cpu_seconds=stats.cpu_seconds,
                        memory_bytes=stats.memory_bytes,
                        received_bytes=stats.network_received_bytes,
                        sent_bytes=stats.network_sent_bytes,
                    )
                    return
            finally:
                limit.cancel()

    def _forget(self, wanted: Sequence[str]) -> None:
        if len(self._asked) > len(wanted) or not self._asked.keys() <= set(wanted):
            kept = set(wanted)
            self._asked = {each: at for each, at in self._asked.items() if each in kept}
            self._readings = {each: at for each, at in self._readings.items() if each in kept}
