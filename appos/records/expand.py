"""`expand`: related records within the records that name them.

Source: PocketBase 0.36, "Expanding relations".
"""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from appos.records.cascade import refers_sql
from appos.records.fields import RelationField
from appos.records.indexes import unique_index
from appos.records.models import Collection, RequestInfo
from appos.store.rows import quoted

if TYPE_CHECKING:
    from appos.records.reading import Reader

MOST_LEVELS = 6
MOST_BACK_RELATIONS = 1_000
BACK_RELATION = re.compile(r"([A-Za-z0-9_]+)_via_([A-Za-z0-9_]+)", re.ASCII)

Shown = dict[str, Any]


class _Relation(msgspec.Struct, frozen=True):
    """One step of an expansion: the related collection, and the ids of related records by record."""

    name: str
    collection: Collection
    is_multiple: bool
    ids: Mapping[str, Sequence[str]]


def parse_expands(text: str) -> list[str]:
    """Return the paths of an `expand` parameter, without those that others contain."""
    paths = [path for part in text.split(",") if (path := part.replace(" ", "").strip("."))]
    longest = [path for path in paths if not any(other.startswith(f"{path}.") for other in paths)]
    return list(dict.fromkeys(longest))


class Expander:
    """Adds related records to shown ones. What cannot be expanded is left out, as in PocketBase."""

    def __init__(self, reader: "Reader") -> None:
        self._reader = reader

    def expand(
        self, collection: Collection, shown: Mapping[str, Shown], paths: Sequence[str], info: RequestInfo
    ) -> None:
        """Add `expand` to records of one collection, by their ids."""
        related_info = msgspec.structs.replace(info, context="expand")
        for path in paths:
            self._expand_path(collection, shown, path, related_info, 1)

    def _expand_path(
        self, collection: Collection, shown: Mapping[str, Shown], path: str, info: RequestInfo, level: int
    ) -> bool:
        """Expand one path, and return whether it leads anywhere."""
        if not shown or level > MOST_LEVELS:
            return True
        name, _, rest = path.partition(".")
        relation = self._relation(collection, name, list(shown))
        if relation is None:
            return False
        wanted = list(dict.fromkeys(record_id for ids in relation.ids.values() for record_id in ids))
        related = self._reader.related(relation.collection, wanted, info)
        if related is None:
            return False
        if rest and not self._expand_path(relation.collection, related, rest, info, level + 1):
            return False
        for record_id, record in shown.items():
            _add(record, relation, [related[it] for it in relation.ids.get(record_id, ()) if it in related])
        return True

    def _relation(self, collection: Collection, name: str, ids: Sequence[str]) -> _Relation | None:
        back = BACK_RELATION.fullmatch(name)
        if back:
            return self._back_relation(collection, name, back[1], back[2], ids)
        field = collection.field(name)
        if not isinstance(field, RelationField):
            return None
        related = self._reader.collections.find(field.collection_id)
        if related is None:
            return None
        rows = self._reader.rows(
            f"SELECT id, {quoted(field.name)} FROM {quoted(collection.name)} "  # noqa: S608 - names are quoted
            "WHERE id IN (SELECT value FROM json_each(:ids))",
            {"ids": msgspec.json.encode(list(ids)).decode()},
        )
        found = {record_id: _as_list(field.from_column(stored)) for record_id, stored in rows}
        return _Relation(name, related, field.is_multiple, found)

    def _back_relation(
        self, collection: Collection, name: str, other: str, field_name: str, ids: Sequence[str]
    ) -> _Relation | None:
        related = self._reader.collections.find(other)
        field = related.field(field_name) if related else None
        if related is None or not isinstance(field, RelationField) or field.collection_id != collection.id:
            return None
        sql = (
            f"SELECT id FROM {quoted(related.name)} "  # noqa: S608 - names are quoted
            f"WHERE {refers_sql(field)} LIMIT {MOST_BACK_RELATIONS:d}"
        )
        found = {
            record_id: [row[0] for row in self._reader.rows(sql, {"target": record_id})] for record_id in ids
        }
        return _Relation(name, related, unique_index(related.indexes, field.name) is None, found)


def _as_list(value: Any) -> list[str]:
    if isinstance(value, list):
        return value
    return [value] if value else []


def _add(record: Shown, relation: _Relation, related: Sequence[Shown]) -> None:
    expanded = record.setdefault("expand", {})
    if not related:
        return
    before = expanded.get(relation.name)
    known = {id(it): it for it in (before if isinstance(before, list) else [before] if before else [])}
    for old in known.values():
        for new in related:
            if new["id"] == old["id"]:
                _merge(new, old)
    expanded[relation.name] = list(related) if relation.is_multiple else related[0]


def _merge(new: Shown, old: Shown) -> None:
    """Keep what an earlier path expanded in the same record."""
    for name, value in old.get("expand", {}).items():
        new.setdefault("expand", {}).setdefault(name, value)
