"""Filters as SQL: a parsed filter in, a SQLAlchemy expression with bound values out."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeAlias

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from appos.store.calls import call_side
from appos.store.compare import Side, compare, value_side, word_side
from appos.store.filter import (
    Call,
    Comparison,
    Group,
    Identifier,
    Join,
    Node,
    Number,
    Operand,
    Text,
    parse_filter,
)
from appos.store.gotext import quote
from appos.store.macros import macro_value
from appos.store.scan import FilterError, shown

Fields: TypeAlias = Mapping[str, ColumnElement[Any]]
"""The fields that a client may name, each with the column or expression that it stands for."""

Resolve: TypeAlias = Callable[[Identifier], Side]
"""Finds what a name in a filter stands for."""

# Modifiers that change nothing on a field with one value.
_IDLE_MODIFIERS = frozenset({"", "each", "length", "isset", "changed"})
# SQLite's parser takes a hundred things within one another; groups nested deeper are written flat.
_MAX_NESTED = 8


def where_filter(text: str, fields: Fields, *, now: datetime | None = None) -> ColumnElement[bool]:
    """Return the condition that a filter states; every value in it is bound.

    A field hides a constant (null, true, false) of its name. `now` (UTC; default: the present) is what date
    macros start from.

    Raises:
        FilterError: `invalid_filter` or `unknown_field`, both in its field `filter`.
    """
    moment = now or datetime.now(UTC)
    return compile_filter(parse_filter(text), lambda identifier: _flat_side(identifier, fields, moment))


def compile_filter(node: Node, resolve: Resolve) -> ColumnElement[bool]:
    """Return the condition that a parsed filter states, with its names as `resolve` finds them.

    Raises:
        FilterError: `invalid_filter`, or what `resolve` raises.
    """
    return _Compiler(resolve).condition(node).sql


def field_column(identifier: Identifier, fields: Fields) -> ColumnElement[Any] | None:
    """Return what a field with its modifier stands for, or None if there is no such field or modifier.

    `:lower` makes ASCII letters small; the other modifiers change nothing on a field with one value.
    """
    column = fields.get(identifier.name)
    if column is None or identifier.modifier in _IDLE_MODIFIERS:
        return column
    return sa.func.lower(column) if identifier.modifier == "lower" else None


def unknown_field(identifier: Identifier, fields: Fields, parameter: str) -> FilterError:
    """Return the error for a field that `parameter` (filter or sort) names and `fields` does not have."""
    name, known = shown(str(identifier)), ", ".join(sorted(fields))
    return FilterError(
        f"The {parameter} names the unknown field {name}. Use one of: {known}.",
        reason=f"unknown field {quote(str(identifier))}",
        code="unknown_field",
        parameter=parameter,
    )


def _flat_side(identifier: Identifier, fields: Fields, now: datetime) -> Side:
    if not identifier.modifier:
        macro = macro_value(identifier.name, now)
        if macro is not None:
            return value_side(macro)
    column = field_column(identifier, fields)
    if column is not None:
        return Side(sql=column)
    word = word_side(str(identifier))
    if word is None:
        raise unknown_field(identifier, fields, "filter")
    return word


class _Condition(NamedTuple):
    """What a node states; `is_heavy`: it looks through all values of a row."""

    sql: ColumnElement[bool]
    is_heavy: bool


class _Compiler:
    """Makes SQL of the nodes of one filter."""

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve

    def condition(self, node: Node, depth: int = 0) -> _Condition:
        """Return the condition of a node that stands within `depth` groups."""
        if isinstance(node, Comparison):
            left, right = self._side(node.left, "left"), self._side(node.right, "right")
            is_heavy = not node.any_of and (left.many or right.many) is not None
            return _Condition(compare(left, node.operator, right, any_of=node.any_of), is_heavy)
        if depth >= _MAX_NESTED:
            return self._decisions(node)
        return _joined(node.join, [self.condition(part, depth + 1) for part in node.parts])

    def _decisions(self, group: Group) -> _Condition:
        """Return a condition that is true where the group's is, nested as deep as the lesser parts alone.

        The largest part of each group is left for the next decision; the others decide by themselves.
        """
        decisions: list[tuple[ColumnElement[bool], ColumnElement[Any]]] = []
        node: Node = group
        while isinstance(node, Group):
            largest = max(node.parts, key=_count_comparisons)
            others = [self.condition(part, _MAX_NESTED) for part in node.parts if part is not largest]
            sql = _joined(node.join, others).sql
            if node.join is Join.AND:
                decisions.append((sql.is_not(sa.true()), sa.literal_column("0")))
            else:
                decisions.append((sql, sa.literal_column("1")))
            node = largest
        return _Condition(sa.case(*decisions, else_=self.condition(node, _MAX_NESTED).sql), True)

    def _side(self, operand: Operand, place: str) -> Side:
        try:
            return self._operand(operand)
        except FilterError as error:
            name = operand.name if isinstance(operand, Call) else str(operand)
            error.reason = f"invalid {place} operand {quote(name)} - {error.reason}"
            raise

    def _operand(self, operand: Operand) -> Side:
        match operand:
            case Text(value):
                return value_side(value)
            case Number(value):
                return value_side(value)
            case Call():
                return call_side(operand, self._operand)
        return self._resolve(operand)


def _joined(join: Join, conditions: list[_Condition]) -> _Condition:
    # The heavy ones come last, as newer versions of SQLite put them: often they need not be looked at.
    ordered = [condition.sql for condition in sorted(conditions, key=lambda condition: condition.is_heavy)]
    is_heavy = any(condition.is_heavy for condition in conditions)
    return _Condition(sa.and_(*ordered) if join is Join.AND else sa.or_(*ordered), is_heavy)


def _count_comparisons(node: Node) -> int:
    count, waiting = 0, [node]
    while waiting:
        match waiting.pop():
            case Group(_, parts):
                waiting.extend(parts)
            case _:
                count += 1
    return count
