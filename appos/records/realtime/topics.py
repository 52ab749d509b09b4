"""What a client subscribes to: a topic, perhaps with options."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import unquote_plus

import msgspec

from appos.errors import FieldErrors

MOST_TOPICS = 1000
LONGEST_TOPIC_BYTES = 2500
LONGEST_ID_BYTES = 255

_BAD_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")
_CONTROL = re.compile("[\x00-\x1f\x7f]")
_SCHEME = re.compile("[A-Za-z][A-Za-z0-9+.-]*:")
_NO_WORD = re.compile(r"[\W_]+", re.ASCII)
_WORD_WITHIN = re.compile("(?<=[^A-Z])(?=[A-Z])")


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """One subscription. `text` is as the client wrote it and names its events; `topic` ends before the `?`.

    `query` and `headers` stand in for those of a request; names of headers are in snake case.
    """

    text: str
    topic: str
    query: Mapping[str, str] = {}
    headers: Mapping[str, str] = {}


def parse(text: str) -> Subscription:
    """Return a subscription; options that cannot be read count as none.

    Source: PocketBase 0.36, `topic?options={"query":{…},"headers":{…}}`, percent-encoded or not.
    """
    topic = text.partition("?")[0]
    query: dict[str, str] = {}
    headers: dict[str, str] = {}
    for name, values in _options(text).items():
        if not isinstance(values, dict):
            continue
        if name.lower() == "query":
            query |= {key: as_text(value) for key, value in values.items()}
        elif name.lower() == "headers":
            headers |= {snake_case(key): as_text(value) for key, value in values.items()}
    return Subscription(text=text, topic=topic, query=query, headers=headers)


def _options(text: str) -> dict[str, Any]:
    raw = _parameter(text, "options")
    try:
        options = msgspec.json.decode(raw) if raw else {}
    except (msgspec.DecodeError, RecursionError):
        return {}
    return options if isinstance(options, dict) else {}


def _parameter(text: str, name: str) -> str:
    """Return a parameter of a URL, "" if it has none or is no URL as Go reads them."""
    before, _, fragment = text.partition("#")
    path, _, query = before.partition("?")
    first = path.partition("/")[0]
    if (
        _CONTROL.search(before)
        or _BAD_ESCAPE.search(path)
        or _BAD_ESCAPE.search(fragment)
        or (":" in first and not _SCHEME.match(first))
    ):
        return ""
    for part in query.split("&"):
        key, _, value = part.partition("=")
        # A part that is not well-formed is skipped.
        if ";" not in part and not _BAD_ESCAPE.search(part) and unquote_plus(key) == name:
            return unquote_plus(value)
    return ""


def as_text(value: Any) -> str:
    """Return a JSON value as text; what is neither text, number nor truth value is ""."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        # A number is a float there, and is written without an exponent.
        text = format(Decimal(repr(float(value))), "f")
        return text.removesuffix(".0")
    return ""


def snake_case(name: str) -> str:
    """Return a header's name as rules write it: `X-Token` is `x_token`, `authToken` is `auth_token`."""
    words = filter(None, _NO_WORD.split(name))
    return "_".join("_".join(_WORD_WITHIN.split(word)) for word in words).lower()


def problems(client_id: str, texts: Sequence[str]) -> FieldErrors:
    """Return what is wrong with a request to subscribe, in PocketBase's words. Lengths are those in bytes."""
    wrong: dict[str, dict[str, object]] = {}
    if not client_id:
        wrong["clientId"] = {"code": "validation_required", "message": "Cannot be blank."}
    elif len(client_id.encode()) > LONGEST_ID_BYTES:
        wrong["clientId"] = {
            "code": "validation_length_out_of_range",
            "message": f"The length must be between 1 and {LONGEST_ID_BYTES}.",
            "params": {"max": LONGEST_ID_BYTES, "min": 1},
        }
    if len(texts) > MOST_TOPICS:
        wrong["subscriptions"] = _too_long(MOST_TOPICS)
    else:
        long = [index for index, text in enumerate(texts) if len(text.encode()) > LONGEST_TOPIC_BYTES]
        if long:
            wrong["subscriptions"] = {str(index): _too_long(LONGEST_TOPIC_BYTES) for index in long}
    return wrong


def _too_long(most: int) -> dict[str, object]:
    return {
        "code": "validation_length_too_long",
        "message": f"The length must be no more than {most}.",
        "params": {"max": most, "min": 0},
    }
