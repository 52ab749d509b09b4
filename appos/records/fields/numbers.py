"""Numbers as Go reads and writes them: each is a float64.

Source: Go's strconv, as PocketBase 0.36 uses it.
"""

import math
import re
from decimal import Decimal

_FLOAT = re.compile(
    r"[+-]?(?:(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?"
    r"|0[xX](?P<hex>[\da-fA-F_]*\.?[\da-fA-F_]*[pP][+-]?\d[\d_]*)"
    r"|(?P<special>inf|infinity|nan))",
    re.ASCII | re.IGNORECASE,
)
# Beyond it a float64 has no unit left: not every whole number is one.
MOST_EXACT = 2**53


def as_float(number: float) -> float:
    """Return a number as a float64, infinite if it is too large."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def whole_as_int(number: float) -> int | float:
    """Return a whole number as int, as long as a float64 holds every whole number."""
    return int(number) if number.is_integer() and abs(number) < MOST_EXACT else number


def plain_number(number: float) -> str:
    """Return the shortest digits that tell a float64 from every other, without an exponent."""
    if not math.isfinite(number):
        return "NaN" if math.isnan(number) else "+Inf" if number > 0 else "-Inf"
    return format(Decimal(repr(number)), "f").removesuffix(".0")


def go_float(number: float) -> str:
    """Return a float64 as Go's fmt prints it: with an exponent if it is small, or has more than 6 digits."""
    digits = Decimal(repr(float(number))).normalize()
    if not digits or -4 <= digits.adjusted() < 6:
        return plain_number(float(number))
    mantissa = format(digits.scaleb(-digits.adjusted()), "f")
    return f"{mantissa}e{digits.adjusted():+03}"


def parse_number(text: str) -> float:
    """Return the number that a text is, 0 if it is none or larger than a float64 can be."""
    number = find_number(text)
    return 0.0 if number is None else number


def find_number(text: str) -> float | None:
    """Return the number that a text is, None if it is none or larger than a float64 can be."""
    found = _FLOAT.fullmatch(text)
    if found is None or not _are_underscores_within(text):
        return None
    bare = text.replace("_", "")
    if found["hex"]:
        return _find_hex(bare)
    value = float(bare)
    return None if math.isinf(value) and not found["special"] else value


def _find_hex(text: str) -> float | None:
    try:
        return float.fromhex(text)
    except (ValueError, OverflowError):
        return None


def _are_underscores_within(text: str) -> bool:
    """Whether each underscore stands between two digits, or behind the `0x` of one."""
    return not re.search(r"(?<![\da-fA-FxX])_|_(?![\da-fA-F])", text)
