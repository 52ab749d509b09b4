"""Filters as SQL: a parsed filter in, a SQLAlchemy expression with bound values out."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple, TypeAlias

import sqlalchemy
from sqlalchemy import ColumnElement

from appos.errors import InvalidError
from appos.store.filter import (
    Comparison,
    Identifier,
    Join,
    Node,
    Number,
    Operand,
    Operator,
    Text,
    parse_filter,
    shown,
)
from appos.store.macros import macro_value

Fields: TypeAlias = Mapping[str, ColumnElement[Any]]
"""The fields that a client may name, each with the column or expression that it stands for."""

_CONSTANTS = {"true": 1, "false": 0}
_PRECEDENCE = 5  # That of SQLAlchemy's own comparisons, so that it adds no parentheses.


def where_filter(text: str, fields: Fields, *, now: datetime | None = None) -> ColumnElement[bool]:
    """Return the condition that a filter states.

    Raises:
        InvalidError: `invalid_filter` or `unknown_field`, both in its field `filter`.
    """
    return compile_filter(parse_filter(text), fields, now=now)


def compile_filter(node: Node, fields: Fields, *, now: datetime | None = None) -> ColumnElement[bool]:
    """Return the condition that a parsed filter states; every value in it is bound.

    A field hides a constant (null, true, false) of its name. `now` (UTC; default: the present) is what date
    macros start from.

    Raises:
        InvalidError: `unknown_field`, in its field `filter`.
    """
    moment = now or datetime.now(UTC)
    if isinstance(node, Comparison):
        left, right = (_operand(side, fields, moment) for side in (node.left, node.right))
        return _compare(left, node.operator, right)
    parts = [compile_filter(part, fields, now=moment) for part in node.parts]
    return sqlalchemy.and_(*parts) if node.join is Join.AND else sqlalchemy.or_(*parts)


def field_column(identifier: Identifier, fields: Fields) -> ColumnElement[Any] | None:
    """Return what a field with its modifier stands for, or None if there is no such field or modifier.

    `:lower` makes ASCII letters small; `:each` changes nothing on a field with one value.
    """
    column = fields.get(identifier.name)
    if column is None or identifier.modifier in {"", "each"}:
        return column
    return sqlalchemy.func.lower(column) if identifier.modifier == "lower" else None


def unknown_field(identifier: Identifier, fields: Fields, parameter: str) -> InvalidError:
    """Return the error for a field that `parameter` (filter or sort) names and `fields` does not have."""
    name, known = shown(str(identifier)), ", ".join(sorted(fields))
    message = f"The {parameter} names the unknown field {name}. Use one of: {known}."
    return InvalidError(
        message, code="unknown_field", fields={parameter: {"code": "unknown_field", "message": message}}
    )


class _Side(NamedTuple):
    """One side of a comparison.

    `value` is what the client wrote, if it is a text, a number or a macro. `is_empty`: it is null or ''.
    `is_certain`: it is known to be neither.
    """

    sql: ColumnElement[Any]
    value: str | float | int | None = None
    is_empty: bool = False
    is_certain: bool = False


def _operand(operand: Operand, fields: Fields, now: datetime) -> _Side:
    match operand:
        case Text(value):
            return _bound(value)
        case Number(value):
            return _bound(value)
        case Identifier():
            return _named(operand, fields, now)


def _bound(value: str | float | int) -> _Side:
    return _Side(_literal(value), value, is_empty=value == "", is_certain=value != "")


def _literal(value: str | float | int) -> ColumnElement[Any]:
    # The type is given, so that SQLAlchemy does not take the other side's and convert or refuse the value.
    match value:
        case str():
            return sqlalchemy.literal(value, sqlalchemy.String())
        case int():
            return sqlalchemy.literal(value, sqlalchemy.Integer())
        case float():
            return sqlalchemy.literal(value, sqlalchemy.Double())


def _named(identifier: Identifier, fields: Fields, now: datetime) -> _Side:
    if not identifier.modifier:
        macro = macro_value(identifier.name, now)
        if macro is not None:
            return _bound(macro)
    column = field_column(identifier, fields)
    if column is not None:
        return _Side(column)
    constant = "" if identifier.modifier else identifier.name.lower()
    if constant == "null":
        return _Side(sqlalchemy.null(), is_empty=True)
    if constant in _CONSTANTS:
        return _Side(_literal(_CONSTANTS[constant]), is_certain=True)
    raise unknown_field(identifier, fields, "filter")


def _compare(left: _Side, operator: Operator, right: _Side) -> ColumnElement[bool]:
    match operator:
        case Operator.EQUAL:
            return _equal(left, right)
        case Operator.NOT_EQUAL:
            return _not_equal(left, right)
        case Operator.LIKE:
            return _text(left).like(_pattern(right), escape="\\")
        case Operator.NOT_LIKE:
            return _text(left).not_like(_pattern(right), escape="\\")
        case _:
            return _is(left.sql, operator, right.sql)


def _is(left: ColumnElement[Any], operator: str, right: ColumnElement[Any]) -> ColumnElement[bool]:
    # Python's own operators would refuse null() and convert values to the column's type.
    operation = left.op(operator, precedence=_PRECEDENCE, is_comparison=True)
    return operation(right)


def _equal(left: _Side, right: _Side) -> ColumnElement[bool]:
    """Compare with NULL and '' alike, with COALESCE only where no index could be used anyway."""
    if left.is_empty and right.is_empty:
        return sqlalchemy.true()
    if left.is_certain or right.is_certain:
        return _is(_or_empty_text(left), "=", _or_empty_text(right))
    if left.is_empty or right.is_empty:
        column = right.sql if left.is_empty else left.sql
        return sqlalchemy.or_(_is(column, "=", _literal("")), column.is_(None))
    return _is(_coalesced(left), "=", _coalesced(right))


def _not_equal(left: _Side, right: _Side) -> ColumnElement[bool]:
    """Compare as `_equal`; IS NOT, because `!=` with a NULL would be neither true nor false."""
    if left.is_empty and right.is_empty:
        return sqlalchemy.false()
    if left.is_certain or right.is_certain:
        return _is(_or_empty_text(left), "IS NOT", _or_empty_text(right))
    if left.is_empty or right.is_empty:
        column = right.sql if left.is_empty else left.sql
        return sqlalchemy.and_(_is(column, "IS NOT", _literal("")), column.is_not(None))
    return _is(_coalesced(left), "IS NOT", _coalesced(right))


def _or_empty_text(side: _Side) -> ColumnElement[Any]:
    return _literal("") if side.is_empty else side.sql


def _coalesced(side: _Side) -> ColumnElement[Any]:
    return sqlalchemy.func.coalesce(side.sql, _literal(""))


def _text(side: _Side) -> ColumnElement[Any]:
    # SQLite matches every value as text; SQLAlchemy wants to be told. It changes no SQL.
    return sqlalchemy.type_coerce(side.sql, sqlalchemy.String())


def _pattern(side: _Side) -> ColumnElement[Any]:
    if side.value is None:
        return _literal("%").op("||")(side.sql).op("||")(_literal("%"))
    return _literal(_wrapped(_as_text(side.value)))


def _as_text(value: str | float | int) -> str:
    if isinstance(value, str):
        return value
    return format(Decimal(repr(value)), "f").removesuffix(".0")


def _wrapped(text: str) -> str:
    """Return a LIKE pattern for texts that contain `text`; one with an unescaped % is a pattern already.

    Of special characters in a row only every other one is escaped, from the end on; PocketBase does the same.
    """
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
