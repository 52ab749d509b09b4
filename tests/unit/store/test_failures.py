"""Errors of SQLAlchemy and sqlite3 become ours."""

import sqlite3

import pytest
from sqlalchemy import exc

from appos.errors import AppOSError, ConflictError, StoreError
from appos.store.failures import is_busy, translated


def wrapped(error: Exception) -> exc.DBAPIError:
    kind = exc.IntegrityError if isinstance(error, sqlite3.IntegrityError) else exc.OperationalError
    return kind("SELECT 1", {}, error)


@pytest.mark.parametrize("through_sqlalchemy", [False, True])
@pytest.mark.parametrize(
    ("error", "kind", "code"),
    [
        (sqlite3.IntegrityError("UNIQUE constraint failed: people.email"), ConflictError, "not_unique"),
        (sqlite3.IntegrityError("CHECK constraint failed: age"), ConflictError, "constraint_failed"),
        (sqlite3.OperationalError("database is locked"), StoreError, "database_busy"),
        (sqlite3.OperationalError("no such table: pets"), StoreError, "store_failed"),
    ],
)
def test_what_the_database_says_is_ours(
    error: sqlite3.Error, kind: type[AppOSError], code: str, through_sqlalchemy: bool
) -> None:
    said = wrapped(error) if through_sqlalchemy else error
    with pytest.raises(kind) as caught, translated:
        raise said

    assert caught.value.code == code
    assert caught.value.__cause__ is said


@pytest.mark.parametrize(
    "error", [LookupError("mine"), StoreError("Ours.", code="ours"), KeyboardInterrupt()]
)
def test_everything_else_passes(error: BaseException) -> None:
    with pytest.raises(type(error)) as caught, translated:
        raise error

    assert caught.value is error


def test_a_lock_of_another_is_told_from_the_rest() -> None:
    locked, other = sqlite3.OperationalError("database is locked"), sqlite3.OperationalError("disk I/O error")

    assert [is_busy(locked), is_busy(other)] == [True, False]
    assert is_busy(exc.OperationalError("BEGIN", {}, locked))
