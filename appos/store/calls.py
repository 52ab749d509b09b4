"""The functions of the filter language.

Source: https://pocketbase.io/docs/api-rules-and-filters/, "Functions"; compared with PocketBase 0.36.2.
"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import ColumnElement

from appos.store.compare import Fallback, Side
from appos.store.filter import Call, Identifier, Number, Operand, Text
from appos.store.gotext import quote
from appos.store.scan import FilterError, shown

MAX_TIME_ARGUMENTS = 10
EARTH_RADIUS_KM = 6371

Make = Callable[[Operand], Side]
Build = Callable[[Sequence[ColumnElement[Any]]], ColumnElement[Any]]


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
    return _function(_distance, sides, Fallback.NEVER)


def _distance(points: Sequence[ColumnElement[Any]]) -> ColumnElement[Any]:
    radians: list[ColumnElement[float]] = [sa.func.radians(degrees) for degrees in points]
    lon_a, lat_a, lon_b, lat_b = radians
    cos, sin = sa.func.cos, sa.func.sin
    flat = cos(lat_a).op("*")(cos(lat_b)).op("*")(cos(lon_b.op("-")(lon_a)))
    angle = sa.func.acos(flat.op("+")(sin(lat_a).op("*")(sin(lat_b))))
    return sa.literal_column(str(EARTH_RADIUS_KM)).op("*")(angle)


def _strftime(call: Call, make: Make) -> Side:
    """Return a moment as text: of all moments, if many. Source: https://sqlite.org/lang_datefunc.html"""
    count = len(call.arguments)
    if count < 1:
        raise _refused(call, "expected at least 1 arguments, got 0")
    if count > MAX_TIME_ARGUMENTS:
        raise _refused(call, f"too many arguments (max allowed {MAX_TIME_ARGUMENTS}, got {count})")
    if not isinstance(call.arguments[0], Text):
        raise _refused(call, "expects the first argument to be a format string")
    sides = [make(call.arguments[0])]
    if count > 1:
        if isinstance(call.arguments[1], Call):
            raise _refused(call, "expects the second argument to be of a valid time-value type")
        sides.append(_argument(call, call.arguments[1], make, "time-value argument"))
    for index, modifier in enumerate(call.arguments[2:]):
        if not isinstance(modifier, Text):
            raise _refused(call, f"invalid modifier argument {index} - can be only string")
        sides.append(make(modifier))
    side = _function(_time, sides, Fallback.ALWAYS)
    many = sides[1].many if count > 1 else None
    if many is None:
        return side
    values = [many.value if index == 1 else part.sql for index, part in enumerate(sides)]
    # A format is no pattern of its own where many moments are compared.
    return msgspec.structs.replace(
        side, pattern=side.sql, many=msgspec.structs.replace(many, value=_time(values))
    )


def _time(arguments: Sequence[ColumnElement[Any]]) -> ColumnElement[Any]:
    return sa.func.strftime(*arguments)


def _function(build: Build, sides: Sequence[Side], fallback: Fallback) -> Side:
    """Return a function of sides. As a pattern it is the function of their patterns, as in PocketBase."""
    bound = sum(side.bound for side in sides)
    patterns = [side.sql if side.pattern is None else side.pattern for side in sides]
    return Side(
        sql=build([side.sql for side in sides]),
        pattern=build(patterns) if bound else None,
        bound=bound,
        has_empty=any(side.has_empty for side in sides),
        fallback=fallback,
        is_spoiled_by_like=any(side.is_spoiled_by_like for side in sides),
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
