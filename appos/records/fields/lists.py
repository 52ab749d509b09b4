"""Fields that hold one text or several."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from appos.records.fields import gojson
from appos.records.fields.base import Field, Setter
from appos.records.fields.cast import as_texts


class ListField(Field, frozen=True, kw_only=True):
    """A field whose value is one text, or, with `max_select` above 1, a list of texts, none of them twice."""

    max_select: int = 0

    @property
    def is_multiple(self) -> bool:
        """Whether a value is a list."""
        return self.max_select > 1

    @property
    def column(self) -> str:
        """Return the definition of the column: lists are kept as JSON."""
        return "JSON DEFAULT '[]' NOT NULL" if self.is_multiple else self.column_type

    def items(self, raw: Any) -> list[Any]:
        """Return the items of a raw or cast value."""
        return as_texts(raw)

    def name_of(self, item: Any) -> str:
        """Return the text that an item is stored as."""
        return str(item)

    def cast(self, raw: Any) -> Any:
        """Return the items that a raw value has, or the last of them for a field of one."""
        return self._shape(self.items(raw))

    def to_column(self, value: Any) -> str:
        """Return the items' texts as a JSON list, or the one item's text."""
        names = [self.name_of(item) for item in self.items(value)]
        if self.is_multiple:
            return gojson.encode(names)
        return names[-1] if names else ""

    def json_value(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Return the list, or the one text; what is no list, which only others' SQL writes, is one item."""
        if not self.is_multiple:
            return column
        is_list = sa.case(
            (sa.func.json_valid(column), sa.func.json_type(column) == sa.literal_column("'array'")),
            else_=sa.literal_column("0"),
        )
        return sa.func.json(
            sa.case(
                (is_list, column),
                (column == sa.literal_column("''"), sa.literal_column("'[]'")),
                else_=sa.func.json_array(column),
            )
        )

    def setter(self, key: str) -> Setter | None:
        """Return also what `name+`, `+name` and `name-` do: append, prepend and take away."""
        if key == f"{self.name}+":
            return lambda current, raw: self._shape([*self.items(current), *self.items(raw)])
        if key == f"+{self.name}":
            return lambda current, raw: self._shape([*self.items(raw), *self.items(current)])
        if key == f"{self.name}-":
            return lambda current, raw: self._shape(self._without(self.items(current), self.items(raw)))
        return super().setter(key)

    def _shape(self, items: Sequence[Any]) -> Any:
        unique: dict[str, Any] = {}
        for item in items:
            unique.setdefault(self.name_of(item), item)
        kept = list(unique.values())
        if self.is_multiple:
            return kept
        return kept[-1] if kept else ""

    def _without(self, items: Sequence[Any], removed: Sequence[Any]) -> list[Any]:
        names = {self.name_of(item) for item in removed}
        return [item for item in items if self.name_of(item) not in names]
