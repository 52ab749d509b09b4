"""The queue: Redis where there is one, else this process's memory.

A message carries the id of a job and nothing else, and the jobs table holds the truth, so a message may be
lost or repeated without harm. That is why memory is enough, and why Redis may die and come back at any time.
"""

import heapq
import itertools
import logging
import threading
import time
from typing import Any, Protocol

from huey.constants import EmptyData
from huey.storage import BaseStorage

log = logging.getLogger(__name__)

# How long Redis is left alone after it did not answer.
RETRY_SECONDS = 2.0
# How often Redis is asked for messages that another process put there.
REDIS_POLL_SECONDS = 1.0
MEMORY_POLL_SECONDS = 30.0


class RemoteQueue(Protocol):
    """The part of Huey's Redis storage that is used."""

    def enqueue(self, data: bytes, priority: float | None = None) -> None: ...

    def dequeue(self) -> bytes | None: ...

    def queue_size(self) -> int: ...


class JobQueue(BaseStorage):  # type: ignore[misc]
    """Huey's storage over Redis with memory behind it; keeps no results and no schedule."""

    # `dequeue` waits by itself, so Huey need not sleep between two calls.
    blocking = True

    def __init__(
        self, name: str, remote: RemoteQueue | None, remote_errors: tuple[type[Exception], ...] = ()
    ) -> None:
        super().__init__(name)
        self._remote = remote
        self._remote_errors = remote_errors
        self._remote_down_since: float | None = None
        self._retry_at = 0.0
        self._memory: list[tuple[float, int, bytes]] = []
        self._numbers = itertools.count()
        self._wake = threading.Condition()
        self._is_closed = False

    @property
    def backend(self) -> str:
        """Where messages go now: `redis` or `memory`."""
        return "redis" if self._remote is not None and self._remote_down_since is None else "memory"

    @property
    def is_degraded(self) -> bool:
        """Whether Redis is configured and does not answer."""
        return self._remote_down_since is not None

    def enqueue(self, data: bytes, priority: float | None = None) -> None:
        if not self._try_remote("enqueue", data, priority)[0]:
            heapq.heappush(self._memory, (-(priority or 0), next(self._numbers), data))
        with self._wake:
            self._wake.notify()

    def dequeue(self) -> bytes | None:
        """Return the next message; wait for one for a while, then return None."""
        data = self._take()
        if data is not None or self._is_closed:
            return data
        with self._wake:
            self._wake.wait(MEMORY_POLL_SECONDS if self._remote is None else REDIS_POLL_SECONDS)
        return self._take()

    def _take(self) -> bytes | None:
        if self._memory:
            return heapq.heappop(self._memory)[2]
        data: bytes | None = self._try_remote("dequeue")[1]
        return data

    def _try_remote(self, method: str, *args: Any) -> tuple[bool, Any]:
        """Call Redis unless it was down a moment ago; return whether it answered, and what."""
        if self._remote is None or time.monotonic() < self._retry_at:
            return False, None
        try:
            answer = getattr(self._remote, method)(*args)
        except self._remote_errors as error:
            if self._remote_down_since is None:
                log.warning("redis_lost", extra={"error": str(error)})
                self._remote_down_since = time.monotonic()
            self._retry_at = time.monotonic() + RETRY_SECONDS
            return False, None
        if self._remote_down_since is not None:
            log.info("redis_back", extra={"seconds": round(time.monotonic() - self._remote_down_since)})
            self._remote_down_since = None
        return True, answer

    def ping(self) -> bool:
        """Ask Redis now; True if it answers or is not configured."""
        self._retry_at = 0.0
        return self._remote is None or self._try_remote("queue_size")[0]

    def queue_size(self) -> int:
        return len(self._memory) + int(self._try_remote("queue_size")[1] or 0)

    def wake_all(self) -> None:
        """Let every waiting `dequeue` return, for a stop."""
        self._is_closed = True
        with self._wake:
            self._wake.notify_all()

    # Huey asks these on its way, for results, revocation and delayed tasks; none is used here.

    def read_schedule(self, _ts: object) -> list[bytes]:
        return []

    def schedule_size(self) -> int:
        return 0

    def peek_data(self, _key: object) -> object:
        return EmptyData

    def pop_data(self, _key: object) -> object:
        return EmptyData

    def has_data_for_key(self, _key: object) -> bool:
        return False
