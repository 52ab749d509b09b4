"""What rules may know of the request of the moment."""

import re
from typing import Any

import msgspec
from flask import g, request

from appos.errors import InvalidError
from appos.records.models import RequestInfo
from appos.store.functions import go_number
from appos.web.state import identity

WRONG = "Something went wrong while processing your request."
# The part of a form that holds JSON. Source: PocketBase 0.36, "@jsonPayload".
JSON_PART = "@jsonPayload"
FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
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
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise InvalidError(WRONG, code="body_invalid") from error
    values: dict[str, Any] = g.body_values
    return values


def _read_body() -> dict[str, Any]:
    if not request.content_length and "chunked" not in request.headers.get("Transfer-Encoding", ""):
        return {}
    kind = request.headers.get("Content-Type", "")
    if kind.startswith("application/json"):
        return _json_object(request.get_data())
    if kind.startswith(FORMS):
        return _form()
    raise InvalidError("Unsupported Content-Type.", code="body_invalid")


def _form() -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in [*request.form, *request.args]:
        texts = [*request.form.getlist(name), *request.args.getlist(name)]
        if name != JSON_PART:
            values[name] = _inferred(texts[0]) if len(texts) == 1 else [_inferred(text) for text in texts]
    for text in request.form.getlist(JSON_PART):
        values |= _json_object(text)
    return values


def _json_object(content: bytes | str) -> dict[str, Any]:
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
    return number if _plain(number) == text else text


def _plain(number: float) -> str:
    shown = go_number(number)
    return shown if "e" not in shown else ""


def _snake(name: str) -> str:
    return name.lower().replace("-", "_")
