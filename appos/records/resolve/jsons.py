"""Lists and JSON in columns, as SQL.

What is no list is a list of itself, and what is no JSON is a text.
Source: PocketBase 0.36, fields with several values; compared with PocketBase 0.36.2.
"""

import re
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

_INDEX = re.compile(r"\d+", re.ASCII)
_MOST_INDEX = 2**63 - 1


def list_items(column: ColumnElement[Any], name: str) -> sa.TableValuedAlias:
    """Return the items of a column as a table, with the one column `value`."""
    as_list = sa.case((_is_list(column), column), else_=sa.func.json_array(column))
    return json_items(as_list, name)


def json_items(value: ColumnElement[Any], name: str) -> sa.TableValuedAlias:
    """Return the items of a list in JSON as a table, with the one column `value`."""
    return sa.func.json_each(value).table_valued("value", name=name)


def list_length(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return how many items a column has."""
    is_empty = sa.or_(column.op("=")(sa.literal_column("''")), column.is_(None))
    other = sa.case((is_empty, sa.func.json_array()), else_=sa.func.json_array(column))
    return sa.func.json_array_length(sa.case((_is_list(column), column), else_=other))


def extracted(column: ColumnElement[Any], path: str) -> ColumnElement[Any]:
    """Return what the JSON in a column has at a path, as made by `json_path`."""
    as_member = sa.func.json_object(sa.literal_column("'pb'"), column)
    return sa.case(
        (sa.func.json_valid(column), sa.func.json_extract(column, sa.literal(f"${path}", sa.String()))),
        else_=sa.func.json_extract(as_member, sa.literal(f"$.pb{path}", sa.String())),
    )


def json_path(names: Sequence[str]) -> str:
    """Return the path of SQLite's that follows names and indexes, without its `$`."""
    path = ""
    for position, name in enumerate(names):
        # PocketBase takes colons out: there are no modifiers within JSON.
        bare = name.replace(":", "")
        if _INDEX.fullmatch(name) and int(name) <= _MOST_INDEX:
            path += f"[{bare}]"
        else:
            path += f".{bare}" if position else bare
    return path if not path or path.startswith("[") else f".{path}"


def _is_list(column: ColumnElement[Any]) -> ColumnElement[bool]:
    is_array = sa.func.json_type(column).op("=")(sa.literal_column("'array'"))
    is_list: ColumnElement[bool] = sa.func.iif(sa.func.json_valid(column), is_array, sa.literal_column("0"))
    return is_list
