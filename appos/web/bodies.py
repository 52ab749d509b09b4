"""Bodies that describe a collection: JSON, a form, or XML.

Source: PocketBase 0.36, which reads JSON as Go's encoding/json does. In a form each `@jsonPayload` is JSON
that counts last. A form has no null: a rule that is null and that it does not name becomes "", which lets
everybody in.
"""

from typing import Any

import msgspec
from flask import request

from appos.errors import InvalidError
from appos.records.auth_options import AuthOptions
from appos.records.document import document
from appos.records.models import Collection
from appos.web.bind import XML
from appos.web.forms import FORMS, JSON_PART, Form, form_document, read_form
from appos.web.go_json import first_value, laid_over, only_value
from appos.web.go_xml import xml_document

_RULES = ("listRule", "viewRule", "createRule", "updateRule", "deleteRule", "authRule", "manageRule")
_TEXTS = ("id", "name", "type", *_RULES)


class _Described(AuthOptions, frozen=True, kw_only=True, rename="camel"):
    """What XML can say of a collection."""

    id: str = ""
    name: str = ""
    type: str = ""
    list_rule: str | None = None
    view_rule: str | None = None
    create_rule: str | None = None
    update_rule: str | None = None
    delete_rule: str | None = None
    indexes: tuple[str, ...] = ()
    # PocketBase answers 500 to it.
    fields: None = None


def collection_body(message: str, current: Collection | None = None, *, unsupported: str = "") -> object:
    """Return the JSON of the body, or the same made of a form or XML; None without a body.

    `current` is the collection that it changes, if it does not describe a new one.

    Raises:
        InvalidError: `body_invalid` with `message`, or with `unsupported` for a type that is not read.
        TooLargeError: `too_large`.
    """
    content, kind = request.get_data(), request.headers.get("Content-Type", "")
    if not content:
        return None
    try:
        if kind.startswith("application/json"):
            return first_value(content.decode(errors="replace"))
        if kind.startswith(FORMS):
            form = read_form()
            return _with_payloads(_document(form, current), form.get(JSON_PART, []))
        if kind.startswith(XML):
            return xml_document(_described(current), content)
    except (ValueError, RecursionError) as error:
        raise InvalidError(message, code="body_invalid") from error
    raise InvalidError(unsupported or message, code="body_invalid")


def _described(current: Collection | None) -> _Described:
    """Return what the lists of an XML are added to."""
    if current is None:
        return _Described()
    options = msgspec.structs.asdict(current.auth_options)
    return _Described(indexes=current.indexes, **options)


def _document(form: Form, current: Collection | None) -> dict[str, Any]:
    if "fields" in form:
        raise ValueError("a form cannot describe fields")
    before = document(current) if current else {"authRule": ""}
    opened = {rule: "" for rule in _RULES if before.get(rule) is None}
    texts = {name: form[name][0] for name in _TEXTS if name in form}
    indexes = {"indexes": form["indexes"]} if "indexes" in form else {}
    return opened | texts | indexes | form_document(AuthOptions, form)


def _with_payloads(values: dict[str, Any], payloads: list[str]) -> dict[str, Any]:
    for text in payloads:
        value = only_value(text)
        if value is not None and not isinstance(value, dict):
            raise ValueError("no object")
        values = laid_over(values, value or {})
    return values
