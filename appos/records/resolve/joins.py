"""Tables that are joined for the paths of a filter."""

from collections.abc import Callable
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from appos.records.fields import Field
from appos.records.models import Collection
from appos.records.resolve.jsons import list_items
from appos.records.shown import table_of
from appos.store.scan import FilterError

# SQLite joins no more. Source: https://sqlite.org/limits.html, "Maximum Number Of Tables In A Join"
MAX_TABLES = 64

On: TypeAlias = Callable[[sa.FromClause], ColumnElement[bool]]
"""Tells for which rows of a table it is joined."""


class Joins:
    """A table and what is joined to it from the left, each under a name that tells the path to it."""

    def __init__(self, table: sa.FromClause) -> None:
        self.table = table
        self._joined: dict[str, tuple[sa.FromClause, ColumnElement[bool]]] = {}

    def __len__(self) -> int:
        return len(self._joined)

    def collection(self, name: str, collection: Collection, on: On) -> sa.FromClause:
        """Return the table of a collection under a name, joined where `on` holds."""
        return self._add(name, lambda: table_of(collection).alias(name), on)

    def items(self, name: str, make: Callable[[str], sa.FromClause]) -> sa.FromClause:
        """Return the table of the items of a list under a name, joined for each row."""
        return self._add(name, lambda: make(name), lambda _items: sa.true())

    @property
    def source(self) -> sa.FromClause:
        """The table with all that is joined to it."""
        source = self.table
        for joined, on in self._joined.values():
            source = source.outerjoin(joined, on)
        return source

    def _add(self, name: str, make: Callable[[], sa.FromClause], on: On) -> sa.FromClause:
        if name in self._joined:
            return self._joined[name][0]
        if len(self._joined) + 1 >= MAX_TABLES:
            raise FilterError(
                "The filter looks into too many collections. Ask for less at a time.",
                reason=f"at most {MAX_TABLES} tables in a join",
            )
        joined = make()
        self._joined[name] = joined, on(joined)
        return joined


class Track:
    """Where a path has come to in a query: the table `at`, to which the names in `path` lead."""

    def __init__(self, joins: Joins, at: sa.FromClause, path: str) -> None:
        self._joins = joins
        self.at = at
        self.path = path

    def column(self, field: Field) -> ColumnElement[Any]:
        """Return the column of a field."""
        column: ColumnElement[Any] = self.at.c[field.name]
        return column

    def items(self, field: Field) -> ColumnElement[Any]:
        """Return each item of a field's list."""
        column = self.column(field)
        return self.items_of(f"{self.path}.{field.name}[]", lambda name: list_items(column, name))

    def items_of(self, name: str, make: Callable[[str], sa.FromClause]) -> ColumnElement[Any]:
        """Return each item of a list that is joined under a name."""
        item: ColumnElement[Any] = self._joins.items(name, make).c.value
        return item

    def follow(self, field: Field, collection: Collection) -> "Track":
        """Return where the records are that a relation names."""
        ids = self.items(field) if field.is_multiple else self.column(field)
        return self.to(f"{self.path}.{field.name}", collection, lambda table: table.c.id == ids)

    def follow_back(self, name: str, collection: Collection, field: Field) -> "Track":
        """Return where the records are whose relation names the ones here; `name` is that of the step."""
        path, own_id = f"{self.path}.{name}", self.at.c.id

        def on(table: sa.FromClause) -> ColumnElement[bool]:
            if not field.is_multiple:
                is_named: ColumnElement[bool] = table.c[field.name] == own_id
                return is_named
            named = list_items(table.c[field.name], f"{path}[]")
            return own_id.in_(sa.select(named.c.value))

        return self.to(path, collection, on)

    def to(self, path: str, collection: Collection, on: On) -> "Track":
        """Return where a collection is that is joined under a path."""
        return Track(self._joins, self._joins.collection(path, collection, on), path)
