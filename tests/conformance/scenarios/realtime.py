"""What a request to subscribe is refused for; who hears of what is compared in `test_realtime_oracle.py`."""

from collections.abc import Iterator
from typing import Any

from tests.conformance.scenarios.steps import (
    NOTHING,
    OTHER,
    OWNER,
    STRANGER,
    SUPERUSER,
    Form,
    Raw,
    Scenario,
    Step,
    ask,
)

FORM = "application/x-www-form-urlencoded"
UNKNOWN = "x" * 40

# By what is wrong: a body, and the status that it is refused with.
BODIES: dict[str, tuple[Any, int]] = {
    "no body": (NOTHING, 400),
    "an empty object": ({}, 400),
    "null": (None, 400),
    "a list": ([], 400),
    "a word": ("word", 400),
    "a number": (1, 400),
    "half of JSON": (Raw('{"clientId":'), 400),
    "a text": (Raw("clientId=x", "text/plain"), 400),
    "a blank id": ({"clientId": ""}, 400),
    "an id of null": ({"clientId": None}, 400),
    "an id that is a number": ({"clientId": 5}, 400),
    "an id that is a list": ({"clientId": [UNKNOWN]}, 400),
    "an id that is too long": ({"clientId": "x" * 256}, 400),
    "an id that is too long in bytes": ({"clientId": "é" * 128}, 400),
    "the longest id": ({"clientId": "x" * 255}, 404),
    "an id of a space": ({"clientId": " "}, 404),
    "an unknown id": ({"clientId": UNKNOWN, "subscriptions": ["users/*"]}, 404),
    "an unknown id in another case": ({"CLIENTID": UNKNOWN}, 404),
    "subscriptions of null": ({"clientId": UNKNOWN, "subscriptions": None}, 404),
    "a subscription of null": ({"clientId": UNKNOWN, "subscriptions": [None]}, 404),
    "subscriptions that are a text": ({"clientId": UNKNOWN, "subscriptions": "users/*"}, 400),
    "subscriptions that are an object": ({"clientId": UNKNOWN, "subscriptions": {"a": "b"}}, 400),
    "a subscription that is a number": ({"clientId": UNKNOWN, "subscriptions": ["a", 1]}, 400),
    "as many subscriptions as may be": ({"clientId": UNKNOWN, "subscriptions": ["a"] * 1000}, 404),
    "too many subscriptions": ({"clientId": UNKNOWN, "subscriptions": ["a"] * 1001}, 400),
    "the longest subscription": ({"clientId": UNKNOWN, "subscriptions": ["a" * 2500]}, 404),
    "a subscription that is too long": (
        {"clientId": UNKNOWN, "subscriptions": ["a", "b" * 2501, "", "é" * 1251]},
        400,
    ),
    "everything too long": ({"clientId": "x" * 256, "subscriptions": ["a"] * 1001}, 400),
    "no id but a long subscription": ({"subscriptions": ["a" * 2501]}, 400),
    "a form without an id": (Raw("subscriptions=a", FORM), 400),
    "a form with two ids": (Raw(f"clientId={UNKNOWN}&clientId=", FORM), 404),
    "a form with subscriptions": (Raw(f"clientId={UNKNOWN}&subscriptions=a&subscriptions=b", FORM), 404),
    "a multipart form": (Form((("clientId", UNKNOWN), ("subscriptions", "a" * 2501))), 400),
    "a multipart form with JSON": (Form((("@jsonPayload", f'{{"clientId":"{UNKNOWN}"}}'),)), 404),
}


def scenarios() -> Iterator[Scenario]:
    """Bodies that are refused, whoever asks, and methods that there are not."""
    for name, (body, status) in BODIES.items():
        yield Scenario(f"subscribing with {name}", _subscribe(body, status))
    yield Scenario(
        "subscribing an unknown client as anybody",
        *(
            ask("POST", "/api/realtime", {"clientId": UNKNOWN}, who=who, status=404)
            for who in (STRANGER, OWNER, OTHER, SUPERUSER)
        ),
    )
    yield Scenario(
        "other methods of realtime",
        *(
            ask(method, "/api/realtime", {}, who=STRANGER, status=404)
            for method in ("PUT", "PATCH", "DELETE")
        ),
        ask("OPTIONS", "/api/realtime", who=STRANGER, status=204),
    )


def _subscribe(body: Any, status: int) -> Step:
    return ask("POST", "/api/realtime", body, who=STRANGER, status=status)
