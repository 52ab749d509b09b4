"""Bodies that describe a collection: JSON, or a form that names its parts.

Source: PocketBase 0.36, which reads JSON as Go's encoding/json does. In a form `authToken.duration` is a
value of a part, a part of a part is named by itself alone (`emailTemplate.subject`), and each `@jsonPayload`
is JSON that counts last. A form has no null: a rule that is null and that it does not name becomes "", which
lets everybody in.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import msgspec
from flask import request

from appos.errors import InvalidError
from appos.records.auth_options import AuthOptions
from appos.records.document import document
from appos.records.models import Collection
from appos.web.wire import JSON_PART

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")

_SPACES = " \t\r\n"
_SURROGATES = re.compile("[\ud800-\udfff]")
_INTEGER = re.compile("[+-]?[0-9]{1,18}")
_RULES = ("listRule", "viewRule", "createRule", "updateRule", "deleteRule", "authRule", "manageRule")
_TEXTS = ("id", "name", "type", *_RULES)
_TRUTHS = {
    **dict.fromkeys(("1", "t", "T", "true", "TRUE", "True"), True),
    **dict.fromkeys(("0", "f", "F", "false", "FALSE", "False", ""), False),
}

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
            return _json(content.decode(errors="replace"))
        if kind.startswith(FORMS):
            return _with_payloads(_document(_form(), current), request.form.getlist(JSON_PART))
    except (ValueError, RecursionError) as error:
        raise InvalidError(message, code="body_invalid") from error
    raise InvalidError(unsupported or message, code="body_invalid")


def _json(text: str) -> object:
    """Return the JSON value that a text begins with; what follows it is not read."""
    value: object = _DECODER.raw_decode(text.lstrip(_SPACES))[0]
    # Half a surrogate pair cannot be stored.
    written = json.dumps(value, ensure_ascii=False)
    return json.loads(_SURROGATES.sub("\ufffd", written)) if _SURROGATES.search(written) else value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


_DECODER = json.JSONDecoder(parse_constant=_no_constant)


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
            found[key] = _READERS[field.type](texts)
    return found


def _boolean(texts: list[str]) -> bool:
    if texts[0] not in _TRUTHS:
        raise ValueError("no truth")
    return _TRUTHS[texts[0]]


def _integer(texts: list[str]) -> int:
    if texts[0] and not _INTEGER.fullmatch(texts[0]):
        raise ValueError("no integer")
    return int(texts[0] or "0")


def _text(texts: list[str]) -> str:
    return texts[0]


_READERS: Mapping[Any, Callable[[list[str]], Any]] = {
    bool: _boolean,
    int: _integer,
    str: _text,
    str | None: _text,
    tuple[str, ...]: lambda texts: texts,
}


def _with_payloads(values: dict[str, Any], payloads: list[str]) -> dict[str, Any]:
    for text in payloads:
        value = _json(text)
        if value is not None and not isinstance(value, dict):
            raise ValueError("no object")
        values = _merged(values, value or {})
    return values


def _merged(below: dict[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for name, value in above.items():
        before = merged.get(name)
        merged[name] = (
            _merged(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
        )
    return merged
