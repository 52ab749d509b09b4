"""The functions of the filter language.

Source: https://pocketbase.io/docs/api-rules-and-filters/, "Functions"; compared with PocketBase 0.36.2.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import msgspec
import sqlalchemy as sa
from sqlalchemy import ColumnElement

from appos.store.compare import Fallback, Side, wrapped
from appos.store.filter import Call, Identifier, Number, Operand, Text
from appos.store.gotext import quote
from appos.store.moments import time_text
from appos.store.scan import FilterError, shown

MAX_TIME_ARGUMENTS = 10
EARTH_RADIUS_KM = 6371

Make: TypeAlias = Callable[[Operand], Side]
"""Makes a side of an argument."""


def call_side(call: Call, make: Make) -> Side:
    """Return the side that a function is; `make` makes sides of its arguments.

    Raises:
        FilterError: `invalid_filter` or `unknown_field`.
    """
    match call.name:
        case "geoDistance":
            return _geo_distance(call, make)
        case "strftime":
            return _strftime(call, make)
    raise FilterError(
        f"The filter has the unknown function {shown(call.name)}. Use geoDistance or strftime.",
        reason=f"unknown function {quote(call.name)}",
    )


def _geo_distance(call: Call, make: Make) -> Side:
    """Return the distance of two points in kilometres, by the haversine formula: of any points, if many."""
    if len(call.arguments) != 4:
        raise _refused(call, f"expected 4 arguments, got {len(call.arguments)}")
    sides = []
    for index, argument in enumerate(call.arguments):
        if not isinstance(argument, Identifier | Number):
            raise _refused(call, f"argument {index} must be an identifier or number")
        sides.append(_argument(call, argument, make, f"argument {index}"))

    def pattern() -> ColumnElement[Any]:
        return _distance([side.sql if side.pattern is None else side.pattern() for side in sides])

    bound = sum(side.bound for side in sides)
    return Side(
        sql=_distance([side.sql for side in sides]),
        pattern=pattern if bound else None,
        bound=bound,
        fallback=Fallback.NEVER,
    )


def _distance(points: Sequence[ColumnElement[Any]]) -> ColumnElement[Any]:
    radians: list[ColumnElement[float]] = [sa.func.radians(degrees) for degrees in points]
    lon_a, lat_a, lon_b, lat_b = radians
    cos, sin = sa.func.cos, sa.func.sin
    cosine = cos(lat_a) * cos(lat_b) * cos(lon_b - lon_a) + sin(lat_a) * sin(lat_b)
    # Of the same place or its antipode the last bit decides whether there is a distance.
    is_apart = sa.func.abs(cosine) < sa.literal_column("0.999999999999", sa.Double())
    exact = sa.func.cosine_between(lat_a, lat_b, lon_b - lon_a)
    cosine = sa.case((is_apart, cosine), else_=exact)
    return sa.literal_column(str(EARTH_RADIUS_KM), sa.Integer()) * sa.func.acos(cosine)


def _strftime(call: Call, make: Make) -> Side:
    """Return a moment as text: of all moments, if many. Source: https://sqlite.org/lang_datefunc.html"""
    count = len(call.arguments)
    if count < 1:
        raise _refused(call, "expected at least 1 arguments, got 0")
    if count > MAX_TIME_ARGUMENTS:
        raise _refused(call, f"too many arguments (max allowed {MAX_TIME_ARGUMENTS}, got {count})")
    format_ = call.arguments[0]
    if not isinstance(format_, Text):
        raise _refused(call, "expects the first argument to be a format string")
    moments = []
    if count > 1:
        if isinstance(call.arguments[1], Call):
            raise _refused(call, "expects the second argument to be of a valid time-value type")
        moments = [_argument(call, call.arguments[1], make, "time-value argument")]
    modifiers = []
    for index, modifier in enumerate(call.arguments[2:]):
        if not isinstance(modifier, Text):
            raise _refused(call, f"invalid modifier argument {index} - can be only string")
        modifiers.append(modifier.value)
    return _moment(format_.value, moments, modifiers)


def _moment(format_: str, moments: Sequence[Side], modifiers: Sequence[str]) -> Side:
    """Return the text of a moment (none: the present)."""
    sql = time_text(format_, [moment.sql for moment in moments], modifiers)

    def pattern() -> ColumnElement[Any]:
        # PocketBase makes a pattern of each bound value, and a format with a % stays what it is.
        values = [moment.sql if moment.pattern is None else moment.pattern() for moment in moments]
        return time_text(wrapped(format_), values, [wrapped(modifier) for modifier in modifiers])

    many = moments[0].many if moments else None
    if many:
        many = msgspec.structs.replace(many, value=time_text(format_, [many.value], modifiers))
    return Side(
        sql=sql,
        pattern=pattern,
        is_own_pattern=True,
        bound=1 + len(modifiers) + sum(moment.bound for moment in moments),
        has_empty="" in (format_, *modifiers) or any(moment.has_empty for moment in moments),
        fallback=Fallback.ALWAYS,
        many=many,
    )


def _argument(call: Call, argument: Operand, make: Make, place: str) -> Side:
    try:
        return make(argument)
    except FilterError as error:
        error.reason = f"[{call.name}] failed to resolve {place}: {error.reason}"
        raise


def _refused(call: Call, problem: str) -> FilterError:
    reason = f"[{call.name}] {problem}"
    return FilterError(f"The filter has a function that cannot be used: {reason}.", reason=reason)
