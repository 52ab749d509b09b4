"""What a plain word of YAML means to Compose, whose YAML is Go's: 1.2 with a few of 1.1's numbers.

Source: YAML 1.2.2, section 10.3.2 (core schema). `yes`, `on` and `22:22` are text, other than in YAML 1.1.
"""

import re
from datetime import date as calendar

from appos.compose.nodes import Moment, Value

_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_BOOLEANS = {word: word.lower() == "true" for word in ("true", "True", "TRUE", "false", "False", "FALSE")}
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL_FLOAT = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_TIME = re.compile(r"[Tt ]\d{1,2}:\d{1,2}:\d{1,2}(\.\d+)?(Z|[-+]\d\d:?\d\d)?|")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_OTHER_BASES = (
    (re.compile(r"[-+]?0[xX][0-9a-fA-F]+"), 16),
    (re.compile(r"[-+]?0[bB][01]+"), 2),
    (re.compile(r"[-+]?0[oO]?[0-7]+"), 8),
)
# What can begin a number; most words are none, and this tells it at once.
_NUMBER_START = frozenset("+-.0123456789")


def meaning(word: str, tag: str | None, is_plain: bool) -> Value:
    """Return what a word means; only a plain one, without quotes, is anything but text."""
    if tag == "tag:yaml.org,2002:str" or (tag in (None, "!") and not is_plain):
        return word
    if word in _NULLS:
        return None
    if word in _BOOLEANS:
        return _BOOLEANS[word]
    return _number(word) if word[0] in _NUMBER_START else word


def _number(word: str) -> Value:
    """Return the number that a word is, or the word."""
    if (date := _DATE.match(word)) is not None and _TIME.fullmatch(word, date.end()):
        return Moment() if _is_date(*map(int, date.groups())) else word
    plain = word.replace("_", "")
    # A number of a thousand digits is none that anything in Compose takes.
    if len(plain) > 64:
        return word
    if _DECIMAL.fullmatch(plain):
        return int(plain)
    for pattern, base in _OTHER_BASES:
        if pattern.fullmatch(plain):
            return int(plain, base) if base != 8 else int(plain.lower().replace("o", ""), 8)
    if _FLOAT.fullmatch(plain):
        return float(plain)
    if _SPECIAL_FLOAT.fullmatch(word):
        return float(word.replace(".", ""))
    return word


def _is_date(year: int, month: int, day: int) -> bool:
    """Tell whether there is such a day."""
    try:
        calendar(year, month, day)
    except ValueError:
        return False
    return True
