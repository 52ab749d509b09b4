"""How Go makes one type of another, on which PocketBase's values rely.

Source: github.com/spf13/cast 1.10, as PocketBase 0.36 uses it.
"""

import re

from appos.records.fields import gojson
from appos.records.fields.numbers import as_float, parse_number, plain_number

_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_SURROGATE = re.compile("[\ud800-\udfff]")


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
            return plain_number(as_float(raw))
    return ""


def as_number(raw: object) -> float:
    """Return a number, a truth or a number written as text as a float; anything else as 0."""
    match raw:
        case bool() | int() | float():
            return as_float(raw)
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
    """Return the texts of a JSON list; a text that is no such list is one text.

    Of a list with other things in it Go keeps the texts, and the whole as one more.
    """
    if "[" not in text:
        return [text]
    try:
        items = gojson.decode(text)
    except ValueError:
        return [text]
    if not isinstance(items, list):
        return [text]
    texts = [item if isinstance(item, str) else "" for item in items]
    is_pure = all(item is None or isinstance(item, str) for item in items)
    return texts if is_pure else [*texts, text]
