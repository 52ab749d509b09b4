"""What a client may name of the request log in filters and sorts."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from appos.store.compare import Fallback, Side, value_side, word_side
from appos.store.compile import compile_filter, unknown_field
from appos.store.filter import MAX_BYTES, Identifier, parse_filter
from appos.store.macros import macro_value

_PATH = re.compile(r"data\.[\w.:]*\w", re.ASCII)


class LogFields(Mapping[str, ColumnElement[Any]]):
    """The columns of the log, and every path into its data, such as `data.status` or `data.details.0`.

    Source: PocketBase 0.36, `/api/logs`.
    """

    def __init__(self, table: sa.TableClause) -> None:
        self._data = table.c.data
        self._columns = {str(column.key): column for column in table.columns}

    def __getitem__(self, name: str) -> ColumnElement[Any]:
        column = self._columns.get(name)
        return column if column is not None else self._inner(name)

    def _inner(self, path: str) -> ColumnElement[Any]:
        """Return a value within the data, NULL where there is none."""
        # As in PocketBase there are no modifiers: a colon in a name does not count.
        names = path.replace(":", "").split(".")[1:]
        if not _PATH.fullmatch(path) or "" in names:
            raise KeyError(path)
        steps = (f"[{name}]" if name.isdecimal() else f".{name}" for name in names)
        return sa.func.json_extract(self._data, "$" + "".join(steps))

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def where(self, filter_: str, *, max_bytes: int | None = MAX_BYTES) -> ColumnElement[bool]:
        """Return the condition that a filter states; `max_bytes` None: of any length.

        Raises:
            FilterError: `invalid_filter` or `unknown_field`.
        """
        now = datetime.now(UTC)
        return compile_filter(
            parse_filter(filter_, max_bytes=max_bytes), lambda identifier: self._side(identifier, now)
        )

    def _side(self, identifier: Identifier, now: datetime) -> Side:
        text = str(identifier)
        macro = macro_value(text, now)
        if macro is not None:
            return value_side(macro)
        if text in self._columns:
            return Side(sql=self._columns[text])
        if text in self:
            return Side(sql=self[text], fallback=Fallback.NEVER)
        word = word_side(text)
        if word is None:
            raise unknown_field(identifier, self, "filter")
        return word
