"""The collection in which a filter is read, and what all filters of one query share."""

import msgspec
import sqlalchemy as sa

from appos.records.fields import Lookup
from appos.records.models import Collection
from appos.records.resolve.inputs import Inputs
from appos.records.resolve.joins import Joins, On, Track
from appos.records.resolve.place import Place, Step
from appos.records.shown import table_of
from appos.store.gotext import quote
from appos.store.scan import FilterError


class Scope(msgspec.Struct, frozen=True, eq=False, kw_only=True):
    """A collection whose rows are compared, in `table`."""

    collection: Collection
    table: sa.FromClause
    lookup: Lookup
    inputs: Inputs
    joins: Joins
    # The collections that a client's filter looked into, as scopes of their list rules, by their paths.
    seen: "dict[str, Scope]"
    allow_hidden: bool
    # What the names of all tables begin with that are joined for this scope.
    prefix: str = ""

    @property
    def is_stored(self) -> bool:
        """Whether the rows are those of the collection's table, and not a record that is not created yet."""
        return not isinstance(self.table, sa.CTE)

    def find(self, name: str) -> Collection | None:
        """Return a collection by its id or name; its own as it is here, if it is not stored yet."""
        own = self.collection
        return own if name in (own.name, own.id) else self.lookup(name)

    def here(self) -> Place:
        """Return the place where paths begin."""
        path = self.prefix or self.collection.name
        return Place(self.collection, Track(self.joins, self.table, path), lambda: self._every(f"{path}*"))

    def beside(self, name: str, collection: Collection, on: On, *, is_many: bool) -> Place:
        """Return the place of a collection that is joined under a name, whatever the row."""
        place = self.here()
        path = f"{self.prefix}{name}"
        self.go(place, lambda track: track.to(path, collection, on), collection, is_many=is_many)
        return place

    def go(self, place: Place, step: Step, collection: Collection, *, is_many: bool) -> None:
        """Take a step to a collection, if it may be looked into.

        Raises:
            FilterError: `unknown_field`; a client may not list the collection's records.
        """
        if not self.allow_hidden and collection.list_rule is None:
            problem = "fields can be accessed only when allowHiddenFields is enabled or by superusers"
            raise unknown(f"{quote(collection.name)} {problem}")
        place.take(step, collection, is_many=is_many)
        if not self.allow_hidden and place.track.path not in self.seen:
            self.seen[place.track.path] = msgspec.structs.replace(
                self,
                collection=collection,
                table=place.track.at,
                allow_hidden=True,
                prefix=f"{place.track.path}!",
            )

    def _every(self, name: str) -> sa.FromClause:
        if isinstance(self.table, sa.CTE):
            return self.table.alias(name)
        return table_of(self.collection).alias(name)


def unknown(reason: str) -> FilterError:
    """Return the error for a name that means nothing, or nothing that may be asked for."""
    return FilterError(f"The filter cannot be used: {reason}.", reason=reason, code="unknown_field")
