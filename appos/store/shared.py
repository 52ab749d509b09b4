"""dataset's database, with one connection that all write transactions use in turn."""

import sqlite3
import threading
import time
from typing import Any, cast

import dataset
from sqlalchemy.engine import Connection

from appos.store.failures import is_busy

RETRY_SECONDS = 0.01


class SharedWriter(dataset.Database):
    """A `dataset.Database` whose write transactions begin and end without SQLAlchemy.

    Only one can be open at a time, so they share a connection, which stays open between them; to its greenlet
    alone it is dataset's connection. SQLAlchemy learns of a transaction once a statement is run through it:
    to begin and to end each of them there takes twice as long as all that SQLite does.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._shared: tuple[Connection, sqlite3.Connection] | None = None
        # The greenlet, or thread, whose transaction is open.
        self._writing: int | None = None

    @property
    def is_writing(self) -> bool:
        """Whether the greenlet that asks has the write transaction open."""
        return self._writing == threading.get_ident()

    @property
    def executable(self) -> Connection:
        """The connection of this greenlet."""
        return self._writer[0] if self.is_writing else super().executable

    @property
    def in_transaction(self) -> bool:
        """Whether this greenlet has a transaction open, for reading or writing."""
        return self.is_writing or super().in_transaction

    @property
    def driver(self) -> sqlite3.Connection:
        """The driver's own connection of this greenlet's transaction."""
        return self._writer[1] if self.is_writing else _driver(self.executable)

    def begin_writing(self, deadline: float) -> None:
        """Begin a write transaction; try again until the deadline while another process has the lock.

        Whoever calls this is the only one in this process who does. Raises what SQLite says.
        """
        _, driver = self._writer
        while True:
            try:
                driver.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if not is_busy(error) or time.monotonic() > deadline:
                    raise
                time.sleep(RETRY_SECONDS)
            else:
                self._writing = threading.get_ident()
                return

    def commit_writing(self) -> None:
        """Commit the write transaction; one that cannot be committed is rolled back, and raises why."""
        writer, driver = self._writer
        try:
            if writer.in_transaction():
                writer.commit()
            else:
                driver.execute("COMMIT")
        except BaseException:
            self.roll_writing_back()
            raise
        self._writing = None

    def roll_writing_back(self) -> None:
        """Undo the write transaction."""
        writer, driver = self._writer
        try:
            writer.rollback()
            # SQLite itself may have rolled back already; then this does nothing.
            driver.rollback()
        finally:
            self._writing = None
            self._flush_tables()

    def close(self) -> None:
        """Close every connection."""
        if self._shared is not None:
            self._shared[0].close()
            self._shared = None
        super().close()

    @property
    def _writer(self) -> tuple[Connection, sqlite3.Connection]:
        if self._shared is None:
            if self.engine is None:
                raise RuntimeError("the database is closed")
            connection = self.engine.connect()
            self._shared = (connection, _driver(connection))
        return self._shared


def _driver(connection: Connection) -> sqlite3.Connection:
    return cast("sqlite3.Connection", connection.connection.driver_connection)
