"""Requests of records that are answered before Flask looks at them: as Flask would, and once."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from gunicorn.config import Config
from gunicorn.http.message import Request
from gunicorn.http.parser import RequestParser
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, TestResponse, run_wsgi_app

from appos.audit.models import SYSTEM
from appos.errors import StoreError
from appos.services import Services
from appos.web.shortcut import Shortcut, hand_over
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
        content = b"" if body is None else json.dumps(body).encode()
        asked = parsed(method, path, content, {name.replace("_", "-"): it for name, it in headers.items()})
        response = shortcut.answer(asked, "127.0.0.1")
        if response is not None:
            return True, read(response)
        return False, through_wsgi(app, asked, content)

    return asking


def parsed(method: str, path: str, body: bytes, headers: dict[str, str]) -> Request:
    """Return a request as gunicorn reads it off the wire."""
    told = {"Host": "localhost", **({"Content-Type": "application/json"} if body else {})} | headers
    if body and "Transfer-Encoding" not in told:
        told["Content-Length"] = str(len(body))
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    sent = f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body
    request: Request = next(RequestParser(Config(), [sent], ("127.0.0.1", 5000)))
    return request


def read(response: bytes) -> TestResponse:
    head, _, body = response.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = Headers([(name, value) for name, _, value in (line.partition(": ") for line in lines)])
    assert headers["Content-Length"] == str(len(body))
    request = EnvironBuilder().get_request()
    return TestResponse([body], status.removeprefix("HTTP/1.1 "), headers, request=request)


def through_wsgi(app: Flask, asked: Request, content: bytes) -> TestResponse:
    environ = EnvironBuilder(asked.uri, method=asked.method, headers=asked.headers).get_environ()
    environ |= {"RAW_URI": asked.uri, "wsgi.input": asked.body, "CONTENT_LENGTH": str(len(content))}
    hand_over(environ)
    chunks, status, sent = run_wsgi_app(app, environ, buffered=True)
    return TestResponse(chunks, status, sent, request=EnvironBuilder(asked.uri).get_request())


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
    "headers",
    [{"Content_Type": "text/plain"}, {"Expect": "100-continue"}, {"Upgrade": "h2c"}],
    ids=["text", "expecting", "upgrading"],
)
def test_what_is_unusual_is_for_flask(ask: Ask, headers: dict[str, str]) -> None:
    is_short, _ = ask("POST", RECORDS, {"title": "a"}, **headers)

    assert not is_short


def test_a_body_in_chunks_is_for_flask(services: Services) -> None:
    asked = parsed("POST", RECORDS, b"2\r\n{}\r\n0\r\n\r\n", {"Transfer-Encoding": "chunked"})

    assert Shortcut(services).answer(asked, "127.0.0.1") is None
    assert asked.body.read(5) == b"{}"


def test_a_response_has_the_headers_of_flasks(ask: Ask, client: FlaskClient) -> None:
    ask("POST", RECORDS, {"title": "a"})
    is_short, answer = ask("GET", RECORDS, Origin="https://elsewhere.example")
    direct = client.get(RECORDS, headers={"Origin": "https://elsewhere.example"})

    added_by_the_server = {"Server", "Date", "Connection"}
    assert is_short
    assert {(name, value) for name, value in answer.headers if name not in added_by_the_server} == set(
        direct.headers
    )
    assert answer.get_data() == direct.get_data()


@pytest.mark.parametrize(("sent", "told"), [("close", "close"), ("keep-alive", "keep-alive")])
def test_a_connection_that_its_client_ends_is_closed(ask: Ask, sent: str, told: str) -> None:
    is_short, answer = ask("GET", RECORDS, Connection=sent)

    assert (is_short, answer.headers["Connection"]) == (True, told)


def test_headers_that_are_repeated_are_joined_for_rules(services: Services, ask: Ask) -> None:
    collection = services.collections.get("notes")
    services.collections.update(collection, {"listRule": "@request.headers.x_tag = 'a,b'"}, SYSTEM)
    asked = parsed("GET", RECORDS, b"", {"X-Tag": "a"})
    asked.headers.append(("X-TAG", "b"))
    services.records.writer.insert(services.collections.get("notes"), {"title": "a"}, SYSTEM)

    response = Shortcut(services).answer(asked, "127.0.0.1")

    assert response is not None
    assert json.loads(read(response).get_data())["totalItems"] == 1
