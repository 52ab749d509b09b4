"""Bodies that describe a collection: JSON, or a form that names its parts.

Source: PocketBase 0.36, which reads JSON as Go's encoding/json does. In a form `authToken.duration` is a
value of a part, a part of a part is named by itself alone (`emailTemplate.subject`), and each `@jsonPayload`
is JSON that counts last. A form has no null: a rule that is null and that it does not name becomes "", which
lets everybody in.
"""

from collections.abc import Mapping
from typing import Any, get_args, get_origin

import msgspec
from flask import request

from appos.errors import InvalidError
from appos.records.auth_options import AuthOptions
from appos.records.document import document
from appos.records.models import Collection
from appos.web.bind import FORMS
from appos.web.go_json import first_value, form_value, laid_over, only_value
from appos.web.wire import JSON_PART

_RULES = ("listRule", "viewRule", "createRule", "updateRule", "deleteRule", "authRule", "manageRule")
_TEXTS = ("id", "name", "type", *_RULES)
Form = Mapping[str, list[str]]


def collection_body(message: str, current: Collection | None = None, *, unsupported: str = "") -> object:
    """Return the JSON of the body, or the same made of a form; None without a body.

    `current` is the collection that it changes, if it does not describe a new one.

    Raises:
        InvalidError: `body_invalid` with `message`, or with `unsupported` for a type that is not read.
    """
    content, kind = request.get_data(), request.headers.get("Content-Type", "")
    if not content:
        return None
    try:
        if kind.startswith("application/json"):
            return first_value(content.decode(errors="replace"))
        if kind.startswith(FORMS):
            return _with_payloads(_document(_form(), current), request.form.getlist(JSON_PART))
    except (ValueError, RecursionError) as error:
        raise InvalidError(message, code="body_invalid") from error
    raise InvalidError(unsupported or message, code="body_invalid")


def _form() -> Form:
    """Return the form, with what the query string says besides."""
    names = dict.fromkeys([*request.form, *request.args])
    return {name: [*request.form.getlist(name), *request.args.getlist(name)] for name in names}


def _document(form: Form, current: Collection | None) -> dict[str, Any]:
    if "fields" in form:
        raise ValueError("a form cannot describe fields")
    before = document(current) if current else {"authRule": ""}
    opened = {rule: "" for rule in _RULES if before.get(rule) is None}
    texts = {name: form[name][0] for name in _TEXTS if name in form}
    indexes = {"indexes": form["indexes"]} if "indexes" in form else {}
    return opened | texts | indexes | _part(AuthOptions, form, "")


def _part(kind: type[msgspec.Struct], form: Form, name: str) -> dict[str, Any]:
    """Return what a form says of a struct that it knows by `name`."""
    found: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        key = field.encode_name
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            if inner := _part(field.type, form, key):
                found[key] = inner
        elif texts := form.get(f"{name}.{key}" if name else key):
            found |= _value(key, field.type, texts)
    return found


def _value(key: str, kind: Any, texts: list[str]) -> dict[str, object]:
    if get_origin(kind) is tuple:
        # A list of structs cannot be told by a form.
        return {key: texts} if get_args(kind)[0] is str else {}
    # A rule may be null, but nothing in a form is.
    return {key: form_value(texts[0], str if kind == str | None else kind)}


def _with_payloads(values: dict[str, Any], payloads: list[str]) -> dict[str, Any]:
    for text in payloads:
        value = only_value(text)
        if value is not None and not isinstance(value, dict):
            raise ValueError("no object")
        values = laid_over(values, value or {})
    return values
