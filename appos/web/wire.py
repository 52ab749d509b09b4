"""JSON in and out: the one place where a request becomes a struct and a model becomes JSON."""

import re
from collections.abc import Mapping
from typing import TypeVar

import msgspec
from flask import Response, request

from appos.errors import InvalidError
from appos.records.pick import parse_fields, pick
from appos.store.query import ListQuery, Page

T = TypeVar("T")

LOADING = "An error occurred while loading the submitted data."
UNSUPPORTED = "Unsupported Content-Type."
# PocketBase's words where it does not say what was wrong.
WRONG = "Something went wrong while processing your request."
# A number that fits into 64 bits.
NUMBER = re.compile("[+-]?[0-9]{1,18}")
# What Go takes for true and false; nothing is false.
TRUTHS = {
    **dict.fromkeys(("1", "t", "T", "true", "TRUE", "True"), True),
    **dict.fromkeys(("0", "f", "F", "false", "FALSE", "False", ""), False),
}


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
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidError(f"The body is not JSON: {error}.", code="body_invalid") from error


def decode_query(model: type[T]) -> T:
    """Return the request's query string as a struct; its values are read as numbers and truths where asked.

    Raises:
        InvalidError: `query_invalid`, with the name of the parameter that is wrong.
    """
    try:
        return msgspec.convert(request.args.to_dict(), model, strict=False)
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `")
        name = path.removeprefix("$").removeprefix(".").removesuffix("`") or "query"
        problem = {"code": "query_invalid", "message": f"{reason}."}
        raise InvalidError(f"{name}: {reason}.", code="query_invalid", fields={name: problem}) from error


class ListArguments:
    """What the parameters of a query ask of a list."""

    def __init__(self, args: Mapping[str, str]) -> None:
        self._args = args

    def query(self) -> ListQuery:
        """Return the order of a list.

        Raises:
            InvalidError: `invalid_query`, as PocketBase refuses a number that is none.
        """
        args = self._args
        return ListQuery(
            page=self._number("page", 1),
            per_page=self._number("perPage", 0),
            sort=args.get("sort", ""),
            filter=args.get("filter", ""),
            skip_total=self._truth("skipTotal"),
        )

    def _number(self, name: str, default: int) -> int:
        text = self._args.get(name, "")
        if not text:
            return default
        if not NUMBER.fullmatch(text):
            raise InvalidError(WRONG, code="invalid_query")
        return int(text)

    def _truth(self, name: str) -> bool:
        text = self._args.get(name, "")
        if text not in TRUTHS:
            raise InvalidError(WRONG, code="invalid_query")
        return TRUTHS[text]


def list_query() -> ListQuery:
    """Return what the query of this request asks of a list.

    Raises:
        InvalidError: `invalid_query`, as PocketBase refuses a number that is none.
    """
    return ListArguments(request.args).query()


def answer(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a response whose body is a model, or anything of models, as a line of JSON.

    Of a success it holds only what the query parameter `fields` asks for.
    """
    body = msgspec.json.encode(value)
    fields = request.args.get("fields", "")
    if fields and status < 300:
        decoded, wanted = msgspec.json.decode(body), parse_fields(fields)
        picked = (
            decoded | {"items": pick(decoded["items"], wanted)}
            if isinstance(value, Page)
            else pick(decoded, wanted)
        )
        body = msgspec.json.encode(picked, order=None if isinstance(value, Page) else "sorted")
    return Response(body + b"\n", status, headers, mimetype="application/json")


def no_content() -> Response:
    """Return a 204, which says nothing of a type."""
    response = Response(status=204)
    del response.headers["Content-Type"]
    return response
