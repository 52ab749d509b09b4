"""JSON in and out: the one place where a request becomes a struct and a model becomes JSON."""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from flask import Response, request
from werkzeug.datastructures import MultiDict

from appos.errors import InvalidError
from appos.store.query import ListQuery

T = TypeVar("T")

LOADING = "An error occurred while loading the submitted data."


def decode(model: type[T]) -> T:
    """Return the request's JSON body as a struct.

    Raises:
        InvalidError: `body_invalid`, with the path of the value that is wrong.
    """
    try:
        return msgspec.json.decode(request.get_data() or b"{}", type=model)
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `")
        name = path.removeprefix("$").removeprefix(".").removesuffix("`") or "body"
        problem = {"code": "body_invalid", "message": f"{reason}."}
        raise InvalidError(f"{name}: {reason}.", code="body_invalid", fields={name: problem}) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidError(f"The body is not JSON: {error}.", code="body_invalid") from error


def body_fields(*names: str) -> dict[str, str]:
    """Return text fields of a body as PocketBase reads them: JSON or a form; what is missing is "".

    Raises:
        InvalidError: `body_invalid`, in PocketBase's words.
    """
    if request.mimetype in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return {name: request.form.get(name, "") for name in names}
    body = _json_object()
    values = {name: body.get(name) for name in names}
    if any(not isinstance(value, str | None) for value in values.values()):
        raise InvalidError(LOADING, code="body_invalid")
    return {name: value or "" for name, value in values.items()}


def _json_object() -> Mapping[str, Any]:
    if request.mimetype not in ("application/json", ""):
        raise InvalidError(LOADING, code="body_invalid")
    try:
        body = msgspec.json.decode(request.get_data() or b"{}")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidError(LOADING, code="body_invalid") from error
    if not isinstance(body, dict):
        raise InvalidError(LOADING, code="body_invalid")
    return body


def list_query() -> ListQuery:
    """Return what the query string asks of a list; as in PocketBase, a bad number counts as not given."""
    args = request.args
    return ListQuery(
        page=_number(args, "page", 1),
        per_page=_number(args, "perPage", 0),
        sort=args.get("sort", ""),
        filter=args.get("filter", ""),
        skip_total=args.get("skipTotal", "").lower() in ("1", "t", "true"),
    )


def _number(args: MultiDict[str, str], name: str, default: int) -> int:
    try:
        return int(args.get(name, default))
    except ValueError:
        return default


def answer(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a response whose body is a model, or anything of models, as a line of JSON."""
    body = msgspec.json.encode(value) + b"\n"
    return Response(body, status, headers, mimetype="application/json")
