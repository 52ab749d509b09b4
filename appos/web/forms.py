"""Forms, read as Go's `net/http` reads them, and what they say of a struct.

Source: PocketBase 0.36. In a form `part.name` is a value of a part, and a part of a part is named by itself
alone (`emailTemplate.subject`); `@jsonPayload` holds JSON.
"""

from collections.abc import Mapping
from typing import Any, cast, get_args, get_origin

import msgspec
from flask import request

from appos.web.go_json import form_value
from appos.web.go_request import GoRequest, parse_query

Form = Mapping[str, list[str]]

URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
FORMS = (URLENCODED, MULTIPART)
# The part of a form that holds JSON.
JSON_PART = "@jsonPayload"


def read_form() -> dict[str, list[str]]:
    """Return the texts of this request's form by their names, among them those of its query.

    As in Go, those of the query come behind those of a plain form, and before those of one in parts.

    Raises:
        ValueError: the form is broken.
    """
    query = list(request.args.items(multi=True))
    if request.headers.get("Content-Type", "").startswith(URLENCODED):
        pairs = [*parse_query(request.get_data().decode(errors="replace"), strict=True), *query]
    else:
        cast("GoRequest", request).is_form_strict = True
        pairs = [*query, *request.form.items(multi=True)]
    texts: dict[str, list[str]] = {}
    for name, text in pairs:
        texts.setdefault(name, []).append(text)
    return texts


def form_document(kind: type[msgspec.Struct], form: Form, part: str = "") -> dict[str, Any]:
    """Return what a form says of a struct, as the JSON that says the same.

    `part` is the name of the struct itself, if it is a part of another.

    Raises:
        ValueError: a text is not what it has to be.
    """
    found: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        key = field.encode_name
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            if inner := form_document(field.type, form, key):
                found[key] = inner
        elif texts := form.get(f"{part}.{key}" if part else key):
            found |= _value(key, field.type, texts)
    return found


def _value(key: str, kind: Any, texts: list[str]) -> dict[str, object]:
    if get_origin(kind) is tuple:
        # A list of structs cannot be told by a form.
        return {key: texts} if get_args(kind)[0] is str else {}
    # A rule may be null, but nothing in a form is.
    return {key: form_value(texts[0], str if kind == str | None else kind)}
