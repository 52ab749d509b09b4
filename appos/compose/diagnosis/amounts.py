"""Durations, sizes, whole numbers and truth values, as the texts that Compose takes for them.

Compose reads them as Go does. Source: `time.ParseDuration` (with days and weeks), `strconv`, and go-units'
`RAMInBytes`.
"""

import re

from appos.compose.spec.forms import Meaning

_DURATION = re.compile(r"[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h|d|w))+|[-+]?0")
_SIZE = re.compile(r"[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:e[-+]?\d+)? ?(?:b|[kmgtp](?:i?b)?)?", re.IGNORECASE)
_WHOLE = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(?:[0-9][0-9_]*\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?", re.IGNORECASE)
_BOOLEANS = frozenset(("true", "false", "yes", "no", "y", "n", "on", "off"))

_PATTERNS = {
    Meaning.DURATION: _DURATION,
    Meaning.SIZE: _SIZE,
    Meaning.INTEGER: _WHOLE,
    Meaning.FLOAT: _FLOAT,
}

CODES = {
    Meaning.DURATION: "duration_invalid",
    Meaning.SIZE: "size_invalid",
    Meaning.INTEGER: "number_invalid",
    Meaning.FLOAT: "number_invalid",
    Meaning.BOOLEAN: "boolean_invalid",
}

EXPECTED = {
    Meaning.DURATION: "a time, which is a number with its unit (`s`, `m` or `h`)",
    Meaning.SIZE: "a size, which is a number with its unit (`k`, `m` or `g`)",
    Meaning.INTEGER: "a whole number",
    Meaning.FLOAT: "a number",
    Meaning.BOOLEAN: "`true` or `false`",
}

EXAMPLES = {
    Meaning.DURATION: "30s",
    Meaning.SIZE: "512m",
    Meaning.INTEGER: "1",
    Meaning.FLOAT: "0.5",
    Meaning.BOOLEAN: "true",
}


_UNIT_WORDS = re.compile(r"(?P<number>[\d.]+) *(?P<unit>[a-z]*)", re.IGNORECASE)
_UNITS = {"": "s", "sec": "s", "min": "m", "hour": "h", "day": "d", "second": "s", "minute": "m"}


def corrected(text: str, meaning: Meaning) -> str:
    """Return what was meant by a text, most likely; an example if that cannot be told."""
    match = _UNIT_WORDS.fullmatch(text.strip())
    if match is not None and meaning in (Meaning.DURATION, Meaning.SIZE):
        unit = match["unit"].lower()
        if meaning is Meaning.DURATION:
            unit = _UNITS.get(unit.removesuffix("s"), unit)
        if is_right(match["number"] + unit, meaning):
            return match["number"] + unit
    return EXAMPLES[meaning]


def is_right(text: str, meaning: Meaning) -> bool:
    """Tell whether Compose can read a text as what it has to mean."""
    if meaning is Meaning.BOOLEAN:
        return text.lower() in _BOOLEANS
    return _PATTERNS[meaning].fullmatch(text) is not None
