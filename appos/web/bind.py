"""Bodies onto structs: what a body does not name stays as it was.

Source: PocketBase 0.36, which binds bodies as Go's encoding/json does. Names count in any case; null changes
nothing, but empties a list; the elements of a list are laid onto those that stood at their places; a number
is no text, and 1.0 no whole number; what follows the JSON value is not read. In a form, each `@jsonPayload`
is JSON that is laid on last. XML is read too.
"""

from collections.abc import Callable
from typing import TypeVar

import msgspec
from flask import request

from appos.errors import InvalidError
from appos.records.loading import load
from appos.web.forms import FORMS, JSON_PART, Form, form_document, read_form
from appos.web.go_json import first_value, only_value
from appos.web.go_xml import xml_document
from appos.web.wire import LOADING

T = TypeVar("T", bound=msgspec.Struct)

XML = ("application/xml", "text/xml")


def bind(onto: T, *, unsupported: str = LOADING) -> T:
    """Return a struct with the request's body laid onto it.

    Raises:
        InvalidError: `body_invalid`, in PocketBase's words, with `unsupported` for a type that is not read.
        TooLargeError: `too_large`.
    """
    return binder(unsupported=unsupported)(onto)


def binder(*, unsupported: str = LOADING) -> Callable[[T], T]:
    """Read the request's body, and return what lays it onto a struct.

    Raises:
        InvalidError: as `bind`; so does what is returned.
        TooLargeError: only what is returned does.
    """
    body, kind = request.get_data(), request.headers.get("Content-Type", "")
    if not body:
        return lambda onto: onto
    if kind.startswith("application/json"):
        text = body.decode(errors="replace")
        return _refusing(lambda onto: load(onto, first_value(text), message=LOADING))
    if kind.startswith(FORMS):
        form = _form()
        return _refusing(lambda onto: _filled(onto, form))
    if kind.startswith(XML):
        return _refusing(lambda onto: load(onto, xml_document(onto, body), message=LOADING))
    raise InvalidError(unsupported, code="body_invalid")


def _form() -> Form:
    try:
        return read_form()
    except ValueError as error:
        raise InvalidError(LOADING, code="body_invalid") from error


def _refusing(lay: Callable[[T], T]) -> Callable[[T], T]:
    def laid(onto: T) -> T:
        try:
            return lay(onto)
        except (ValueError, RecursionError) as error:
            raise InvalidError(LOADING, code="body_invalid") from error

    return laid


def _filled(onto: T, form: Form) -> T:
    onto = load(onto, form_document(type(onto), form), message=LOADING)
    for text in form.get(JSON_PART, []):
        onto = load(onto, only_value(text), message=LOADING)
    return onto
