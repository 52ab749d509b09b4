"""Paths of a filter through the fields of collections: `title`, `team.owner.name`, `meta.a.0`, `tags:each`.

Source: PocketBase 0.36, filters over relations; compared with PocketBase 0.36.2.
"""

import re
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from appos.records.fields import Field, RelationField
from appos.records.indexes import unique_index
from appos.records.models import Collection
from appos.records.resolve.joins import Track
from appos.records.resolve.jsons import extracted, json_path, list_length
from appos.records.resolve.place import Place
from appos.records.resolve.scope import Scope, unknown
from appos.store.compare import NULL, Fallback, Side
from appos.store.gotext import quote

MAX_RELATIONS = 6
MODIFIERS = frozenset({"each", "isset", "length", "lower", "changed"})
# The types whose fields may hold several values.
LISTS = frozenset({"select", "file", "relation"})
_JSON = frozenset({"json", "geoPoint"})
_BACK = re.compile(r"(\w+)_via_(\w+)", re.ASCII)


class Walk:
    """Follows one path. `is_lenient`: where it ends nowhere it is NULL, as in a request, and not refused."""

    def __init__(self, scope: Scope, place: Place, *, is_lenient: bool = False) -> None:
        self._scope = scope
        self._place = place
        self._is_lenient = is_lenient

    def side(self, names: Sequence[str]) -> Side:
        """Return the side that is at the end of the path.

        Raises:
            FilterError: `unknown_field`, or too many tables are joined.
        """
        for index, name in enumerate(names[:-1]):
            field = self._place.collection.field(name)
            if field is not None:
                self._check_hidden(field)
            if field is not None and field.type in _JSON:
                return self._within_json(field, names[index + 1 :])
            if index >= MAX_RELATIONS:
                raise unknown(f"max nested relations reached for field {quote(name)}")
            if field is None:
                if (problem := self._follow_back(name)) is None:
                    continue
                return self._nowhere(problem)
            if not isinstance(field, RelationField):
                raise unknown(f"field {quote(name)} is not a valid relation")
            if not field.is_multiple and names[index + 1 :] == ["id"]:
                # The relation is the id: nothing has to be joined.
                return self._last(name)
            self._follow(field)
        return self._last(names[-1])

    def _nowhere(self, problem: str) -> Side:
        if self._is_lenient:
            return NULL
        raise unknown(problem)

    def _check_hidden(self, field: Field, kind: str = "field") -> None:
        if field.hidden and not self._scope.allow_hidden:
            raise unknown(f"non-filterable {kind} {quote(field.name)}")

    def _follow(self, field: RelationField) -> None:
        collection = self._scope.find(field.collection_id)
        if collection is None:
            raise unknown(f"failed to load field {quote(field.name)} collection")
        self._scope.go(
            self._place,
            lambda track: track.follow(field, collection),
            collection,
            is_many=field.is_multiple,
        )

    def _follow_back(self, name: str) -> str | None:
        """Follow `collection_via_field`, or return why the name is none such."""
        found = _BACK.fullmatch(name)
        if found is None:
            return f"failed to resolve field {quote(name)}"
        collection = self._scope.find(found[1])
        if collection is None:
            return f"failed to load back relation field {quote(name)} collection"
        field = collection.field(found[2])
        if field is None:
            return f"missing back relation field {quote(found[2])}"
        if not isinstance(field, RelationField):
            return f"invalid back relation field {quote(found[2])}"
        self._check_hidden(field, "back relation field")
        if not self._is_here(field):
            return f"invalid collection reference of a back relation field {quote(field.name)}"
        self._scope.go(
            self._place,
            lambda track: track.follow_back(name, collection, field),
            collection,
            is_many=field.is_multiple or unique_index(collection.indexes, field.name) is None,
        )
        return None

    def _is_here(self, field: RelationField) -> bool:
        """Whether a relation leads to where the path is; none does to a record that is not created yet."""
        is_stored = self._scope.is_stored or self._place.track.at is not self._scope.table
        return is_stored and field.collection_id == self._place.collection.id

    def _within_json(self, field: Field, names: Sequence[str]) -> Side:
        path = json_path(names)
        return self._place.side(lambda track: extracted(track.column(field), path), fallback=Fallback.NEVER)

    def _last(self, written: str) -> Side:
        name, modifier = split_modifier(written)
        collection = self._place.collection
        field = collection.field(name)
        if field is None:
            return self._nowhere(f"unknown field {quote(name)}")
        self._check_hidden(field)
        if modifier == "length" and field.type in LISTS:
            return self._place.side(lambda track: list_length(track.column(field)))
        if modifier == "each" and field.type in LISTS:
            self._place.is_many = self._place.is_many or field.is_multiple
            return self._place.side(lambda track: track.items(field))
        return self._plain(collection, field, is_lower=modifier == "lower")

    def _plain(self, collection: Collection, field: Field, *, is_lower: bool) -> Side:
        is_json = field.type == "json"

        def value(track: Track) -> ColumnElement[Any]:
            column = track.column(field)
            plain = extracted(column, "") if is_json else column
            return sa.func.lower(plain) if is_lower else plain

        guard = None
        if field.name == "email" and collection.is_auth and not self._scope.allow_hidden:
            # Clients find accounts by the addresses alone that are shown to everybody.
            guard = self._place.track.at.c.emailVisibility.op("=")(sa.literal_column("TRUE"))
        fallback = Fallback.NEVER if is_json else Fallback.AUTO
        return self._place.side(value, fallback=fallback, guard=guard)


def split_modifier(name: str) -> tuple[str, str]:
    """Split a name from its modifier, "" if it has none.

    Raises:
        FilterError: `unknown_field`; there is no such modifier.
    """
    parts = name.split(":")
    if len(parts) != 2:
        return name, ""
    if parts[1] not in MODIFIERS:
        raise unknown(f"unknown modifier in {quote(name)}")
    return parts[0], parts[1]
