"""Comparisons as SQL: two sides and an operator in, a SQLAlchemy expression with bound values out.

Source: PocketBase 0.36, filters; compared with PocketBase 0.36.2.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from enum import Enum, auto
from typing import Any, TypeAlias

import msgspec
import sqlalchemy as sa
from sqlalchemy import ColumnElement

from appos.store.filter import Operator

Value: TypeAlias = str | float | int

# That of SQLAlchemy's own comparisons, so that it adds no parentheses.
_PRECEDENCE = 5
# Above that of arithmetic, so that it adds those which SQLite needs.
_JOIN_PRECEDENCE = 10


class Fallback(Enum):
    """Whether NULL counts as the empty text when a side is compared with = or !=."""

    # It does, unless the other side is known not to be empty.
    AUTO = auto()
    # It does not: what JSON holds is compared as it is.
    NEVER = auto()
    # It does, whatever is known: a function of known values may be NULL.
    ALWAYS = auto()


class Many(msgspec.Struct, frozen=True, eq=False):
    """All the values that a side has for one row, where the side's own expression is one of them at a time.

    They are those of `value` in `source`, where `is_same` ties it to the row of `outer`.
    """

    value: ColumnElement[Any]
    source: sa.FromClause
    is_same: ColumnElement[bool]
    outer: sa.FromClause

    def rows(self) -> sa.Subquery:
        """Return the values as a table with the one column `value`."""
        values = sa.select(self.value.label("value")).select_from(self.source).where(self.is_same)
        return values.correlate(self.outer).subquery()


class Side(msgspec.Struct, frozen=True, eq=False, kw_only=True):
    """One side of a comparison."""

    sql: ColumnElement[Any]
    # Makes a LIKE pattern of it, if it is made of bound values: what PocketBase makes of each of them.
    pattern: Callable[[], ColumnElement[Any]] | None = None
    # How many bound values it is made of, and whether one of them is ''.
    bound: int = 0
    has_empty: bool = False
    is_null: bool = False
    # Whether it is one of the words true and false, or 1 or 0.
    is_word: bool = False
    fallback: Fallback = Fallback.AUTO
    many: Many | None = None
    # Whether it is a pattern as it is where all of its many values are compared.
    is_own_pattern: bool = False
    # What has to hold besides, wherever the side is compared.
    guard: ColumnElement[bool] | None = None
    # Whether it is a field, by which rows can be sorted.
    is_column: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether it is known to be NULL or ''."""
        return self.is_null or (self.fallback is Fallback.AUTO and self.bound == 1 and self.has_empty)

    @property
    def is_certain(self) -> bool:
        """Whether it is known to be neither."""
        if self.fallback is Fallback.ALWAYS:
            return False
        return self.is_word or (self.bound > 0 and not self.has_empty and not self.is_null)


NULL = Side(sql=sa.null(), is_null=True)


def literal(value: Value) -> ColumnElement[Any]:
    """Return a bound value of its own type.

    The type is given, so that SQLAlchemy does not take the other side's and convert or refuse the value.
    """
    match value:
        case str():
            return sa.literal(value, sa.String())
        case int():
            return sa.literal(value, sa.Integer())
        case float():
            return sa.literal(value, sa.Double())


def value_side(value: Value) -> Side:
    """Return the side that one known value is."""
    return Side(sql=literal(value), pattern=lambda: literal(wrapped(value)), bound=1, has_empty=value == "")


def word_side(word: str) -> Side | None:
    """Return what null, true and false, in any case, stand for; None for another word."""
    match word.lower():
        case "null":
            return NULL
        case "true" | "false" as truth:
            return Side(sql=literal(int(truth == "true")), is_word=True)
    return None


def compare(left: Side, operator: Operator, right: Side, *, any_of: bool) -> ColumnElement[bool]:
    """Return the condition that two sides compare so: for all their values, or for any of them."""
    if any_of or not (left.many or right.many):
        condition = _compare_one(left, operator, right)
    else:
        pattern = (lambda: right.sql) if right.many and right.is_own_pattern else right.pattern
        one = _compare_one(left, operator, msgspec.structs.replace(right, pattern=pattern))
        condition = sa.and_(one, _compare_all(left, operator, right))
    guards = [side.guard for side in (left, right) if side.guard is not None]
    return sa.and_(condition, *guards) if guards else condition


def _compare_all(left: Side, operator: Operator, right: Side) -> ColumnElement[bool]:
    """Return the condition that no values of the sides compare otherwise; NULL does not."""
    lefts, rights = (side.many.rows() if side.many else None for side in (left, right))
    tables = [rows for rows in (lefts, rights) if rows is not None]
    source = tables[0].outerjoin(tables[1], sa.true()) if len(tables) == 2 else tables[0]
    condition = _compare_one(_each(left, lefts), operator, _each(right, rights))
    one = sa.literal_column("1", sa.Integer())
    others = sa.select(one).select_from(source).where(sa.not_(condition))
    return sa.not_(others.correlate_except(source).exists())


def _each(side: Side, rows: sa.FromClause | None) -> Side:
    """Return each value of a side in turn, or the only one, as it is compared with all of the other's."""
    if rows is None:
        return msgspec.structs.replace(side, fallback=Fallback.AUTO)
    return Side(sql=rows.c.value, fallback=side.fallback)


def _compare_one(left: Side, operator: Operator, right: Side) -> ColumnElement[bool]:
    match operator:
        case Operator.EQUAL:
            return _equal(left, right)
        case Operator.NOT_EQUAL:
            return _not_equal(left, right)
        case Operator.LIKE:
            return _text(left.sql).like(_pattern(right), escape="\\")
        case Operator.NOT_LIKE:
            return _text(left.sql).not_like(_pattern(right), escape="\\")
        case _:
            return _is(left.sql, operator, right.sql)


def _is(left: ColumnElement[Any], operator: str, right: ColumnElement[Any]) -> ColumnElement[bool]:
    # Python's own operators would refuse null() and convert values to the column's type.
    operation = left.op(operator, precedence=_PRECEDENCE, is_comparison=True)
    return operation(right)


def _equal(left: Side, right: Side) -> ColumnElement[bool]:
    """Compare with NULL and '' alike, with COALESCE only where no index could be used anyway."""
    if Fallback.NEVER in (left.fallback, right.fallback):
        return _is(left.sql, "IS", right.sql)
    if left.is_empty and right.is_empty:
        return sa.true()
    if left.is_certain or right.is_certain:
        return _is(_or_empty_text(left), "=", _or_empty_text(right))
    if left.is_empty or right.is_empty:
        column = right.sql if left.is_empty else left.sql
        return sa.or_(_is(column, "=", literal("")), column.is_(None))
    return _is(_coalesced(left), "=", _coalesced(right))


def _not_equal(left: Side, right: Side) -> ColumnElement[bool]:
    """Compare as `_equal`; IS NOT, because `!=` with a NULL would be neither true nor false."""
    if Fallback.NEVER in (left.fallback, right.fallback):
        return _is(left.sql, "IS NOT", right.sql)
    if left.is_empty and right.is_empty:
        return sa.false()
    if left.is_certain or right.is_certain:
        return _is(_or_empty_text(left), "IS NOT", _or_empty_text(right))
    if left.is_empty or right.is_empty:
        column = right.sql if left.is_empty else left.sql
        return sa.and_(_is(column, "IS NOT", literal("")), column.is_not(None))
    return _is(_coalesced(left), "IS NOT", _coalesced(right))


def _or_empty_text(side: Side) -> ColumnElement[Any]:
    return literal("") if side.is_empty else side.sql


def _coalesced(side: Side) -> ColumnElement[Any]:
    return sa.func.coalesce(side.sql, literal(""))


def _text(sql: ColumnElement[Any]) -> ColumnElement[Any]:
    # SQLite matches every value as text; SQLAlchemy wants to be told. It changes no SQL.
    return sa.type_coerce(sql, sa.String())


def _pattern(side: Side) -> ColumnElement[Any]:
    if side.pattern is None:
        return joined(literal("%"), side.sql, literal("%"))
    return side.pattern()


def joined(first: ColumnElement[Any], *further: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return texts as one; NULL if any is NULL."""
    text = first
    for part in further:
        text = text.op("||", precedence=_JOIN_PRECEDENCE)(part)
    return text


def as_text(value: Value) -> str:
    """Return a value as text, a number without exponent and a truth as a word."""
    match value:
        case str():
            return value
        case bool():
            return str(value).lower()
    return format(Decimal(repr(value)), "f").removesuffix(".0")


def wrapped(value: Value) -> str:
    """Return a LIKE pattern for texts that contain a value; one with an unescaped % is a pattern already.

    Of special characters in a row only every other one is escaped, from the end on; PocketBase does the same.
    """
    text = as_text(value)
    if _has_wildcard(text):
        return text
    escaped = re.sub(r"([\\%_])(.?)", _escape_reversed, text[::-1], flags=re.DOTALL)
    return f"%{escaped[::-1]}%"


def _has_wildcard(text: str) -> bool:
    without_escapes = re.sub(r"\\.", "", text, flags=re.DOTALL)
    return "%" in without_escapes


def _escape_reversed(found: re.Match[str]) -> str:
    special, before = found.groups()
    return special + before if before == "\\" else f"{special}\\{before}"
