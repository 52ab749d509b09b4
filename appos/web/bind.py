"""Bodies onto structs: what a body does not name stays as it was.

Source: PocketBase 0.36, which binds bodies as Go's encoding/json does. Names count in any case; null changes
nothing, but empties a list; the elements of a list are laid onto those that stood at their places; a number
is no text, and 1.0 no whole number; what follows the JSON value is not read. In a form, `part.name` is a
field of a part, named by the innermost part alone, and each `@jsonPayload` is JSON that is laid on last.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeVar, get_args

import msgspec
from flask import request

from appos.errors import InvalidError
from appos.web.wire import JSON_PART, LOADING, TRUTHS

T = TypeVar("T", bound=msgspec.Struct)
Form = Mapping[str, list[str]]

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")

_SPACES = " \t\r\n"
_SURROGATES = re.compile("[\ud800-\udfff]")
# Go's strconv.ParseInt(text, 0, 64), which knows the bases by their prefixes.
_INTEGER = re.compile(r"([+-]?)(?:0[xX]([0-9a-fA-F_]+)|0[bB]([01_]+)|0[oO]?([0-7_]*)|([1-9][0-9_]*))")
_BASES = (16, 2, 8, 10)


class _Object(list[tuple[str, Any]]):
    """The names and values of a JSON object; a name may come twice."""


class _UnfitError(ValueError):
    """A value is not of the type that its place in the struct has."""


def bind(onto: T) -> T:
    """Return a struct with the request's body laid onto it.

    Raises:
        InvalidError: `body_invalid`, in PocketBase's words.
    """
    return binder()(onto)


def binder() -> Callable[[T], T]:
    """Read the request's body, and return what lays it onto a struct.

    Raises:
        InvalidError: as `bind`; so does what is returned.
    """
    body, kind = request.get_data(), request.headers.get("Content-Type", "")
    if not body:
        return lambda onto: onto
    if kind.startswith(FORMS):
        form = dict(request.form.lists())
        return _refusing(lambda onto: _with_payloads(_filled(onto, form, ""), form.get(JSON_PART, [])))
    if kind.startswith("application/json"):
        text = body.decode(errors="replace")
        return _refusing(lambda onto: _laid(onto, type(onto), _first_value(text)))
    raise _refusal()


def _refusal() -> InvalidError:
    return InvalidError(LOADING, code="body_invalid")


def _refusing(lay: Callable[[T], Any]) -> Callable[[T], T]:
    def laid(onto: T) -> T:
        try:
            result: T = lay(onto)
        except (ValueError, RecursionError) as error:
            raise _refusal() from error
        return result

    return laid


def _first_value(text: str) -> Any:
    """Return the JSON value that a text begins with."""
    decoder = json.JSONDecoder(object_pairs_hook=_Object, parse_constant=_no_constant)
    return decoder.raw_decode(text.lstrip(_SPACES))[0]


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _laid(current: Any, type_: Any, raw: Any) -> Any:
    """Return a value of a type with a JSON value laid onto it."""
    if raw is None:
        return () if isinstance(current, tuple) else current
    if isinstance(current, msgspec.Struct):
        return _laid_struct(current, raw)
    if isinstance(current, tuple):
        return _laid_list(current, get_args(type_)[0], raw)
    if type(raw) is not type(current) or (isinstance(raw, int) and not -(2**63) <= raw < 2**63):
        raise _UnfitError
    return _SURROGATES.sub("\ufffd", raw) if isinstance(raw, str) else raw


def _laid_struct(current: msgspec.Struct, raw: Any) -> msgspec.Struct:
    if not isinstance(raw, _Object):
        raise _UnfitError
    fields = {field.encode_name.lower(): field for field in msgspec.structs.fields(current)}
    for name, value in raw:
        field = fields.get(name.lower())
        if field is not None:
            laid = _laid(getattr(current, field.name), field.type, value)
            current = msgspec.structs.replace(current, **{field.name: laid})
    return current


def _laid_list(current: tuple[Any, ...], element: Any, raw: Any) -> tuple[Any, ...]:
    if not isinstance(raw, list) or isinstance(raw, _Object):
        raise _UnfitError
    places = (*current, *(element() for _ in raw[len(current) :]))
    return tuple(_laid(place, element, value) for place, value in zip(places, raw, strict=False))


def _filled(current: T, form: Form, part: str) -> T:
    """Return a struct with what a form names of it; `part` is the name of the struct itself."""
    changes: dict[str, Any] = {}
    for field in msgspec.structs.fields(current):
        value = getattr(current, field.name)
        given = form.get(f"{part}.{field.encode_name}" if part else field.encode_name)
        if isinstance(value, msgspec.Struct):
            changes[field.name] = _filled(value, form, field.encode_name)
        elif given and isinstance(value, tuple):
            # A list of structs cannot be told by a form.
            changes[field.name] = tuple(given) if get_args(field.type)[0] is str else value
        elif given:
            changes[field.name] = _scalar(given[0], type(value))
    return msgspec.structs.replace(current, **changes)


def _scalar(text: str, type_: type) -> str | int | bool:
    if type_ is bool:
        if text not in TRUTHS:
            raise _UnfitError
        return TRUTHS[text]
    return _integer(text or "0") if type_ is int else text


def _integer(text: str) -> int:
    found = _INTEGER.fullmatch(text)
    if found is None:
        raise _UnfitError
    sign, *digits = found.groups()
    base, written = next(pair for pair in zip(_BASES, digits, strict=True) if pair[1] is not None)
    number = int(f"{sign}{written or 0}", base)
    if not -(2**63) <= number < 2**63:
        raise _UnfitError
    return number


def _with_payloads(current: T, payloads: list[str]) -> Any:
    for text in payloads:
        value = json.loads(text, object_pairs_hook=_Object, parse_constant=_no_constant)
        current = _laid(current, type(current), value)
    return current
