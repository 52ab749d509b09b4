"""The date macros of a filter, such as `@now` and `@monthEnd`."""

from collections.abc import Callable
from datetime import datetime, timedelta

from appos.store.values import timestamp


def _start(day: datetime) -> datetime:
    return day.replace(hour=0, minute=0, second=0, microsecond=0)


def _end(day: datetime) -> datetime:
    return day.replace(hour=23, minute=59, second=59, microsecond=999_999)


def _month_end(now: datetime) -> datetime:
    in_next_month = now.replace(day=28) + timedelta(days=4)
    return _end(in_next_month - timedelta(days=in_next_month.day))


_MOMENTS: dict[str, Callable[[datetime], datetime]] = {
    "@now": lambda now: now,
    "@yesterday": lambda now: now - timedelta(days=1),
    "@tomorrow": lambda now: now + timedelta(days=1),
    "@todayStart": _start,
    "@todayEnd": _end,
    "@monthStart": lambda now: _start(now.replace(day=1)),
    "@monthEnd": _month_end,
    "@yearStart": lambda now: _start(now.replace(month=1, day=1)),
    "@yearEnd": lambda now: _end(now.replace(month=12, day=31)),
}
_NUMBERS: dict[str, Callable[[datetime], int]] = {
    "@second": lambda now: now.second,
    "@minute": lambda now: now.minute,
    "@hour": lambda now: now.hour,
    "@weekday": lambda now: now.isoweekday() % 7,
    "@day": lambda now: now.day,
    "@month": lambda now: now.month,
    "@year": lambda now: now.year,
}
MACROS = (*_MOMENTS, *_NUMBERS)


def macro_value(name: str, now: datetime) -> str | int | None:
    """Return what a macro stands for at `now` (UTC), or None if there is no such macro.

    A moment is text, `2006-01-02 15:04:05.000Z`; a part of one is a whole number, and Sunday is weekday 0.
    Source: https://pocketbase.io/docs/api-rules-and-filters/, "@macros"; compared with PocketBase 0.36.2.
    """
    if name in _MOMENTS:
        return timestamp(_MOMENTS[name](now))
    if name in _NUMBERS:
        return _NUMBERS[name](now)
    return None
