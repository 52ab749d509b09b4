"""What rules may know of the request of the moment."""

import json
import re
from typing import Any

import msgspec
from flask import g, request

from appos.errors import InvalidError
from appos.records.fields.numbers import plain_number
from appos.records.models import RequestInfo
from appos.web.bind import XML
from appos.web.forms import FORMS, JSON_PART, read_form
from appos.web.go_json import first_value
from appos.web.state import identity

WRONG = "Something went wrong while processing your request."
_NUMBER = re.compile(r"-?[0-9][-.0-9]*|-[-.0-9]*")


def request_info(context: str = "default") -> RequestInfo:
    """Return what rules may know of this request.

    Raises:
        InvalidError: its body cannot be read.
    """
    who = identity()
    return RequestInfo(
        context=context,
        method=request.method,
        query=request.args.to_dict(),
        headers={_snake(name): value for name, value in reversed(request.headers.to_wsgi_list())},
        body=body_values(),
        auth=who.record if who else None,
    )


def body_values() -> dict[str, Any]:
    """Return the values of the body: JSON, or a form whose texts become what they look like.

    Source: PocketBase 0.36: in a form `true`, `false` and numbers as JSON writes them are no texts.

    Raises:
        InvalidError: the body cannot be read, or has a type that is not read.
    """
    if "body_values" not in g:
        try:
            g.body_values = _read_body()
        except (ValueError, RecursionError) as error:
            raise InvalidError(WRONG, code="body_invalid") from error
    values: dict[str, Any] = g.body_values
    return values


def _read_body() -> dict[str, Any]:
    if not request.content_length and "chunked" not in request.headers.get("Transfer-Encoding", ""):
        return {}
    kind = request.headers.get("Content-Type", "")
    if kind.startswith("application/json"):
        return first_object(request.get_data())
    if kind.startswith(FORMS):
        return _form(read_form())
    if kind.startswith(XML):
        raise ValueError("XML has no values without a struct")
    raise InvalidError("Unsupported Content-Type.", code="body_invalid")


def _form(texts: dict[str, list[str]]) -> dict[str, Any]:
    payloads = texts.pop(JSON_PART, [])
    values: dict[str, Any] = {}
    for name, found in texts.items():
        values[name] = _inferred(found[0]) if len(found) == 1 else [_inferred(text) for text in found]
    for payload in payloads:
        values |= _json_object(payload)
    return values


def first_object(content: bytes) -> dict[str, Any]:
    """Return the JSON object that a body begins with; what follows is not read, as in Go.

    Raises:
        ValueError: there is none.
        RecursionError: it is too deep.
    """
    try:
        return _json_object(content)
    except msgspec.DecodeError:
        return _json_object(json.dumps(first_value(content.decode(errors="replace"))))


def _json_object(content: bytes | str) -> dict[str, Any]:
    if not content:
        raise ValueError("there is no JSON")
    decoded: dict[str, Any] | None = msgspec.json.decode(content, type=dict[str, Any] | None)
    return decoded or {}


def _inferred(text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    if not _NUMBER.fullmatch(text):
        return text
    try:
        number = float(text)
    except ValueError:
        return text
    return number if plain_number(number) == text else text


def _snake(name: str) -> str:
    return name.lower().replace("-", "_")
