"""Moments as text: SQLite's strftime() as of version 3.51, which PocketBase has, by means of older ones.

Source: https://sqlite.org/lang_datefunc.html, "The strftime() Function" and "Modifiers".
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from appos.store.compare import joined

_SPECIFIER = re.compile(r"%(.)", re.DOTALL)
# What is short for other specifiers.
_SHORT = {"F": "%Y-%m-%d", "R": "%H:%M", "T": "%H:%M:%S"}
_SUBSECOND = frozenset({"subsec", "subsecond"})
_NEWER_MODIFIERS = frozenset({*_SUBSECOND, "floor", "ceiling"})
_NOTHING = "+0 days"
# Modifiers that leave alone how far a day was beyond its month. Source: SQLite's date.c, seen in 3.51.
_KEEPS_BACK = re.compile("start of|weekday|subsec")
_DATE = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*"
_MONTHS = re.compile(r"\s*[+-]?\d+ *(?:month|year)s?\s*", re.ASCII | re.IGNORECASE)
# Years, months and days to add or take away, and perhaps a time.
_SHIFT = re.compile(
    r"([+-])(\d{4})-(0\d|1[01])-([012]\d|30)(?:[ T](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?", re.ASCII
)

Part = Callable[..., ColumnElement[Any]]
"""Returns what a format makes of the moment, with further modifiers."""


def time_text(
    format_: str, moment: Sequence[ColumnElement[Any]], modifiers: Sequence[str]
) -> ColumnElement[Any]:
    """Return a moment (none: the present) in a format; NULL if any of the three makes no sense."""
    moment = moment or [_text("now")]
    shifts, is_subsecond = _older(moment, modifiers)

    def part(format_: str, *further: ColumnElement[Any]) -> ColumnElement[Any]:
        return sa.func.strftime(_text(format_), *moment, *shifts, *further)

    pieces = _pieces(format_, is_subsecond=is_subsecond)
    return joined(*(_NEWER[piece](part) if piece in _NEWER else part(piece) for piece in pieces))


def _pieces(format_: str, *, is_subsecond: bool) -> list[str]:
    """Split a format into pieces that are older than the newer specifiers, and these."""
    written = _SPECIFIER.sub(lambda found: _SHORT.get(found[1], found[0]), format_)
    pieces, start = [], 0
    for found in _SPECIFIER.finditer(written):
        name = "%s.%f" if found[1] == "s" and is_subsecond else found[0]
        if name in _NEWER:
            pieces += [written[start : found.start()], name]
            start = found.end()
    return [piece for piece in (*pieces, written[start:]) if piece] or [""]


def _older(
    moment: Sequence[ColumnElement[Any]], modifiers: Sequence[str]
) -> tuple[list[ColumnElement[Any]], bool]:
    """Return modifiers as older ones, and whether seconds are to have fractions."""
    shifts: list[ColumnElement[Any]] = []
    is_subsecond = False
    # The modifier that goes back to the last day of the month that was meant.
    back = _back_from(sa.func.substr(moment[0], 9, 2), moment, shifts, moment[0].op("GLOB")(_text(_DATE)))
    for modifier in modifiers:
        name = modifier.strip().lower()
        shift = _SHIFT.fullmatch(modifier)
        if name == "floor":
            shifts.append(back)
            continue
        day = sa.func.strftime(_text("%d"), *moment, *shifts)
        # Some modifiers have to be the first one: none may go.
        first, *rest = _parts_of(shift) if shift else [_NOTHING if name in _NEWER_MODIFIERS else modifier]
        shifts.append(_text(first))
        if shift or _MONTHS.fullmatch(modifier):
            back = _back_from(day, moment, shifts)
        elif not _KEEPS_BACK.match(name):
            back = _text(_NOTHING)
        shifts += map(_text, rest)
        is_subsecond = is_subsecond or name in _SUBSECOND
    # Without any, older versions leave a day as it was written.
    return shifts or [_text(_NOTHING)], is_subsecond


def _parts_of(shift: re.Match[str]) -> list[str]:
    sign, years, months, days, time = shift.groups()
    parts = [f"{sign}{int(years) * 12 + int(months)} months", f"{sign}{days} days"]
    return [*parts, f"{sign}{time}"] if time else parts


def _back_from(
    meant: ColumnElement[Any],
    moment: Sequence[ColumnElement[Any]],
    shifts: Sequence[ColumnElement[Any]],
    condition: ColumnElement[Any] | None = None,
) -> ColumnElement[Any]:
    """Return the modifier that goes back to the month's last day, if the day that was meant is beyond it."""
    day = sa.func.strftime(_text("%d"), *moment, *(shifts or [_text(_NOTHING)]))
    back = joined(_text("-"), day, _text(" days"))
    is_beyond = day < meant if condition is None else sa.and_(condition, day < meant)
    return sa.case((is_beyond, back), else_=_text(_NOTHING))


def _text(value: str) -> ColumnElement[Any]:
    return sa.literal(value, sa.String())


def _number(part: ColumnElement[Any]) -> ColumnElement[Any]:
    return sa.cast(part, sa.Integer())


def _filled(number: ColumnElement[Any], filling: str) -> ColumnElement[Any]:
    return sa.func.substr(joined(_text(filling), number), -2)


def _hour(part: Part) -> ColumnElement[Any]:
    """Return the hour on a dial of 12."""
    return (_number(part("%H")) + 11) % 12 + 1


def _half(part: Part, before: str, after: str) -> ColumnElement[Any]:
    return sa.case((part("%H") < _text("12"), _text(before)), (part("%H") >= _text("12"), _text(after)))


def _sunday_week(part: Part) -> ColumnElement[Any]:
    days = _number(part("%j")) - 1 - _number(part("%w")) + 7
    return _filled(days.op("/", precedence=8)(sa.literal_column("7")), "0")


def _of_thursday(part: Part, format_: str) -> ColumnElement[Any]:
    """Return what a format makes of the week's Thursday, whose year and week are those of ISO 8601."""
    to_thursday = 3 - (_number(part("%w")) + 6) % 7
    return part(format_, joined(to_thursday, _text(" days")))


def _of_century(year: ColumnElement[int]) -> ColumnElement[Any]:
    return sa.case((year.is_not(None), sa.func.printf(_text("%02d"), year % 100)))


def _iso_week(part: Part) -> ColumnElement[Any]:
    days = _number(_of_thursday(part, "%j")) - 1
    return _filled(days.op("/", precedence=8)(sa.literal_column("7")) + 1, "0")


def _exact_second(part: Part) -> ColumnElement[Any]:
    fraction: ColumnElement[float] = sa.cast(sa.func.substr(part("%f"), 3), sa.Double())
    exact = sa.func.printf(_text("%.3f"), _number(part("%s")) + fraction)
    return sa.case((part("%s").is_not(None), exact))


_NEWER: Mapping[str, Callable[[Part], ColumnElement[Any]]] = {
    "%e": lambda part: _filled(_number(part("%d")), " "),
    "%k": lambda part: _filled(_number(part("%H")), " "),
    "%l": lambda part: _filled(_hour(part), " "),
    "%I": lambda part: _filled(_hour(part), "0"),
    "%p": lambda part: _half(part, "AM", "PM"),
    "%P": lambda part: _half(part, "am", "pm"),
    "%u": lambda part: sa.case((part("%w") == _text("0"), _text("7")), else_=part("%w")),
    "%U": _sunday_week,
    "%G": lambda part: _of_thursday(part, "%Y"),
    "%g": lambda part: _of_century(_number(_of_thursday(part, "%Y"))),
    "%V": _iso_week,
    "%s.%f": _exact_second,
}
