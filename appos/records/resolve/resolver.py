"""Filters, rules and sorts of one query over a collection, as SQL."""

from collections.abc import Hashable, Mapping
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import ColumnElement

from appos.records.fields import Lookup
from appos.records.models import Collection, RequestInfo
from appos.records.resolve.inputs import Inputs, Read
from appos.records.resolve.joins import Joins
from appos.records.resolve.names import Names
from appos.records.resolve.scope import Scope
from appos.records.shown import table_of
from appos.store.compile import compile_filter
from appos.store.filter import MAX_BYTES, parse_filter
from appos.store.gotext import quote
from appos.store.query import ordered, parse_sort
from appos.store.scan import FilterError


class Resolver:
    """Makes conditions and orders for one query over the rows of a collection, in the context of a request.

    The query selects from `source`, which has all tables that the conditions and orders need, once they are
    made. Its SQL holds for every request with the same `signature`, with that request's `bindings`.
    `allow_hidden` may change in between: it is True for rules, and for what a superuser asks. What any other
    client writes sees no hidden fields, and of other collections what their list rules allow.
    Source: PocketBase 0.36, "API rules and filters"; compared with PocketBase 0.36.2.
    """

    def __init__(
        self,
        collection: Collection,
        lookup: Lookup,
        info: RequestInfo,
        *,
        allow_hidden: bool,
        table: sa.FromClause | None = None,
    ) -> None:
        """Begin a query.

        `table` stands for the collection's own table: an alias of it, or the one row of a record that is not
        created yet as a CTE.
        """
        self.allow_hidden = allow_hidden
        self.table = table_of(collection) if table is None else table
        self._inputs = Inputs(info)
        self._scope = Scope(
            collection=collection,
            table=self.table,
            lookup=lookup,
            inputs=self._inputs,
            joins=Joins(self.table),
            seen={},
            allow_hidden=allow_hidden,
        )
        self._guards: dict[str, ColumnElement[bool]] = {}

    def where(self, text: str, *, is_rule: bool = False) -> ColumnElement[bool]:
        """Return the condition that a filter states; a rule may be of any length.

        Raises:
            FilterError: `invalid_filter` or `unknown_field`.
        """
        node = parse_filter(text, max_bytes=None if is_rule else MAX_BYTES)
        condition = compile_filter(node, self._names().side)
        self._guard()
        return condition

    def order_by(self, text: str) -> list[ColumnElement[Any]]:
        """Return the terms of an ORDER BY, at most 8 and the number of the row.

        Raises:
            FilterError: `invalid_sort` or `unknown_field`.
        """
        names = self._names()
        terms = ordered(parse_sort(text), lambda name: self._sort_column(name, names))
        self._guard()
        return terms

    @property
    def source(self) -> sa.FromClause:
        """The table with all that has to be joined to it so far, without rows that may not be looked into."""
        source = self._scope.joins.source
        if not self._guards:
            return source
        allowed = sa.select(sa.literal_column("1").label("is_allowed")).subquery()
        return source.join(allowed, sa.and_(*self._guards.values()))

    @property
    def is_joined(self) -> bool:
        """Whether rows may repeat, so that DISTINCT ones have to be selected."""
        return len(self._scope.joins) > 0

    def inputs(self) -> Mapping[str, Read]:
        """Return how each bound value of the request is read, by its name in SQL."""
        return self._inputs.reads()

    def bindings(self, info: RequestInfo) -> dict[str, Any]:
        """Return the bound values for a request, by their names in SQL; date macros are as of now."""
        return self._inputs.bindings(info)

    def signature(self, info: RequestInfo) -> tuple[Hashable, ...]:
        """Return what the SQL depends on: it holds for every request of which this is the same."""
        return self._inputs.signature(info)

    def _names(self) -> Names:
        return Names(msgspec.structs.replace(self._scope, allow_hidden=self.allow_hidden))

    def _guard(self) -> None:
        """Let the rows alone be seen of other collections that their list rules allow."""
        for path, scope in self._scope.seen.items():
            if path not in self._guards and scope.collection.list_rule:
                rule = parse_filter(scope.collection.list_rule, max_bytes=None)
                self._guards[path] = compile_filter(rule, Names(scope).side)

    def _sort_column(self, name: str, names: Names) -> ColumnElement[Any]:
        if name == "@random":
            return sa.func.random()
        if name == "@rowid":
            rowid: ColumnElement[Any] = sa.column("_rowid_", sa.Integer(), _selectable=self.table)
            return rowid
        side = names.path_side(name)
        if not side.is_column:
            reason = f"invalid sort field {quote(name)}"
            raise FilterError(
                f"The sort cannot be used: {reason}.", reason=reason, code="unknown_field", parameter="sort"
            )
        return side.sql
