"""How Go makes one type of another, on which PocketBase's values rely.

Source: github.com/spf13/cast 1.10 and Go's strconv, as PocketBase 0.36 uses them.
"""

import math
import re
from decimal import Decimal

import msgspec

_FLOAT = re.compile(
    r"[+-]?(?:(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?"
    r"|0[xX](?P<hex>[\da-fA-F_]*\.?[\da-fA-F_]*[pP][+-]?\d[\d_]*)"
    r"|(?P<special>inf|infinity|nan))",
    re.ASCII | re.IGNORECASE,
)
_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_SURROGATE = re.compile("[\ud800-\udfff]")
# Beyond it a float64 has no unit left: not every whole number is one.
MOST_EXACT = 2**53


def as_text(raw: object) -> str:
    """Return text, a number or a truth as text; anything else as "".

    Half a surrogate pair, which UTF-8 cannot hold, becomes U+FFFD, as Go's JSON makes of it.
    """
    match raw:
        case str():
            return raw if raw.isascii() else _SURROGATE.sub("\ufffd", raw)
        case bool():
            return "true" if raw else "false"
        case int() | float():
            return plain_number(_float(raw))
    return ""


def as_number(raw: object) -> float:
    """Return a number, a truth or a number written as text as a float; anything else as 0."""
    match raw:
        case bool() | int() | float():
            return _float(raw)
        case str():
            return parse_number(raw)
    return 0.0


def as_bool(raw: object) -> bool:
    """Return a truth, a number that is not 0 or a word for true as True; anything else as False."""
    match raw:
        case bool() | int() | float():
            return bool(raw)
        case str():
            return raw in _TRUE
    return False


def as_texts(raw: object) -> list[str]:
    """Return a list of texts, or the one text or the JSON list that it was sent as, with no text twice."""
    return list(dict.fromkeys(text for text in _texts(raw) if text))


def parse_number(text: str) -> float:
    """Return the number that a text is; 0 if it is none or larger than a float64 can be."""
    found = _FLOAT.fullmatch(text)
    if found is None or (underscored := "_" in text) and not _are_underscores_between_digits(text):
        return 0.0
    bare = text.replace("_", "") if underscored else text
    if found["hex"] is not None:
        return _parse_hex(bare)
    value = float(bare)
    return 0.0 if math.isinf(value) and not found["special"] else value


def plain_number(value: float) -> str:
    """Return the shortest digits that tell a float64 from every other, without an exponent."""
    if value.is_integer() and abs(value) < MOST_EXACT:
        return str(int(value))
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"
    text = f"{Decimal(repr(value)):f}"
    return text.removesuffix(".0")


def number_json(value: float) -> str:
    """Return a number as Go's encoding/json writes a float64; what is infinite or no number as null."""
    number = _float(value)
    if not math.isfinite(number):
        return "null"
    if number and not 1e-6 <= abs(number) < 1e21:
        return repr(number).replace("e-0", "e-")
    return plain_number(number)


def whole_as_int(number: float) -> int | float:
    """Return a whole number as int, as long as a float64 holds every whole number."""
    return int(number) if number.is_integer() and abs(number) < MOST_EXACT else number


def _float(number: float) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.copysign(math.inf, number)


def _texts(raw: object) -> list[str]:
    match raw:
        case str():
            return _split(raw)
        case list() | tuple():
            # One item that is no text spoils the list.
            is_spoilt = any(isinstance(item, list | dict) for item in raw)
            return [] if is_spoilt else [as_text(item) for item in raw]
        case bool() | int() | float():
            return [as_text(raw)]
    return []


def _split(text: str) -> list[str]:
    if "[" not in text:
        return [text]
    try:
        items = msgspec.json.decode(text, type=list[str | None])
    except msgspec.DecodeError:
        return [text]
    return [item or "" for item in items]


def _parse_hex(text: str) -> float:
    try:
        return float.fromhex(text)
    except (ValueError, OverflowError):
        return 0.0


def _are_underscores_between_digits(text: str) -> bool:
    """Whether each underscore stands between two digits, or between `0x` and one."""
    return not re.search(r"(?<![\da-fA-FxX])_|_(?![\da-fA-F])", text)
