"""The request log, written in batches so that a request never waits for it."""

import itertools
import logging
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from appos.audit import table
from appos.audit.models import HourCount, Request
from appos.errors import InvalidError, NotFoundError, StoreError
from appos.store.database import Database
from appos.store.query import ListQuery, Page
from appos.store.values import new_id, timestamp

log = logging.getLogger(__name__)

FLUSH_SECONDS = 3.0
BATCH = 200
# What may wait in memory while the disk does not take it; older requests are let go first.
WAITING = 5000
WRONG = "Something went wrong while processing your request."


class RequestLog:
    """Collects requests in memory and writes them every few seconds."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[Request] = deque(maxlen=WAITING)
        self._wake = threading.Event()
        # Of two who write at once, the second writes what the first left.
        self._writing = threading.Lock()

    def add(self, level: int, message: str, data: dict[str, Any], request_id: str = "") -> None:
        """Take note of one request; `level` is that of Go's slog: 0 info, 8 error."""
        self._waiting.append(
            Request(id=request_id or new_id(), level=level, message=message, data=data, created=timestamp())
        )
        if len(self._waiting) >= BATCH:
            self._wake.set()

    def run(self, stopping: threading.Event) -> None:
        """Write what was noted every few seconds, until `stopping` is set and all is written."""
        while not stopping.is_set():
            self._wake.wait(FLUSH_SECONDS)
            self._wake.clear()
            self._try_flush()

    def stop(self) -> None:
        """Write what is left and let `run` end."""
        self._wake.set()
        self._try_flush()

    def flush(self) -> None:
        """Write what was noted so far.

        Raises:
            StoreError: the database cannot be written; what was noted stays in memory.
        """
        with self._writing:
            while self._waiting:
                self._write_batch()

    def _write_batch(self) -> None:
        with self._database.transaction():
            batch = list(itertools.islice(self._waiting, BATCH))
            table.insert_requests(self._database, batch)
        written = {request.id for request in batch}
        # A full memory may have let some of them go meanwhile.
        while self._waiting and self._waiting[0].id in written:
            self._waiting.popleft()

    def _try_flush(self) -> None:
        try:
            self.flush()
        except StoreError as error:
            log.warning("request_log_not_written", extra={"code": error.code})

    def page(self, query: ListQuery) -> Page[Request]:
        """Return one page of the log, what waits in memory included.

        Raises:
            InvalidError: `invalid_filter` or `unknown_field`.
        """
        self.flush()
        with self._database.read() as db:
            return table.list_requests(db, query)

    def search(self, query: ListQuery) -> Page[Request]:
        """Return one page of the log for a client, the oldest first; what was just asked is not in it yet.

        Raises:
            InvalidError: `invalid_filter`, `invalid_sort` or `unknown_field`, in PocketBase's words.
        """
        with _in_words(WRONG), self._database.read() as db:
            return table.search_requests(db, query)

    def stats(self, filter_: str) -> list[HourCount]:
        """Count the requests of each hour.

        Raises:
            InvalidError: as `search`.
        """
        with _in_words("Invalid filter format."), self._database.read() as db:
            return table.count_by_hour(db, filter_)

    def get(self, request_id: str) -> Request:
        """Return a request.

        Raises:
            NotFoundError: `not_found`.
        """
        with self._database.read() as db:
            found = table.find_request(db, request_id)
        if found is None:
            raise NotFoundError("The requested resource wasn't found.")
        return found

    def clean(self, before: str) -> int:
        """Delete what was logged before a timestamp and return how many requests that were."""
        with self._database.transaction() as db:
            return table.delete_requests_before(db, before)


@contextmanager
def _in_words(message: str) -> Iterator[None]:
    """Refuse what cannot be understood in PocketBase's words, which do not say what was wrong."""
    try:
        yield
    except InvalidError as error:
        raise InvalidError(message, code=error.code) from error
