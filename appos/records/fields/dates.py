"""Dates in the forms that PocketBase reads.

Source: github.com/spf13/cast 1.10 (the forms, in this order) and Go's time.Parse, which PocketBase 0.36 uses.
"""

import re
from datetime import datetime, timedelta
from functools import cache

from appos.store.values import timestamp

_STORED = re.compile(
    r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]) (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z", re.ASCII
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# Go's zero time, which stands for none.
ZERO_TIME = "0001-01-01 00:00:00"
_FRACTION = r"(?:[.,](?P<fraction>\d+))?"
_OFFSET = r"(?P<sign>[+-])(?P<offset_hours>\d\d){colon}(?P<offset_minutes>\d\d)"

# What stands for a part of a date in a form, as a regular expression.
_PARTS = {
    "Monday": f"(?i:{'|'.join(_DAYS)})",
    "Mon": f"(?i:{'|'.join(day[:3] for day in _DAYS)})",
    "Jan": f"(?P<month_name>(?i:{'|'.join(_MONTHS)}))",
    "YYYY": r"(?P<year>\d{4})",
    "YY": r"(?P<short_year>\d\d)",
    "MM": r"(?P<month>\d\d)",
    "DD": r"(?P<day>\d\d)",
    "_D": r" ?(?P<day>\d\d?)",
    "hh": r"(?P<hour>\d\d?)",
    "mm": r"(?P<minute>\d\d)",
    "ss": r"(?P<second>\d\d)" + _FRACTION,
    "PM": "(?P<half>[AP]M)",
    "Z:": "(?:Z|" + _OFFSET.format(colon=":") + ")",
    "Z": "(?:Z|" + _OFFSET.format(colon="") + ")",
    "+:": _OFFSET.format(colon=":"),
    "+": _OFFSET.format(colon=""),
    # The name of a zone says nothing of its offset, but for those that are named by it.
    "ZONE": r"(?:GMT(?P<gmt>[+-]0*(?:1?\d|2[0-3]))?|[+-]0*(?:[01]\d|2[0-3])|(?!GMT)[A-Z]{3}"
    "|[A-Z]{3}T|WITA|ChST|MeST|[A-Z]{4}T)",
    " ": " +",
}
_PART = re.compile("|".join(re.escape(part) for part in sorted(_PARTS, key=len, reverse=True)) + "|.")

# The first is the form in which dates are stored.
_FORMS = (
    "YYYY-MM-DD hh:mm:ssZ",
    "YYYY-MM-DD",
    "YYYY-MM-DDThh:mm:ssZ:",
    "YYYY-MM-DDThh:mm:ss",
    "Mon, DD Jan YYYY hh:mm:ss +",
    "Mon, DD Jan YYYY hh:mm:ss ZONE",
    "DD Jan YY hh:mm +",
    "DD Jan YY hh:mm ZONE",
    "Monday, DD-Jan-YY hh:mm:ss ZONE",
    "YYYY-MM-DD hh:mm:ss + ZONE",
    "YYYY-MM-DDThh:mm:ss+",
    "YYYY-MM-DD hh:mm:ss",
    "Mon Jan _D hh:mm:ss YYYY",
    "Mon Jan _D hh:mm:ss ZONE YYYY",
    "Mon Jan DD hh:mm:ss + YYYY",
    "YYYY-MM-DD hh:mm:ssZ:",
    "DD Jan YYYY",
    "YYYY-MM-DD hh:mm:ss +:",
    "YYYY-MM-DD hh:mm:ss +",
    "hh:mmPM",
    "Jan _D hh:mm:ss",
)


def now() -> str:
    """Return the present moment as it is stored."""
    return timestamp()


def parse_date(text: str) -> str:
    """Return the moment that a text names, in UTC as `2006-01-02 15:04:05.000Z`; "" if it names none.

    Nor does a moment beyond the years 0000 to 9999, which PocketBase stores and cannot read again.
    """
    if not text.isascii() or not text:
        return ""
    if _is_stored_moment(text):
        return text
    return next((moment for form in _forms() if (moment := _read(form, text))), "")


def stored_date(text: str) -> str:
    """Return what a column of dates holds, which is read anew only if it is not written as it should be."""
    return text if _STORED.fullmatch(text) else parse_date(text)


def _is_stored_moment(text: str) -> bool:
    """Whether a text is a moment as it is stored, which is how clients send most of them."""
    if not _STORED.fullmatch(text) or text.startswith(ZERO_TIME):
        return False
    try:
        datetime.fromisoformat(text[: len(ZERO_TIME)])
    except ValueError:
        return False
    return True


@cache
def _forms() -> tuple[re.Pattern[str], ...]:
    """Return the forms as regular expressions, compiled when the first date is read."""
    expressions = (_PART.sub(lambda part: _PARTS.get(part[0], re.escape(part[0])), form) for form in _FORMS)
    return tuple(re.compile(expression, re.ASCII) for expression in expressions)


def _read(form: re.Pattern[str], text: str) -> str:
    found = form.fullmatch(text)
    return _moment(found.groupdict()) if found else ""


def _moment(parts: dict[str, str | None]) -> str:
    year = _year(parts)
    # Python knows the years 1 to 9999; the calendar repeats itself every 400.
    shift = 400 if year < 400 else -400 if year > 9000 else 0
    day = _number(parts, "day", 1)
    try:
        local = datetime(year + shift, _month(parts), day, _hour(parts), *_minutes(parts))
    except ValueError:
        return ""
    offset = _offset(parts)
    if offset is None:
        return ""
    moment = local - offset
    if not 0 <= moment.year - shift <= 9999:
        return ""
    seconds = f"{moment.year - shift:04}-{moment:%m-%d %H:%M:%S}"
    fraction = (parts.get("fraction") or "")[:3].rstrip("0")
    return "" if seconds == ZERO_TIME and not fraction else f"{seconds}.{fraction:0<3}Z"


def _number(parts: dict[str, str | None], name: str, default: int = 0) -> int:
    text = parts.get(name)
    return default if text is None else int(text)


def _year(parts: dict[str, str | None]) -> int:
    short = parts.get("short_year")
    if short is not None:
        return int(short) + (1900 if int(short) >= 69 else 2000)
    return _number(parts, "year")


def _month(parts: dict[str, str | None]) -> int:
    name = parts.get("month_name")
    return _number(parts, "month", 1) if name is None else _MONTHS.index(name.lower()) + 1


def _hour(parts: dict[str, str | None]) -> int:
    hour = _number(parts, "hour")
    half = parts.get("half")
    if half is None:
        return hour
    if hour > 12:
        raise ValueError(f"no hour of a half day: {hour}")
    return hour % 12 + (12 if half == "PM" else 0)


def _minutes(parts: dict[str, str | None]) -> tuple[int, int]:
    return _number(parts, "minute"), _number(parts, "second")


def _offset(parts: dict[str, str | None]) -> timedelta | None:
    """Return how far the date's clock is ahead of UTC; None if no clock is."""
    if parts.get("gmt") and not parts.get("sign"):
        # Go takes the clock of such a date for that of UTC, and shows it as that of the zone.
        return -timedelta(hours=_number(parts, "gmt"))
    hours, minutes = _number(parts, "offset_hours"), _number(parts, "offset_minutes")
    if hours > 24 or minutes > 60:
        return None
    offset = timedelta(hours=hours, minutes=minutes)
    return -offset if parts.get("sign") == "-" else offset
