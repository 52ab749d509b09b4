"""Requests of records that are answered before Flask looks at them: as Flask would, and once."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder, TestResponse, run_wsgi_app

from appos.errors import StoreError
from appos.services import Services
from appos.web.shortcut import Shortcut
from tests.conftest import state_of

RULES = {f"{action}Rule": "" for action in ("list", "view", "create", "update", "delete")}
FIELDS = [{"name": "title", "type": "text", "max": 5}, {"name": "count", "type": "number"}]
RECORDS = "/api/collections/notes/records"
Ask = Callable[..., tuple[bool, TestResponse]]


@pytest.fixture
def services(app: Flask) -> Services:
    return state_of(app).services


@pytest.fixture
def ask(app: Flask, client: FlaskClient, services: Services, as_superuser: dict[str, str]) -> Ask:
    """Asks as the server does, and tells whether Flask was not needed."""
    made = client.post(
        "/api/collections", json={"name": "notes", "fields": FIELDS, **RULES}, headers=as_superuser
    )
    assert made.status_code == 200, made.text
    shortcut = Shortcut(services)

    def asking(method: str, path: str, body: Any = None, **headers: str) -> tuple[bool, TestResponse]:
        environ = EnvironBuilder(
            path,
            method=method,
            json=body,
            headers=[(name.replace("_", "-"), value) for name, value in headers.items()],
        ).get_environ()
        environ["RAW_URI"] = path
        is_short: list[bool] = []

        def application(environ: Any, start_response: Any) -> Any:
            answer = shortcut.answer(environ, start_response)
            is_short.append(answer is not None)
            return app(environ, start_response) if answer is None else answer

        chunks, status, sent = run_wsgi_app(application, environ, buffered=True)
        return is_short[0], TestResponse(chunks, status, sent, request=EnvironBuilder(path).get_request())

    return asking


def stored(client: FlaskClient) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = client.get(f"{RECORDS}?sort=@rowid").get_json()["items"]
    return items


def test_records_are_written_and_read_without_flask(ask: Ask, client: FlaskClient) -> None:
    is_short, made = ask("POST", RECORDS, {"title": "a", "count": 1})
    record = json.loads(made.get_data())
    for method, path, body in (
        ("GET", RECORDS, None),
        ("GET", f"{RECORDS}/{record['id']}?fields=id", None),
        ("PATCH", f"{RECORDS}/{record['id']}", {"count+": 2}),
    ):
        found, answer = ask(method, path, body)
        assert (found, answer.status_code) == (True, 200)

    assert is_short
    assert [(each["title"], each["count"]) for each in stored(client)] == [("a", 3)]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", RECORDS, {"title": "too long"}),
        ("PATCH", f"{RECORDS}/nothing", {"title": "a"}),
        ("GET", f"{RECORDS}/nothing", None),
        ("GET", f"{RECORDS}?filter=nothing=1", None),
        ("GET", f"{RECORDS}?page=x", None),
        ("GET", "/api/collections/nothing/records", None),
    ],
)
def test_a_refusal_is_flasks(ask: Ask, client: FlaskClient, method: str, path: str, body: Any) -> None:
    is_short, answer = ask(method, path, body)
    direct = client.open(path, method=method, json=body)

    assert not is_short
    assert (answer.status_code, answer.get_data()) == (direct.status_code, direct.get_data())
    assert answer.status_code in (400, 404)
    assert stored(client) == []


def break_disk(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise StoreError("The disk did not take it.", code="disk_failed")

    durability = services.databases.data._durability
    assert durability is not None
    monkeypatch.setattr(durability, "wait", fail)


def test_a_record_whose_making_fails_after_the_commit_is_made_once(
    ask: Ask, client: FlaskClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        break_disk(services, patch)
        is_short, answer = ask("POST", RECORDS, {"title": "a"})

    assert not is_short
    assert answer.status_code >= 500
    assert [each["title"] for each in stored(client)] == ["a"]


def test_a_change_that_fails_after_the_commit_is_made_once(
    ask: Ask, client: FlaskClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = json.loads(ask("POST", RECORDS, {"count": 1})[1].get_data())
    with monkeypatch.context() as patch:
        break_disk(services, patch)
        _, answer = ask("PATCH", f"{RECORDS}/{made['id']}", {"count+": 10})

    assert answer.status_code >= 500
    assert [each["count"] for each in stored(client)] == [11]


def test_a_failure_that_nobody_foresaw_is_answered_too(
    ask: Ask, client: FlaskClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_values: object) -> None:
        raise RuntimeError("unforeseen")

    with monkeypatch.context() as patch:
        patch.setattr(services.databases.data, "insert", fail)
        _, answer = ask("POST", RECORDS, {"title": "a"})

    assert answer.status_code == 500
    assert b"unforeseen" not in answer.get_data()
    assert stored(client) == []


@pytest.mark.parametrize(
    "headers", [{"Content_Type": "text/plain"}, {"Transfer_Encoding": "chunked"}], ids=["text", "chunked"]
)
def test_what_is_unusual_is_for_flask(ask: Ask, headers: dict[str, str]) -> None:
    is_short, _ = ask("POST", RECORDS, {"title": "a"}, **headers)

    assert not is_short
