"""The statements that write one row, for tables whose names come from a checked schema."""

import re
from functools import lru_cache

_NAME = re.compile("[A-Za-z0-9_]+")


@lru_cache(maxsize=1024)
def insert_sql(table: str, names: tuple[str, ...]) -> str:
    """Return the statement that inserts a row with these columns, each bound by its name."""
    columns, values = ", ".join(map(quoted, names)), ", ".join(f":{name}" for name in names)
    return f"INSERT INTO {quoted(table)} ({columns}) VALUES ({values})"  # noqa: S608 - names are quoted


@lru_cache(maxsize=1024)
def update_sql(table: str, names: tuple[str, ...]) -> str:
    """Return the statement that changes these columns of the row whose id is bound as `_row_id`."""
    changes = ", ".join(f"{quoted(name)} = :{name}" for name in names)
    return f"UPDATE {quoted(table)} SET {changes} WHERE id = :_row_id"  # noqa: S608 - names are quoted


@lru_cache(maxsize=1024)
def delete_sql(table: str) -> str:
    """Return the statement that deletes the row whose id is bound as `_row_id`."""
    return f"DELETE FROM {quoted(table)} WHERE id = :_row_id"  # noqa: S608 - the name is quoted


def quoted(name: str) -> str:
    """Return the name of a table or a column for SQL.

    Raises:
        ValueError: it is not made of ASCII letters, digits and underscores.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name of a table or a column")
    return f'"{name}"'
