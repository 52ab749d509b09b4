"""What conditions take from a request, so that compiled ones can be run again for another."""

import hashlib
from collections.abc import Callable, Hashable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias, TypeVar

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from appos.records.models import RequestInfo
from appos.store.compare import NULL, Side, Value, wrapped
from appos.store.macros import macro_value

Read: TypeAlias = Callable[[RequestInfo, datetime], Any]
"""Reads a value from a request at a moment (UTC)."""

Fact = TypeVar("Fact", bound=Hashable)


class _AnyValue(sa.types.UserDefinedType[Any]):
    """Values are handed to SQLite as they are, whatever they are compared with."""

    cache_ok = True


class Inputs:
    """The values of requests that are bound, by their names in SQL, and the facts that shaped the SQL.

    SQL that was made for one request may be run for another if all facts are the same for it.
    """

    def __init__(self, info: RequestInfo) -> None:
        self._info = info
        self._reads: dict[str, Read] = {}
        self._facts: dict[str, Callable[[RequestInfo], Hashable]] = {}

    def fact(self, key: str, read: Callable[[RequestInfo], Fact]) -> Fact:
        """Return what the SQL now to be made depends on; `key` names it."""
        self._facts[key] = read
        return read(self._info)

    def bind(self, key: str, read: Read) -> ColumnElement[Any]:
        """Return the bound value that `read` reads; `key` names it."""
        name = f"request_{hashlib.sha256(key.encode()).hexdigest()[:20]}"
        self._reads[name] = read
        return sa.bindparam(name, type_=_AnyValue())

    def value_side(self, key: str, read: Callable[[RequestInfo], Value | None]) -> Side:
        """Return the side that a value of the request is, which may be missing."""
        kind = self.fact(f"kind of {key}", lambda info: _kind(read(info)))
        if kind is None:
            return NULL
        return self._bound_side(key, lambda info, _now: read(info), has_empty=kind == "empty")

    def macro_side(self, name: str) -> Side:
        """Return the side that a date macro is."""
        return self._bound_side(name, lambda _info, now: macro_value(name, now), has_empty=False)

    def _bound_side(self, key: str, read: Read, *, has_empty: bool) -> Side:
        def pattern() -> ColumnElement[Any]:
            return self.bind(f"pattern of {key}", lambda info, now: wrapped(read(info, now)))

        return Side(sql=self.bind(key, read), pattern=pattern, bound=1, has_empty=has_empty)

    def reads(self) -> Mapping[str, Read]:
        """Return how each bound value is read, by its name in SQL."""
        return self._reads

    def signature(self, info: RequestInfo) -> tuple[Hashable, ...]:
        """Return the facts of a request."""
        return tuple(read(info) for read in self._facts.values())

    def bindings(self, info: RequestInfo) -> dict[str, Any]:
        """Return the values of a request, those of macros as of now, by their names in SQL."""
        now = datetime.now(UTC)
        return {name: read(info, now) for name, read in self._reads.items()}


def _kind(value: Value | None) -> str | None:
    if value is None:
        return None
    return "empty" if value == "" else "value"
