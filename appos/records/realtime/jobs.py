"""Jobs as records that change: told at once, and of many changes a few times a second."""

import logging
import threading
from collections.abc import Callable

from appos.errors import StoreError
from appos.records.models import Record
from appos.records.realtime.broker import Broker

log = logging.getLogger(__name__)

# A job that reports its progress in small steps is told of so often; its last state is always told.
PAUSE_SECONDS = 0.25


class JobEvents:
    """Publishes the records of jobs that changed, from a greenlet of its own: no job waits for it."""

    def __init__(self, broker: Broker, find: Callable[[str], Record | None]) -> None:
        """Make it; `find` returns the stored record of a job, None if there is none."""
        self._broker = broker
        self._find = find
        # What is to be told of which job, in the order of their changes.
        self._pending: dict[str, str] = {}
        self._changed = threading.Event()
        self._closing = threading.Event()

    def note(self, job_id: str, *, is_new: bool) -> None:
        """Remember that a job was queued or has changed. While nobody listens, nothing is remembered."""
        if len(self._broker):
            self._pending.setdefault(job_id, "create" if is_new else "update")
            self._changed.set()

    def run(self) -> None:
        """Publish what has been noted, again and again until `close`."""
        while not self._closing.is_set():
            self._changed.wait()
            self._changed.clear()
            pending, self._pending = self._pending, {}
            for job_id, action in pending.items():
                self._publish(job_id, action)
            self._closing.wait(PAUSE_SECONDS)

    def _publish(self, job_id: str, action: str) -> None:
        try:
            record = self._find(job_id)
            if record is not None:
                self._broker.publish(action, record)
        except StoreError as error:
            log.warning("job_not_told", extra={"code": error.code, "reason": error.message})

    def close(self) -> None:
        """Let `run` end."""
        self._closing.set()
        self._changed.set()
