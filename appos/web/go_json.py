"""JSON, and the values of forms, read as Go reads them, for that is what PocketBase's clients rely on.

Source: https://pkg.go.dev/encoding/json and strconv.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from appos.web.wire import TRUTHS

_SPACES = " \t\r\n"
_SURROGATES = re.compile("[\ud800-\udfff]")
# strconv.ParseInt(text, 0, 64), which knows the bases by their prefixes.
_INTEGER = re.compile(r"([+-]?)(?:0[xX]([0-9a-fA-F_]+)|0[bB]([01_]+)|0[oO]?([0-7_]*)|([1-9][0-9_]*))")
_BASES = (16, 2, 8, 10)


def first_value(text: str) -> Any:
    """Return the JSON value that a text begins with; what follows it is not read.

    Raises:
        ValueError: it begins with none.
        RecursionError: it is too deep.
    """
    return _whole(_DECODER.raw_decode(text.lstrip(_SPACES))[0])


def only_value(text: str) -> Any:
    """Return the JSON value that a text is. Raises as `first_value`."""
    return _whole(_DECODER.decode(text))


def laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return one object with the values of another: objects in both are laid over each other too."""
    return _object((*below.items(), *above.items()))


def form_value(text: str, kind: type) -> str | int | bool:
    """Return what a text in a form is as a truth, an integer or a text.

    Raises:
        ValueError: it is none.
    """
    if kind is bool:
        if text not in TRUTHS:
            raise ValueError(f"{text!r} is no truth")
        return TRUTHS[text]
    return _integer(text or "0") if kind is int else text


def _object(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        before = found.get(name)
        is_part = isinstance(before, dict) and isinstance(value, dict)
        found[name] = laid_over(found[name], value) if is_part else value
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_constant)


def _whole(value: Any) -> Any:
    """Return a value with U+FFFD for each half of a surrogate pair, which cannot be stored."""
    written = json.dumps(value, ensure_ascii=False)
    return _DECODER.decode(_SURROGATES.sub("\ufffd", written)) if _SURROGATES.search(written) else value


def _integer(text: str) -> int:
    found = _INTEGER.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no integer")
    sign, *digits = found.groups()
    base, written = next(pair for pair in zip(_BASES, digits, strict=True) if pair[1] is not None)
    number = int(f"{sign}{written or 0}", base)
    if not -(2**63) <= number < 2**63:
        raise ValueError(f"{text} has more than 64 bits")
    return number
