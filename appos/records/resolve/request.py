"""What rules see of a request: `@request.query.x`, `@request.body.y.0` and so on.

Source: PocketBase 0.36, "@request" in rules; compared with PocketBase 0.36.2.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from appos.records.fields import JSONText, gojson
from appos.records.fields.cast import as_text, as_texts
from appos.records.fields.numbers import as_float, find_number
from appos.records.models import Record, RequestInfo
from appos.records.uploads import Upload
from appos.store.compare import Value

# What is read of the account that asks from the request; all else is that of its stored record.
PLAIN_AUTH_FIELDS = frozenset(
    {"id", "collectionId", "collectionName", "email", "emailVisibility", "verified"}
)
_INDEX = re.compile(r"\d+", re.ASCII)


class Found(NamedTuple):
    """Whether there is something at a path of a request, and what."""

    is_set: bool
    value: Any = None


MISSING = Found(False)


def find(info: RequestInfo, path: Sequence[str]) -> Found:
    """Return what a request has at a path, such as `("body", "tags", "0")`."""
    match path[0]:
        case "context" | "method" if len(path) == 1:
            return Found(True, getattr(info, path[0]))
        case "query" | "headers" | "body":
            return _nested(getattr(info, path[0]), path[1:])
        case "auth" if info.auth is not None:
            return _nested(_plain_auth(info.auth), path[1:])
    return MISSING


def reader(path: Sequence[str], *, is_number: bool) -> Callable[[RequestInfo], Value | None]:
    """Return what reads the value at a path; `is_number`: text that is a number is taken as that."""

    def read(info: RequestInfo) -> Value | None:
        value = plain(find(info, path).value)
        if is_number and isinstance(value, str):
            number = find_number(value)
            return value if number is None else number
        return value

    return read


def plain(value: Any) -> Value | None:
    """Return a value of JSON as SQLite compares it: text, a number or a truth; lists and objects as JSON."""
    match value:
        case None | bool():
            return value
        case str():
            return str(value)
        case int() | float():
            return as_float(value)
    return gojson.encode(_as_json(value))


def lowered(info: RequestInfo, field: str) -> str:
    """Return what `:lower` is applied to: a value of the body as text, "" for lists and objects."""
    return as_text(info.body.get(field))


def items(info: RequestInfo, field: str) -> list[Any]:
    """Return the values that the body has for a field."""
    value = info.body.get(field)
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def items_json(info: RequestInfo, field: str) -> str:
    """Return the values that the body has for a field as a list of JSON."""
    return gojson.encode(_as_json(items(info, field)))


def ids(info: RequestInfo, field: str) -> list[str]:
    """Return the ids that the body has for a relation."""
    return as_texts(info.body.get(field))


def ids_json(info: RequestInfo, field: str) -> str:
    """Return the ids that the body has for a relation as a list of JSON."""
    return gojson.encode(ids(info, field))


def _plain_auth(auth: Record) -> dict[str, Any]:
    values = {name: auth.values[name] for name in PLAIN_AUTH_FIELDS & auth.values.keys()}
    return values | {"collectionId": auth.collection.id, "collectionName": auth.collection.name}


def _nested(value: Any, keys: Sequence[str]) -> Found:
    for key in keys:
        if isinstance(value, JSONText):
            value = _decoded(value)
        match value:
            case dict() if key in value:
                value = value[key]
            case list() | tuple() if _INDEX.fullmatch(key) and int(key) < len(value):
                value = value[int(key)]
            case _:
                return MISSING
    return Found(True, value)


def _decoded(text: JSONText) -> Any:
    try:
        return gojson.decode(text)
    except ValueError:
        return None


def _as_json(value: Any) -> Any:
    """Return a value with its uploads as PocketBase writes them."""
    match value:
        case Upload():
            return {"name": value.name, "originalName": value.original_name, "size": value.size_bytes}
        case JSONText():
            return _decoded(value)
        case list() | tuple():
            return [_as_json(item) for item in value]
    return value
