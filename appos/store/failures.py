"""What SQLAlchemy and sqlite3 say went wrong, as errors of ours."""

import sqlite3
from types import TracebackType

from sqlalchemy import exc

from appos.errors import AppOSError, ConflictError, StoreError

_FAILURES = (
    ("interrupted", "interrupted", "The work on the database was stopped."),
    ("is locked", "database_busy", "The database is locked by another program; end it and try again."),
    ("disk is full", "disk_full", "The disk of the data directory is full; free some space."),
    ("readonly", "database_readonly", "The database cannot be written: its file or directory is read-only."),
    ("unable to open", "database_missing", "The database file cannot be opened; check the data directory."),
    (
        "image is malformed",
        "database_damaged",
        "The database is damaged; stop AppOS and restore a copy of it.",
    ),
    (
        "malformed database",
        "database_damaged",
        "The database is damaged; stop AppOS and restore a copy of it.",
    ),
    ("not a database", "database_damaged", "The database is damaged; stop AppOS and restore a copy of it."),
)


class _Translation:
    """Turns the errors of SQLAlchemy and sqlite3 that leave a `with` statement into ours.

    A class, since a generator takes three times as long, and every query passes here.
    """

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if isinstance(error, exc.IntegrityError | sqlite3.IntegrityError):
            raise _conflict(str(getattr(error, "orig", error))) from error
        if isinstance(error, exc.DBAPIError | sqlite3.Error):
            raise _failure(str(getattr(error, "orig", error))) from error


translated = _Translation()


def is_busy(error: exc.OperationalError | sqlite3.OperationalError) -> bool:
    """Whether another connection has the lock that was wanted."""
    return "is locked" in str(getattr(error, "orig", error))


def _conflict(reason: str) -> AppOSError:
    kind, _, names = reason.partition(" constraint failed: ")
    if kind != "UNIQUE":
        return ConflictError(f"The database refuses this change: {reason}.", code="constraint_failed")
    columns = [name.rpartition(".")[2].strip() for name in names.split(",") if "." in name]
    problem = {"code": "validation_not_unique", "message": "Value must be unique."}
    return ConflictError(
        f"The value of {' and '.join(map(repr, columns)) or names!r} is already taken.",
        code="not_unique",
        fields={column: problem for column in columns},
    )


def _failure(reason: str) -> StoreError:
    for words, code, message in _FAILURES:
        if words in reason:
            return StoreError(message, code=code)
    return StoreError(f"The database failed: {reason}.", code="store_failed")
