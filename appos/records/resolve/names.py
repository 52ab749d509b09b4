"""What the names in a filter, a rule or a sort stand for.

Source: PocketBase 0.36, "@request" and "@collection" in rules; compared with PocketBase 0.36.2.
"""

import re
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from appos.records.fields import Field, RelationField
from appos.records.models import Collection, RequestInfo
from appos.records.resolve import request
from appos.records.resolve.jsons import json_items
from appos.records.resolve.paths import LISTS, Walk, split_modifier
from appos.records.resolve.scope import Scope, unknown
from appos.store.compare import NULL, Fallback, Side, word_side, wrapped
from appos.store.compile import compile_filter
from appos.store.filter import Comparison, Group, Identifier, Join, Operator
from appos.store.gotext import quote
from appos.store.macros import MACROS
from appos.store.scan import FilterError

_NAME = re.compile(
    r"\w+[\w.:]*"
    r"|@request\.(?:context|method|(?:auth|body|query|headers)\.[\w.:]*\w)"
    r"|@collection\.\w+(?::\w+)?\.[\w.:]*\w",
    re.ASCII,
)


class Names:
    """Finds what names stand for in one scope."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._inputs = scope.inputs

    def side(self, identifier: Identifier) -> Side:
        """Return the side that a name in a filter is: a macro, a path, or one of null, true and false.

        Raises:
            FilterError: `unknown_field`, or too many tables are joined.
        """
        name = str(identifier)
        if name in MACROS:
            return self._inputs.macro_side(name)
        try:
            return self.path_side(name)
        except FilterError:
            word = word_side(name)
            if word is None:
                raise
            return word

    def path_side(self, name: str) -> Side:
        """Return the side that a path is.

        Raises:
            FilterError: as `side`.
        """
        if not _NAME.fullmatch(name):
            raise unknown(f"failed to resolve field {quote(name)}")
        parts = name.split(".")
        match parts[0]:
            case "@collection":
                return self._of_collection(name, parts)
            case "@request":
                return self._of_request(parts)
        return Walk(self._scope, self._scope.here()).side(parts)

    def _of_collection(self, name: str, parts: Sequence[str]) -> Side:
        wanted, _, alias = parts[1].partition(":")
        collection = self._scope.find(wanted)
        if collection is None:
            problem = f"failed to load collection {quote(parts[1])} from field path {quote(name)}"
            raise unknown(problem)
        table = f"@collection.{collection.name}{':' if alias else ''}{alias}"
        place = self._scope.beside(table, collection, lambda _table: sa.true(), is_many=True)
        return Walk(self._scope, place).side(parts[2:])

    def _of_request(self, parts: Sequence[str]) -> Side:
        match parts[1]:
            case "auth":
                return self._of_auth(parts)
            case "body":
                name, modifier = split_modifier(parts[2])
                field = self._scope.collection.field(name)
                if field is not None:
                    return self._of_body(field, modifier, parts)
        return self._static(parts[1:])

    def _of_auth(self, parts: Sequence[str]) -> Side:
        collection = self._auth_collection()
        if collection is None:
            return NULL
        if len(parts) == 3 and parts[2] in request.PLAIN_AUTH_FIELDS:
            return self._static(parts[1:])
        account = self._inputs.bind("auth id", lambda info, _now: info.auth.id if info.auth else "")
        place = self._scope.beside(
            "@request.auth", collection, lambda table: table.c.id == account, is_many=False
        )
        return Walk(self._scope, place, is_lenient=True).side(parts[2:])

    def _auth_collection(self) -> Collection | None:
        auth = self._inputs.fact("auth", lambda info: _Auth(info.auth.collection) if info.auth else None)
        return auth.collection if auth else None

    def _of_body(self, field: Field, modifier: str, parts: Sequence[str]) -> Side:
        if isinstance(field, RelationField) and len(parts) > 3:
            return self._of_body_relation(field, parts[3:])
        match modifier if len(parts) == 3 else "":
            case "each":
                return self._body_items(field)
            case "length":
                return self._body_length(field)
            case "lower":
                text = self._inputs.value_side(
                    f"lowered {field.name}", lambda info: request.lowered(info, field.name)
                )
                return _lower(text)
            case "changed":
                return self._changed(field)
        return self._static(parts[1:])

    def _of_body_relation(self, field: RelationField, names: Sequence[str]) -> Side:
        collection = self._scope.find(field.collection_id)
        if collection is None:
            problem = f"failed to load collection {quote(field.collection_id)} from data field"
            raise unknown(f"{problem} {quote(field.name)}")
        if not self._inputs.fact(f"ids {field.name}", lambda info: bool(request.ids(info, field.name))):
            return NULL
        ids = self._inputs.bind(f"ids {field.name}", lambda info, _now: request.ids_json(info, field.name))
        table = f"@request.body.{field.name}"
        named = json_items(ids, f"{table}[]")
        place = self._scope.beside(
            table,
            collection,
            lambda table: table.c.id.in_(sa.select(named.c.value)),
            is_many=field.is_multiple,
        )
        return Walk(self._scope, place, is_lenient=True).side(names)

    def _body_items(self, field: Field) -> Side:
        _check_list(field)
        name = f"{self._scope.prefix}@request.body.{field.name}[]"
        items = self._inputs.bind(f"items {field.name}", lambda info, _now: _items(info, field))

        def pattern() -> ColumnElement[Any]:
            # PocketBase makes a pattern of the whole list, which SQLite then cannot read if it comes to that.
            spoiled = self._inputs.bind(
                f"pattern of items {field.name}", lambda info, _now: wrapped(_items(info, field))
            )
            return self._scope.here().track.items_of(f"{name}~", lambda table: json_items(spoiled, table))

        place = self._scope.here()
        place.is_many = field.is_multiple
        return place.side(
            lambda track: track.items_of(name, lambda table: json_items(items, table)),
            bound=1,
            pattern=pattern,
        )

    def _body_length(self, field: Field) -> Side:
        _check_list(field)

        def length(info: RequestInfo) -> int:
            return len(request.items(info, field.name))

        is_word = self._inputs.fact(f"length {field.name}", lambda info: length(info) in (0, 1))
        return Side(
            sql=self._inputs.bind(f"length {field.name}", lambda info, _now: length(info)), is_word=is_word
        )

    def _changed(self, field: Field) -> Side:
        """Return whether the body sets the field to another value than it has."""
        sent = f"@request.body.{field.name}"
        is_sent = Comparison(Identifier(sent, "isset"), Operator.EQUAL, Identifier("true"))
        is_other = Comparison(Identifier(sent), Operator.NOT_EQUAL, Identifier(field.name))
        condition = compile_filter(Group(Join.AND, (is_sent, is_other)), self.side)
        return Side(sql=condition, fallback=Fallback.NEVER)

    def _static(self, path: Sequence[str]) -> Side:
        """Return a value of the request."""
        last, modifier = split_modifier(path[-1])
        keys = (*path[:-1], last)
        key = ".".join(keys)
        if modifier == "isset":
            is_set = self._inputs.fact(f"isset {key}", lambda info: request.find(info, keys).is_set)
            return Side(sql=sa.literal_column("TRUE" if is_set else "FALSE"), is_word=True)
        if modifier not in {"", "lower"}:
            raise unknown(f"invalid modifier sequence {last}:{modifier}")
        field = self._scope.collection.field(last)
        is_number = field is not None and field.type == "number"
        kind = "number " if is_number else ""
        value = self._inputs.value_side(f"{kind}{key}", request.reader(keys, is_number=is_number))
        return value if modifier == "" or value.is_null else _lower(value)


class _Auth:
    """The collection of the account that asks, as a fact: the same if its id is."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Auth) and other.collection.id == self.collection.id

    def __hash__(self) -> int:
        return hash(self.collection.id)


def _items(info: RequestInfo, field: Field) -> str:
    return request.items_json(info, field.name)


def _lower(side: Side) -> Side:
    lower, pattern = sa.func.lower, side.pattern
    return Side(
        sql=lower(side.sql),
        pattern=None if pattern is None else lambda: lower(pattern()),
        bound=side.bound,
        has_empty=side.has_empty,
    )


def _check_list(field: Field) -> None:
    if field.type not in LISTS:
        raise unknown(f"field {quote(field.name)} doesn't support multivalue operations")
