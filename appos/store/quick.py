"""Reads without SQLAlchemy, for what is asked most."""

import sqlite3
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from gevent import monkey

from appos.store.functions import add_functions
from appos.store.offload import offload

Values = Mapping[str, Any]

# A read of twice as many steps of SQLite's machine (some 5 ms) is run again in a thread, off the event loop.
QUICK_STEPS = 125_000
# How long one may take there, and after how many steps (some 50 ms) the clock is looked at.
# Source: PocketBase 0.36, which gives up queries of records after as long.
LONGEST_SECONDS = 30.0
ASIDE_STEPS = 1_000_000
BUSY_SECONDS = 5.0
CACHE_KIB = 8_000


def file_uri(path: Path, *, mode: str = "rw") -> str:
    """Return the address of a database file that is there; one that has gone is not made anew."""
    return f"file:{quote(str(path))}?mode={mode}"


class QuickReader:
    """One connection that greenlets share, since no query of theirs waits, and one for each native thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # A native lock, the cheapest one: no greenlet gives way to another while it has it.
        self._lock: threading.Lock = monkey.get_original("threading", "Lock")()
        self._shared: sqlite3.Connection | None = None
        self._ticks = 0
        # What gevent's own `local` keeps for each greenlet is kept for each native thread here.
        self._aside: Any = monkey.get_original("threading", "local")()

    def fetch(self, sql: str, values: Values) -> list[tuple[Any, ...]]:
        """Return all rows of one query, which is a transaction of its own; a long one runs in a thread.

        One that takes longer than `LONGEST_SECONDS` there is given up: SQLite then says `interrupted`.
        """
        with self._lock:
            self._ticks = 0
            try:
                return self._connection().execute(sql, values).fetchall()
            except sqlite3.OperationalError as error:
                if not any(words in str(error) for words in ("interrupted", "is locked")):
                    raise
        return offload(lambda: self._fetch_aside(sql, values))

    def stamp(self) -> int:
        """Return a number that is another one once any other connection has changed the database.

        Source: https://www.sqlite.org/pragma.html#pragma_data_version
        """
        with self._lock:
            self._ticks = 0
            return int(self._connection().execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        """Close the shared connection; those of threads end with them."""
        with self._lock:
            if self._shared is not None:
                self._shared.close()
                self._shared = None

    def _connection(self) -> sqlite3.Connection:
        if self._shared is None:
            self._shared = _opened(self._path, timeout_seconds=0)
            self._shared.set_progress_handler(self._tick, QUICK_STEPS)
        return self._shared

    def _tick(self) -> bool:
        """Return whether a read has taken too long.

        SQLite counts the steps of a statement that it keeps over all its runs, so the first tick within a run
        says nothing of this one.
        """
        self._ticks += 1
        return self._ticks > 1

    def _fetch_aside(self, sql: str, values: Values) -> list[tuple[Any, ...]]:
        connection = getattr(self._aside, "connection", None)
        if connection is None:
            connection = self._aside.connection = _opened(self._path, timeout_seconds=BUSY_SECONDS)
        deadline = time.monotonic() + LONGEST_SECONDS
        connection.set_progress_handler(lambda: time.monotonic() > deadline, ASIDE_STEPS)
        return list(connection.execute(sql, values).fetchall())


def _opened(path: Path, *, timeout_seconds: float) -> sqlite3.Connection:
    connection = sqlite3.connect(
        file_uri(path), uri=True, timeout=timeout_seconds, check_same_thread=False, isolation_level=None
    )
    add_functions(connection)
    connection.execute("PRAGMA query_only=ON")
    connection.execute(f"PRAGMA cache_size=-{CACHE_KIB:d}")
    return connection
