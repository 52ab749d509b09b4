"""JSON as Go's encoding/json writes it.

Names are sorted, numbers are float64 with the shortest digits, and `<`, `>` and `&` are escaped.
"""

import json
import re
from typing import Any

from appos.records.fields.numbers import as_float
from appos.store.functions import go_number

_ESCAPED = re.compile("[<>&\u2028\u2029]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_WORDS = {None: "null", True: "true", False: "false"}


def _refuse(name: str) -> None:
    raise ValueError(f"no JSON: {name}")


_DECODER = json.JSONDecoder(parse_int=float, parse_constant=_refuse)
_ENCODER = json.JSONEncoder(ensure_ascii=False)


def encode(value: Any) -> str:
    """Return what JSON was decoded to as JSON, of any depth."""
    written: list[str] = []
    # What is still to be written, the next at the end: texts as they are, values in a tuple.
    waiting: list[str | tuple[Any]] = [(value,)]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            written.append(item)
        else:
            waiting.extend(reversed(_parts(item[0])))
    return "".join(written)


def decode(text: str) -> Any:
    """Return what JSON text says, its numbers as float.

    Raises:
        ValueError: the text is no JSON, or too deep for Python.
    """
    try:
        return _DECODER.decode(text)
    except RecursionError as error:
        raise ValueError("too deep") from error


def is_valid(text: str) -> bool:
    """Whether a text is JSON."""
    try:
        decode(text)
    except ValueError:
        return False
    return True


def _parts(value: Any) -> list[str | tuple[Any]]:
    """Return a value as texts, and as parts that are values still."""
    match value:
        case bool() | None:
            return [_WORDS[value]]
        case str():
            return [_quoted(value)]
        case int() | float():
            return [go_number(as_float(value))]
        case dict():
            return _joined("{", [[_quoted(name) + ":", (value[name],)] for name in sorted(value)], "}")
        case list() | tuple():
            return _joined("[", [[(item,)] for item in value], "]")
    raise TypeError(f"no JSON: {type(value).__name__}")


def _joined(start: str, groups: list[list[str | tuple[Any]]], end: str) -> list[str | tuple[Any]]:
    parts: list[str | tuple[Any]] = [start]
    for index, group in enumerate(groups):
        parts += [",", *group] if index else group
    return [*parts, end]


def _quoted(text: str) -> str:
    quoted = _ENCODER.encode(_SURROGATE.sub("\ufffd", text))
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)
