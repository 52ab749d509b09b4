"""Statements that change the schema; SQLite takes them back with the transaction they are part of.

Names are quoted and checked here once more. Column definitions are AppOS's own text. What SQLite refuses
raises InvalidError `schema_refused`, worded as PocketBase's driver does it: group, reason and number.
"""

from collections.abc import Mapping

import dataset
from sqlalchemy import exc

from appos.errors import InvalidError
from appos.store.database import row
from appos.store.rows import quoted

REFUSED = "schema_refused"

# SQLite's words for the groups of its errors. Source: https://www.sqlite.org/rescode.html, sqlite3_errstr().
_GROUPS = {1: "SQL logic error", 19: "constraint failed"}


def has_table(db: dataset.Database, name: str) -> bool:
    """Whether there is a table or a view of this name, in any case."""
    sql = "SELECT 1 FROM sqlite_master WHERE type IN ('table', 'view') AND name = :name COLLATE NOCASE"
    return row(db, sql, name=name) is not None


def table_of_index(db: dataset.Database, name: str) -> str:
    """Return the table that the index of this name, in any case, belongs to; "" if there is none."""
    sql = "SELECT tbl_name FROM sqlite_master WHERE type = 'index' AND name = :name COLLATE NOCASE"
    found = row(db, sql, name=name)
    return str(found["tbl_name"]) if found else ""


def create_table(db: dataset.Database, table: str, columns: Mapping[str, str]) -> None:
    """Create a table; `columns` maps their names to their definitions."""
    definitions = ", ".join(f"{quoted(name)} {definition}" for name, definition in columns.items())
    _run(db, f"CREATE TABLE {quoted(table)} ({definitions})")


def drop_table(db: dataset.Database, table: str) -> None:
    """Drop a table with all that is in it."""
    _run(db, f"DROP TABLE {quoted(table)}")


def rename_table(db: dataset.Database, table: str, name: str) -> None:
    """Give a table another name."""
    _run(db, f"ALTER TABLE {quoted(table)} RENAME TO {quoted(name)}")


def add_column(db: dataset.Database, table: str, column: str, definition: str) -> None:
    """Add a column, empty in every row."""
    _run(db, f"ALTER TABLE {quoted(table)} ADD COLUMN {quoted(column)} {definition}")


def drop_column(db: dataset.Database, table: str, column: str) -> None:
    """Drop a column with all that is in it."""
    _run(db, f"ALTER TABLE {quoted(table)} DROP COLUMN {quoted(column)}")


def rename_column(db: dataset.Database, table: str, column: str, name: str) -> None:
    """Give a column another name."""
    _run(db, f"ALTER TABLE {quoted(table)} RENAME COLUMN {quoted(column)} TO {quoted(name)}")


def drop_index(db: dataset.Database, name: str) -> None:
    """Drop an index, if there is one of this name."""
    escaped = name.replace("`", "``")
    _run(db, f"DROP INDEX IF EXISTS `{escaped}`")


def create_index(db: dataset.Database, sql: str) -> None:
    """Run one CREATE INDEX of a client's.

    Raises:
        InvalidError: `schema_refused`; it is more than one statement, or none that can be run.
    """
    _run(db, sql)


def set_column(db: dataset.Database, table: str, column: str, expression: str) -> None:
    """Set a column of every row to an expression of AppOS's own."""
    _run(db, f"UPDATE {quoted(table)} SET {quoted(column)} = {expression}")  # noqa: S608 - no client's


def _run(db: dataset.Database, sql: str) -> None:
    try:
        # Driver's SQL: a colon in the text of an index does not name a value.
        db.executable.exec_driver_sql(sql)
    except exc.ProgrammingError as error:
        # The driver itself refuses a second statement, and gives no number.
        raise _refused(str(error.orig).removesuffix(".")) from error
    except exc.DBAPIError as error:
        code = getattr(error.orig, "sqlite_errorcode", 0)
        if code & 0xFF not in _GROUPS:
            raise
        raise _refused(f"{_GROUPS[code & 0xFF]}: {error.orig} ({code})") from error


def _refused(reason: str) -> InvalidError:
    return InvalidError(reason, code=REFUSED)
