"""Realtime through Flask: opening a stream, and subscribing it."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from appos.audit.models import SYSTEM
from appos.records.realtime.broker import Broker
from appos.services import Services
from tests.conftest import USER_EMAIL, identity_of, state_of

OPEN = {"listRule": "", "viewRule": ""}


class Stream:
    """A stream that a test client reads event by event."""

    def __init__(self, client: FlaskClient) -> None:
        self.answer = client.get("/api/realtime", buffered=False)
        self._parts = iter(self.answer.response)
        self.client_id = self.hear()[1]["clientId"]

    def hear(self) -> tuple[str, Any]:
        """Return topic and data of what comes next, which has been written already."""
        part = next(self._parts)
        assert isinstance(part, bytes)
        lines = part.decode().split("\n")
        return lines[1].removeprefix("event:"), json.loads(lines[2].removeprefix("data:"))

    @property
    def is_ended(self) -> bool:
        return next(self._parts, None) is None


@pytest.fixture
def services(app: Flask) -> Services:
    return state_of(app).services


@pytest.fixture
def broker(services: Services) -> Iterator[Broker]:
    yield services.realtime
    services.realtime.close()


@pytest.fixture
def listen(client: FlaskClient, broker: Broker) -> Iterator[Callable[..., Stream]]:
    """Opens a stream and subscribes it."""
    with ExitStack() as stack:

        def listening(*topics: str, headers: dict[str, str] | None = None) -> Stream:
            stream = Stream(client)
            stack.callback(stream.answer.close)
            body = {"clientId": stream.client_id, "subscriptions": topics}
            assert client.post("/api/realtime", json=body, headers=headers).status_code == 204
            return stream

        yield listening


Listen = Callable[..., Stream]


def test_a_stream_has_pocketbases_headers(listen: Listen) -> None:
    headers = listen().answer.headers

    assert headers["Content-Type"] == "text/event-stream"
    assert (headers["Cache-Control"], headers["X-Accel-Buffering"]) == ("no-store", "no")
    assert "Content-Length" not in headers


def test_a_change_is_told(services: Services, listen: Listen) -> None:
    services.collections.create(
        {"name": "posts", "type": "base", "fields": [{"name": "title", "type": "text"}], **OPEN}, SYSTEM
    )
    stream = listen("posts/*")
    made = services.records.writer.insert(services.collections.get("posts"), {"title": "a"}, SYSTEM)

    topic, data = stream.hear()
    assert (topic, data["action"]) == ("posts/*", "create")
    assert (data["record"]["id"], data["record"]["title"]) == (made.id, "a")


def test_a_client_has_the_rights_of_its_token(
    services: Services, listen: Listen, as_user: dict[str, str], client: FlaskClient
) -> None:
    stream = listen("users/*", headers=as_user)
    user = identity_of(services, "users", USER_EMAIL)
    services.accounts.change(user, {"verified": True}, SYSTEM)

    topic, data = stream.hear()
    assert (topic, data["action"], data["record"]["email"]) == ("users/*", "update", USER_EMAIL)
    again = client.post("/api/realtime", json={"clientId": stream.client_id})
    assert again.status_code == 403
    assert again.json == {
        "data": {},
        "message": "The current and the previous request authorization don't match.",
        "status": 403,
    }


def test_a_token_that_dies_ends_the_stream(
    services: Services, listen: Listen, as_user: dict[str, str]
) -> None:
    stream, stranger = listen(headers=as_user), listen()
    user = identity_of(services, "users", USER_EMAIL)
    services.accounts.change(user, {"password": "Another-Falcon-43"}, SYSTEM)

    assert stream.is_ended
    assert len(services.realtime) == 1
    services.realtime.close()
    assert stranger.is_ended


def test_a_dead_token_is_a_strangers(services: Services, listen: Listen, as_user: dict[str, str]) -> None:
    user = identity_of(services, "users", USER_EMAIL)
    services.accounts.change(user, {"password": "Another-Falcon-43"}, SYSTEM)
    stream = listen("users/*", headers=as_user)
    services.accounts.change(user, {"verified": True}, SYSTEM)
    services.realtime.close()

    assert stream.is_ended


def test_a_client_that_is_unknown_is_not_found(client: FlaskClient) -> None:
    answer = client.post("/api/realtime", json={"clientId": "nobody"})

    assert (answer.status_code, answer.json) == (
        404,
        {"data": {}, "message": "Missing or invalid client id.", "status": 404},
    )


@pytest.mark.parametrize("body", [{"clientId": 1}, {"clientId": "x", "subscriptions": "a"}, [], "x"])
def test_what_cannot_be_read_is_refused(client: FlaskClient, body: object) -> None:
    answer = client.post("/api/realtime", json=body)

    assert (answer.status_code, answer.json) == (
        400,
        {"data": {}, "message": "Something went wrong while processing your request.", "status": 400},
    )


def test_a_client_id_is_demanded(client: FlaskClient) -> None:
    answer = client.post(
        "/api/realtime", data="subscriptions=a", content_type="application/x-www-form-urlencoded"
    )

    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["data"] == {"clientId": {"code": "validation_required", "message": "Cannot be blank."}}


def test_a_full_house_is_told_to_come_again(
    client: FlaskClient, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker, "_most_clients", 0)
    answer = client.get("/api/realtime")

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "10")


def test_a_request_for_the_head_alone_opens_no_stream(client: FlaskClient, broker: Broker) -> None:
    answer = client.head("/api/realtime")

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/event-stream")
    assert len(broker) == 0
