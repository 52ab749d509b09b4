"""One SQLite database, opened with dataset and safe to use from greenlets."""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dataset
from sqlalchemy import event, exc, text
from sqlalchemy.engine import Connection

from appos.errors import StoreError
from appos.store.durable import Durability
from appos.store.failures import is_busy, translated
from appos.store.functions import add_functions
from appos.store.quick import QuickReader, Values, file_uri
from appos.store.rows import delete_sql, insert_sql, update_sql
from appos.store.shared import RETRY_SECONDS, SharedWriter

BUSY_SECONDS = 5.0
# How long a new connection waits for one that is being closed.
OPENING_SECONDS = 1.0
FREED_PAGES = 500
# How long a probe waits for the writer of the moment before the database counts as locked.
PROBE_SECONDS = 0.3

Row = dict[str, Any]

log = logging.getLogger(__name__)


def plain_row(items: Any) -> Row:
    """Make a row a plain dict with plain string keys (SQLAlchemy's own keys are a subclass of `str`)."""
    return {str(key): value for key, value in items}


class Database:
    """Transactions on one SQLite file.

    A write transaction begins with BEGIN IMMEDIATE under one lock, so writers of this process queue in their
    order and those of other processes are waited for with the event loop running. Nothing may wait (network,
    engine, sleep) inside a transaction. After it the disk is waited for, unless `is_durable` is false.
    Source: https://www.sqlite.org/lang_transaction.html
    """

    def __init__(self, path: Path, *, is_durable: bool = True) -> None:
        self.path = path
        self._turn = threading.Lock()
        self._followers: list[Callable[[], None]] = []
        self._database = SharedWriter(
            # The file is named by `_connect`: not every path can be written in such a URL.
            "sqlite:///file",
            # An unbounded pool: with a bounded one, greenlets that wait for a connection block those that
            # free one.
            engine_kwargs={
                "pool_size": 4,
                "max_overflow": -1,
                "creator": self._connect,
            },
            ensure_schema=False,
            row_type=plain_row,
            on_connect_statements=[
                # What is missing to FULL, `Durability` does for many commits at once.
                "PRAGMA synchronous=NORMAL",
                "PRAGMA foreign_keys=ON",
                "PRAGMA cache_size=-4000",
            ],
        )
        self._reader = QuickReader(path)
        self._durability = Durability(path) if is_durable else None
        engine = self._database.engine
        event.listen(engine, "connect", _own_transactions)
        event.listen(engine, "begin", self._begin)

    def _connect(self) -> sqlite3.Connection:
        """Open the file that is there; one that has gone is not made anew.

        Its first read is made here, and is the only one that waits: a connection that is being closed has the
        file for a moment, and in WAL mode nobody but a new one needs a lock on that.
        """
        connection = sqlite3.connect(
            file_uri(self.path), uri=True, timeout=OPENING_SECONDS, check_same_thread=False
        )
        connection.execute("PRAGMA schema_version").fetchone()
        connection.execute("PRAGMA busy_timeout=0")
        add_functions(connection)
        return connection

    def _begin(self, connection: Connection) -> None:
        if not self._database.is_writing:
            connection.exec_driver_sql("BEGIN")

    @contextmanager
    def transaction(self) -> Iterator[dataset.Database]:
        """Open a write transaction, or join the one that this greenlet has open; commit at the end, else
        roll back.

        Raises:
            ConflictError: `not_unique`, with the column in its fields.
            StoreError: `database_busy`, `disk_full`, `database_damaged` or `store_failed`.
        """
        if self._database.is_writing:
            yield self._database
            return
        if self._database.in_transaction:
            raise RuntimeError("a write transaction cannot begin inside a read")
        # Those who wait behind each other for a lock of another process wait at the same time.
        deadline = time.monotonic() + BUSY_SECONDS
        with self._turn:
            followers = self._followers = []
            with translated:
                self._database.begin_writing(deadline)
                try:
                    yield self._database
                except BaseException:
                    self._database.roll_writing_back()
                    raise
                self._database.commit_writing()
        if self._durability is not None:
            self._durability.wait()
        for follow in followers:
            try:
                follow()
            except Exception:
                # It is committed, and whoever asked is to know that; the others follow all the same.
                log.exception("after_commit_failed")

    def after_commit(self, call: Callable[[], None]) -> None:
        """Have `call` run once this greenlet's transaction is committed; never, if it is rolled back.

        What it fails with is logged, for the transaction itself has succeeded.
        """
        if not self._database.is_writing:
            raise RuntimeError("there is no transaction that could be committed")
        self._followers.append(call)

    @contextmanager
    def read(self) -> Iterator[dataset.Database]:
        """Open a read transaction: one consistent view, which waits for no writer.

        Raises:
            StoreError: as `transaction`.
        """
        if self._database.in_transaction:
            yield self._database
            return
        with translated, self._opened():
            yield self._database

    def fetch(self, sql: str, values: Values) -> list[tuple[Any, ...]]:
        """Return all rows of one query with named values, past SQLAlchemy: for what is asked most.

        Within a transaction of this greenlet it sees what that has written. Else it is a transaction of its
        own, and a long one runs in a thread while others are answered.

        Raises:
            StoreError: as `transaction`.
        """
        with translated:
            if self._database.in_transaction:
                return list(self._database.driver.execute(sql, values).fetchall())
            return self._reader.fetch(sql, values)

    def insert(self, table: str, row: Row) -> None:
        """Insert a row within a transaction of this greenlet; names are words of a checked schema.

        Raises:
            ConflictError: at once, as `transaction`.
        """
        self._run(insert_sql(table, tuple(row)), row)

    def insert_many(self, table: str, rows: Sequence[Row]) -> None:
        """Insert rows with the same columns within a transaction of this greenlet. Raises as `insert`."""
        if rows:
            self._run_many(insert_sql(table, tuple(rows[0])), rows)

    def update(self, table: str, row_id: str, row: Row) -> None:
        """Change the row with this id within a transaction of this greenlet. Raises as `insert`."""
        self._run(update_sql(table, tuple(row)), {**row, "_row_id": row_id})

    def delete(self, table: str, row_id: str) -> None:
        """Delete the row with this id within a transaction of this greenlet. Raises as `insert`."""
        self._run(delete_sql(table), {"_row_id": row_id})

    def _run(self, sql: str, values: Values) -> None:
        self._run_many(sql, (values,))

    def _run_many(self, sql: str, rows: Sequence[Values]) -> None:
        if not self._database.is_writing:
            raise RuntimeError("a row is written within a transaction")
        with translated:
            self._database.driver.executemany(sql, rows)

    def stamp(self) -> int:
        """Return a number that is another one once anybody has changed the database. Raises as `fetch`."""
        with translated:
            return self._reader.stamp()

    @property
    def in_transaction(self) -> bool:
        """Whether this greenlet has a transaction open, for reading or writing."""
        return bool(self._database.in_transaction)

    def forget_tables(self) -> None:
        """Forget which columns dataset has seen in tables; to be called when they may have changed."""
        self._database._tables.clear()

    @contextmanager
    def _opened(self) -> Iterator[None]:
        self._begin_reading(time.monotonic() + BUSY_SECONDS)
        try:
            yield
        except BaseException:
            self._database.rollback()
            raise
        try:
            self._database.commit()
        except BaseException:
            self._database.rollback()
            raise
        finally:
            self._database._release_connection()

    def _begin_reading(self, deadline: float) -> None:
        """Begin; try again until the deadline, but once in any case, while another process has the lock."""
        while True:
            try:
                self._database.begin()
            except exc.OperationalError as error:
                self._database._release_connection()
                if not is_busy(error) or time.monotonic() > deadline:
                    raise
                time.sleep(RETRY_SECONDS)
            else:
                return

    def probe(self) -> None:
        """Write one row through a connection of its own; to be run off the event loop.

        Raises:
            StoreError: the database cannot be written, and why.
        """
        with translated:
            connection = sqlite3.connect(file_uri(self.path), uri=True, timeout=PROBE_SECONDS)
            try:
                with connection:
                    connection.execute(
                        "INSERT OR REPLACE INTO _probe (id, written) VALUES (1, ?)", (time.time(),)
                    )
            finally:
                connection.close()

    def maintain(self, stopped: Callable[[], bool]) -> None:
        """Refresh the planner's statistics and give back free pages; to be run off the event loop.

        Pages go back a few at a time, so that writers never wait long. `stopped` is asked in between.

        Raises:
            StoreError: `interrupted` if `stopped` became true, or what SQLite says.
        """
        with translated:
            connection = sqlite3.connect(self.path, timeout=1.0, isolation_level=None)
            try:
                connection.set_progress_handler(lambda: int(stopped()), 5000)
                connection.execute("PRAGMA analysis_limit=400").fetchall()
                connection.execute("PRAGMA optimize").fetchall()
                free, left = 0, _free_pages(connection)
                # A file that was made without `auto_vacuum` gives nothing back.
                while left and left != free:
                    if stopped():
                        raise StoreError("The work on the database was stopped.", code="interrupted")
                    connection.execute(f"PRAGMA incremental_vacuum({FREED_PAGES:d})").fetchall()
                    free, left = left, _free_pages(connection)
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            finally:
                connection.close()

    def check(self, stopped: Callable[[], bool] = lambda: False) -> str:
        """Return "ok", or the first thing that SQLite finds wrong; to be run off the event loop.

        Raises:
            StoreError: the file cannot be read as a database.
        """
        with translated:
            connection = sqlite3.connect(file_uri(self.path, mode="ro"), uri=True, timeout=1.0)
            try:
                connection.set_progress_handler(lambda: int(stopped()), 5000)
                return str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
            finally:
                connection.close()

    def close(self) -> None:
        """Close every connection; the last one empties the write-ahead log."""
        self._reader.close()
        if self._durability is not None:
            self._durability.close()
        self._database.close()


def _free_pages(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA freelist_count").fetchone()[0])


def rows(db: dataset.Database, sql: str, **values: object) -> list[Row]:
    """Run one query with bound values and return all its rows."""
    return [plain_row(row.items()) for row in db.query(sql, **values)]


def row(db: dataset.Database, sql: str, **values: object) -> Row | None:
    """Run one query with bound values and return its first row."""
    found = rows(db, sql, **values)
    return found[0] if found else None


def execute(db: dataset.Database, sql: str, **values: object) -> int:
    """Run one statement with bound values and return how many rows it changed."""
    return int(db.executable.execute(text(sql), values).rowcount)


def _own_transactions(connection: sqlite3.Connection, _record: object) -> None:
    """Stop the driver from beginning transactions; `Database._begin` does.

    Source: https://docs.sqlalchemy.org/en/20/dialects/sqlite.html, "Serializable isolation / Savepoints".
    """
    connection.isolation_level = None
