"""Bodies onto structs: what a body does not name stays as it was.

Source: PocketBase 0.36, which binds bodies as Go's encoding/json does. Names count in any case; null changes
nothing, but empties a list; the elements of a list are laid onto those that stood at their places; a number
is no text, and 1.0 no whole number; what follows the JSON value is not read. In a form, `part.name` is a
field of a part, named by the innermost part alone, and each `@jsonPayload` is JSON that is laid on last.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, get_args

import msgspec
from flask import request

from appos.errors import InvalidError
from appos.records.loading import load
from appos.web.go_json import first_value, form_value, only_value
from appos.web.wire import JSON_PART, LOADING

T = TypeVar("T", bound=msgspec.Struct)
Form = Mapping[str, list[str]]

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


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
        return _refusing(lambda onto: load(onto, first_value(text), message=LOADING))
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
            changes[field.name] = form_value(given[0], type(value))
    return msgspec.structs.replace(current, **changes)


def _with_payloads(current: T, payloads: list[str]) -> T:
    for text in payloads:
        current = load(current, only_value(text), message=LOADING)
    return current
