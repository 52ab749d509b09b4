"""Which records refer to a record, and what becomes of them when it is deleted.

Source: PocketBase 0.36, deleting records.
"""

from collections.abc import Sequence

import msgspec

from appos.records.collections import Collections
from appos.records.fields import RelationField
from appos.records.models import Collection, Record
from appos.store.database import Database
from appos.store.rows import quoted


def refers_sql(field: RelationField) -> str:
    """Return the condition that a row refers by this field to the record whose id is bound as `target`."""
    column = quoted(field.name)
    if not field.is_multiple:
        return f"{column} = :target"
    array = f"CASE WHEN json_valid({column}) THEN {column} ELSE json_array({column}) END"
    return f"EXISTS (SELECT 1 FROM json_each({array}) WHERE value = :target)"  # noqa: S608 - it is quoted


class Reference(msgspec.Struct, frozen=True, eq=False):
    """A field whose values are ids of another collection's records."""

    collection: Collection
    field: RelationField

    def records(self, database: Database, target: Record) -> list[Record]:
        """Return every record that refers to `target` here, but for `target` itself."""
        names = [field.name for field in self.collection.fields]
        selected = ", ".join(map(quoted, names))
        rows = database.fetch(
            f"SELECT {selected} FROM {quoted(self.collection.name)} "  # noqa: S608 - names are quoted
            f"WHERE {refers_sql(self.field)} AND id != :itself",
            {"target": target.id, "itself": target.id if self.collection.id == target.collection.id else ""},
        )
        return [Record.from_row(self.collection, dict(zip(names, row, strict=True))) for row in rows]

    def without(self, record: Record, target_id: str) -> Record:
        """Return a record that no longer refers to `target_id`."""
        value = record.values[self.field.name]
        left = [it for it in value if it != target_id] if isinstance(value, list) else ""
        return Record(record.collection, record.values | {self.field.name: left})


class References:
    """The references to each collection, found once for each state of the collections."""

    def __init__(self, collections: Collections) -> None:
        self._collections = collections
        self._version = -1
        self._known: dict[str, list[Reference]] = {}

    def to(self, collection: Collection) -> Sequence[Reference]:
        """Return the fields that may refer to records of a collection, by the names of their collections."""
        if self._version != self._collections.version:
            self._version, self._known = self._collections.version, {}
            for other in sorted(self._collections.all(), key=lambda it: it.name):
                for field in other.fields:
                    if isinstance(field, RelationField):
                        self._known.setdefault(field.collection_id, []).append(Reference(other, field))
        return self._known.get(collection.id, [])
