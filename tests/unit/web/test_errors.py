"""Errors as responses."""

import inspect
import logging
from collections.abc import Callable
from typing import Any, NoReturn

import pytest
from flask import Flask
from flask.testing import FlaskClient

from appos import errors
from appos.errors import AppOSError
from appos.store.scan import FilterError
from appos.web import access
from appos.web.access import Permission
from appos.web.app import MOST_BODY_BYTES
from appos.web.errors import STATUS, status_of

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, AppOSError)]
CANARY = "canary-7f3a91"


def every_kind() -> list[type[AppOSError]]:
    """The tree with all that other rooms hang on it."""
    found, todo = [], [AppOSError]
    while todo:
        kind = todo.pop()
        found.append(kind)
        todo += kind.__subclasses__()
    return found


def raising(app: Flask, error: Exception, path: str = "/api/appos/raise") -> None:
    def view() -> NoReturn:
        raise error

    app.add_url_rule(path, "raise", view, methods=["GET", "POST"])


@pytest.fixture
def app(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.setitem(access.ACCESS, "raise", Permission.PUBLIC)
    return app


def test_every_kind_in_the_tree_has_a_status() -> None:
    assert set(STATUS) == set(KINDS)


@pytest.mark.parametrize("kind", every_kind(), ids=lambda kind: kind.__name__)
def test_every_kind_anywhere_is_answered(kind: type[AppOSError]) -> None:
    error = kind("Sentence.", reason="in other words") if issubclass(kind, FilterError) else kind("Sentence.")
    assert 400 <= status_of(error) <= 503


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (errors.AppOSError, 500),
        (errors.InvalidError, 400),
        (errors.UnauthenticatedError, 401),
        (errors.ForbiddenError, 403),
        (errors.NotFoundError, 404),
        (errors.ConflictError, 409),
        (errors.TooLargeError, 413),
        (errors.TooManyRequestsError, 429),
        (errors.StoreError, 503),
        (errors.EngineError, 502),
        (errors.EngineUnavailableError, 503),
    ],
)
def test_a_kind_has_its_status(kind: type[AppOSError], status: int) -> None:
    assert status_of(kind("Sentence.")) == status


def test_a_kind_that_stands_in_no_table_has_the_status_of_the_nearest_above() -> None:
    class PortError(errors.ConflictError):
        pass

    class HostPortError(PortError):
        pass

    assert status_of(HostPortError("Sentence.")) == 409


FIELDS = {"port": {"code": "taken", "message": "Choose another one."}, "app": {"code": "x", "message": "y"}}


def test_our_own_routes_answer_with_a_code(app: Flask, client: FlaskClient) -> None:
    raising(app, errors.ConflictError("Port 80 is taken.", code="port_in_use", fields=FIELDS))
    answer = client.get("/api/appos/raise")

    assert answer.status_code == 409
    assert answer.get_json() == {
        "status": 409,
        "code": "port_in_use",
        "message": "Port 80 is taken.",
        "data": FIELDS,
    }


def test_all_other_routes_answer_as_pocketbase_does(app: Flask, client: FlaskClient) -> None:
    raising(app, errors.ConflictError("Port 80 is taken.", code="port_in_use", fields=FIELDS), "/api/raise")
    answer = client.get("/api/raise")

    assert answer.status_code == 409
    assert list(answer.get_json()) == ["data", "message", "status"]
    assert list(answer.get_json()["data"]) == ["app", "port"]
    assert answer.get_data().startswith(b'{"data":{"app":')


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/api/nope", "/nope", "/api/collections/nope/nope/nope", "/api/health/x"])
def test_an_unknown_path_is_pocketbases(client: FlaskClient, method: str, path: str) -> None:
    answer = client.open(path, method=method)
    message = "File not found." if method in ("GET", "HEAD") else "The requested resource wasn't found."

    assert answer.status_code == 404
    if method != "HEAD":
        assert answer.get_json() == {"data": {}, "message": message, "status": 404}


@pytest.mark.parametrize(
    ("method", "path", "message"),
    [
        ("POST", "/api/health", "The requested resource wasn't found."),
        ("DELETE", "/api/health", "The requested resource wasn't found."),
        ("GET", "/api/collections/users/auth-with-password", "File not found."),
    ],
)
def test_an_unknown_method_is_an_unknown_path(
    client: FlaskClient, method: str, path: str, message: str
) -> None:
    answer = client.open(path, method=method)

    assert answer.status_code == 404
    assert answer.get_json() == {"data": {}, "message": message, "status": 404}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_path_of_ours_has_a_code(client: FlaskClient, method: str) -> None:
    answer = client.open("/api/appos/nope", method=method)

    assert answer.status_code == 404
    assert answer.get_json() == {
        "data": {},
        "message": "The requested resource wasn't found.",
        "status": 404,
        "code": "not_found",
    }


def test_a_mistake_tells_nothing_but_where_to_look(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    raising(app, ValueError(CANARY))
    answer = client.get("/api/appos/raise")
    (record,) = [each for each in caplog.records if each.message == "request_crashed"]

    assert answer.status_code == 500
    assert (answer.get_json()["code"], answer.get_json()["data"]) == ("internal", {})
    assert CANARY not in answer.get_data(as_text=True)
    assert record.exc_info is not None
    assert CANARY in str(record.exc_info[1])


def test_an_error_of_the_server_is_logged_and_one_of_the_client_is_not(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    raising(app, errors.StoreError("The disk is full.", code="disk_full"))
    client.get("/api/appos/raise")
    client.get("/api/appos/jobs")

    assert [(each.message, each.__dict__.get("code")) for each in caplog.records] == [
        ("request_failed", "disk_full")
    ]


def test_whoever_has_to_wait_is_told_how_long(app: Flask, client: FlaskClient) -> None:
    raising(app, errors.TooManyRequestsError("Too Many Requests.", retry_after_seconds=7))
    answer = client.get("/api/appos/raise")

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("/api/appos/setup/init", {"data", "message", "status", "code"}),
        ("/api/collections/users/auth-with-password", {"data", "message", "status"}),
    ],
)
def test_a_body_over_32_mb_is_too_large(app: Flask, client: FlaskClient, path: str, keys: set[str]) -> None:
    assert MOST_BODY_BYTES == 32 << 20
    app.config["MAX_CONTENT_LENGTH"] = 1000
    answer = client.post(path, data=b'"' + b"x" * 1000 + b'"', content_type="application/json")

    assert answer.status_code == 413
    assert set(answer.get_json()) == keys


@pytest.mark.parametrize("body", [b"{", b"\xff", b"nonsense"])
@pytest.mark.parametrize("path", ["/api/appos/setup/init", "/api/collections/users/auth-with-password"])
def test_bad_json_is_a_bad_request(client: FlaskClient, path: str, body: bytes) -> None:
    answer = client.post(path, data=body, content_type="application/json")

    assert answer.status_code == 400
    assert answer.get_json()["status"] == 400


@pytest.mark.parametrize(
    "break_it",
    [
        pytest.param(lambda path: path.write_bytes(b"garbage" * 5000), id="overwritten"),
    ],
)
def test_a_database_that_cannot_be_read_is_said_from_the_first_request_on(
    app: Flask, client: FlaskClient, config: Any, break_it: Callable[[Any], None]
) -> None:
    break_it(config.database_path)
    statuses = {path: client.get(path).status_code for path in ("/api/health", "/api/appos/setup/status")}

    assert statuses == {"/api/health": 503, "/api/appos/setup/status": 503}
    assert "damaged" in client.get("/api/health").get_json()["message"]
