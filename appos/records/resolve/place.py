"""Where a path through collections has come to.

In the query itself a row meets one value of a path at a time. Where it may have several, the same steps are
taken in a query of its own, which has all values of one row.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from appos.records.models import Collection
from appos.records.resolve.joins import Joins, Track
from appos.store.compare import Fallback, Many, Side

Step: TypeAlias = Callable[[Track], Track]
"""One step of a path, in whichever query."""

Value: TypeAlias = Callable[[Track], ColumnElement[Any]]
"""What is compared at the end of a path, in whichever query."""


class Place:
    """A collection and the track that leads to it, from `outer` on.

    `every` makes the table from which the same track begins in a query of its own.
    """

    def __init__(self, collection: Collection, outer: Track, every: Callable[[], sa.FromClause]) -> None:
        self.collection = collection
        self.track = outer
        self.is_many = False
        self._outer = outer.at
        self._path = outer.path
        self._every = every
        self._steps: list[Step] = []

    def take(self, step: Step, collection: Collection, *, is_many: bool) -> None:
        """Go on to a collection; `is_many`: a row may meet several of its records."""
        self.track = step(self.track)
        self.collection = collection
        self.is_many = self.is_many or is_many
        self._steps.append(step)

    def side(
        self,
        value: Value,
        *,
        fallback: Fallback = Fallback.AUTO,
        bound: int = 0,
        pattern: Callable[[], ColumnElement[Any]] | None = None,
        guard: ColumnElement[bool] | None = None,
    ) -> Side:
        """Return the side that a value here is."""
        return Side(
            sql=value(self.track),
            many=self._many(value),
            fallback=fallback,
            bound=bound,
            pattern=pattern,
            guard=guard,
            is_column=bound == 0,
        )

    def _many(self, value: Value) -> Many | None:
        if not self.is_many:
            return None
        joins = Joins(self._every())
        track = Track(joins, joins.table, self._path)
        for step in self._steps:
            track = step(track)
        all_values = value(track)
        is_same = joins.table.c.id == self._outer.c.id
        return Many(value=all_values, source=joins.source, is_same=is_same, outer=self._outer)
