"""Any JSON."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from appos.records.fields import gojson
from appos.records.fields.base import Field, OptionsContext, ValueContext
from appos.records.fields.problems import REQUIRED, Problem, problem
from appos.records.fields.rules import check_size, stated
from appos.store.functions import go_number
from appos.store.gotext import quote

DEFAULT_MOST_BYTES = 5 << 20
_EMPTY = frozenset({"", "null", '""', "[]", "{}"})
_WORDS = frozenset({"null", "true", "false"})
_STARTS = frozenset('-0123456789"[{')


class JSONText(str):
    """A value of JSON as the text that is stored, so that no digit and no order is lost; "" is none."""

    __slots__ = ()


class JSONField(Field, frozen=True, kw_only=True, tag="json"):
    """Any JSON of at most `max_size` bytes (0: 5 MiB)."""

    column_type = "JSON DEFAULT NULL"

    max_size: int = 0
    required: bool = False

    @property
    def most_bytes(self) -> int:
        """Return how large a value may be."""
        return self.max_size if self.max_size > 0 else DEFAULT_MOST_BYTES

    @property
    def body_bytes(self) -> int:
        """Return by how much the field raises what a body of a record may hold: by a value."""
        return self.most_bytes

    def cast(self, raw: Any) -> JSONText:
        """Return a value as JSON; a text that is JSON but for spaces around it is taken as that."""
        match raw:
            case JSONText():
                return raw
            case None:
                return JSONText()
            case str():
                return JSONText(raw if _is_json(raw) else quote(raw))
        return JSONText(gojson.encode(raw))

    def to_column(self, value: Any) -> str | None:
        """Return the text, None for none."""
        return str(value) or None

    def from_column(self, stored: Any) -> JSONText:
        """Return what SQLite stored; it keeps numbers as such."""
        return JSONText(go_number(stored)) if isinstance(stored, int | float) else self.cast(stored)

    def json_value(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Return the JSON; text that is none, which only others' SQL writes, as a text."""
        return sa.func.json(
            sa.case(
                (column.is_(None), sa.literal_column("'null'")),
                (sa.func.typeof(column) == sa.literal_column("'real'"), sa.func.go_number(column)),
                (sa.func.json_valid(column), column),
                else_=sa.func.json_quote(column),
            )
        )

    def check_value(self, value: Any, context: ValueContext) -> Problem | None:
        """Return what is wrong with the JSON."""
        most = self.most_bytes
        if len(value.encode()) > most:
            return problem(
                "validation_json_size_limit",
                f"The maximum allowed JSON size is {most} bytes.",
                maxSize=most,
            )
        if value and not gojson.is_valid(value):
            return problem("validation_invalid_json", "Must be a valid json value.")
        return REQUIRED if self.required and value.strip() in _EMPTY else None

    def check_options(self, context: OptionsContext) -> Mapping[str, Problem]:
        """Return what is wrong with the limit."""
        return stated({**super().check_options(context), "maxSize": check_size(self.max_size)})


def _is_json(text: str) -> bool:
    return text in _WORDS or (text[:1] in _STARTS and gojson.is_valid(text))
