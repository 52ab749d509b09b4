"""Records as JSON, written by SQLite itself."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from appos.records.fields import Field
from appos.records.models import Collection

# SQLite takes 127 arguments of a function at the most; json_object() takes a name and a value of each field.
MOST_PAIRS = 60
# What is never shown to anybody. Source: PocketBase 0.36, records of auth collections.
SECRET_FIELDS = frozenset({"password", "tokenKey"})
# The bound value that holds the id of the account that asks, "" for a stranger.
VIEWER = "viewer_id"

Pair = tuple[str, ColumnElement[Any]]


def table_of(collection: Collection) -> sa.TableClause:
    """Return the table of a collection, for expressions, with the numbers of its rows as `_rowid_`."""
    names = ("_rowid_", *(field.name for field in collection.fields))
    return sa.table(collection.name, *map(sa.column, names))


def record_json(
    collection: Collection,
    table: sa.FromClause,
    *,
    shows_hidden: bool,
    shows_email: bool = False,
    is_managed: ColumnElement[bool] | None = None,
) -> ColumnElement[Any]:
    """Return the expression for a row of `table` as JSON, its names in order.

    Without `shows_email` the e-mail address of an account is shown to itself, to whom its record says so, and
    where `is_managed` holds.
    """
    pairs = sorted(_pairs(collection, table, shows_hidden=shows_hidden), key=lambda pair: pair[0])
    if not collection.is_auth or shows_email or "email" not in dict(pairs):
        return _object(pairs)
    sees_email = sa.or_(
        table.c.emailVisibility == sa.true(), table.c.id == sa.bindparam(VIEWER, type_=sa.String())
    )
    if is_managed is not None:
        sees_email = sa.or_(sees_email, is_managed)
    without = [pair for pair in pairs if pair[0] != "email"]
    return sa.case((sees_email, _object(pairs)), else_=_object(without))


def _pairs(collection: Collection, table: sa.FromClause, *, shows_hidden: bool) -> list[Pair]:
    shown = [field for field in collection.fields if is_shown(collection, field, shows_hidden=shows_hidden)]
    return [
        ("collectionId", sa.literal(collection.id)),
        ("collectionName", sa.literal(collection.name)),
        *((field.name, field.json_value(table.c[field.name])) for field in shown),
    ]


def is_shown(collection: Collection, field: Field, *, shows_hidden: bool) -> bool:
    """Whether a field is part of what is shown of a record."""
    if collection.is_auth and field.name in SECRET_FIELDS:
        return False
    return shows_hidden or not field.hidden


def _object(pairs: Sequence[Pair]) -> ColumnElement[Any]:
    """Return json_object() of the pairs; many of them are written in parts that are joined as text."""
    parts = [
        sa.func.json_object(*chain.from_iterable(map(_arguments, pairs[start : start + MOST_PAIRS])))
        for start in range(0, len(pairs), MOST_PAIRS)
    ]
    joined: ColumnElement[Any] = parts[0]
    for part in parts[1:]:
        head = sa.func.substr(joined, 1, sa.func.length(joined) - 1)
        joined = head.op("||")(sa.literal(",")).op("||")(sa.func.substr(part, 2))
    return joined


def _arguments(pair: Pair) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    name, value = pair
    return sa.literal(name), value
