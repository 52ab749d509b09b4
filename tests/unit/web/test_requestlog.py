"""The request log."""

import ipaddress
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient

from appos import log
from appos.audit.models import SYSTEM, Request
from appos.config import Config
from appos.errors import InvalidError
from appos.jobs.storage import JobQueue
from appos.jobs.tasks import new_huey
from appos.records.settings.models import Logs
from appos.store.query import ListQuery
from appos.web.app import create_app
from tests.conftest import SUPERUSER_EMAIL, identity_of, state_of
from tests.unit.fakes import FakeEngine

CANARY = "canary-7f3a91"


def logged(client: FlaskClient) -> list[Request]:
    return state_of(client.application).services.requests.page(ListQuery(sort="@rowid")).items


def keep(client: FlaskClient, **logs: Any) -> None:
    settings = state_of(client.application).services.settings
    settings.change(msgspec.structs.replace(settings.read(), logs=Logs(**logs)), SYSTEM)


def test_a_request_is_noted_in_pocketbases_shape(client: FlaskClient, as_superuser: dict[str, str]) -> None:
    client.get("/api/appos/jobs", headers=as_superuser | {"User-Agent": "curl/8"})
    (request,) = logged(client)

    assert (request.message, request.level) == ("GET /api/appos/jobs", 0)
    assert request.data.pop("execTime") > 0
    assert len(request.id) == 15
    assert request.data == {
        "type": "request",
        "method": "GET",
        "url": "/api/appos/jobs",
        "status": 200,
        "auth": "_superusers",
        "referer": "",
        "userAgent": "curl/8",
        "remoteIP": "127.0.0.1",
        "userIP": "127.0.0.1",
    }


def test_a_refused_request_is_an_error_with_its_reason(client: FlaskClient) -> None:
    client.get("/api/appos/jobs")
    (request,) = logged(client)

    assert (request.level, request.data["status"], request.data["auth"]) == (8, 401, "")
    assert request.data["error"] == "The request requires valid record authorization token."
    assert request.data["details"] is None


def test_what_was_wrong_with_each_value_is_noted(client: FlaskClient, as_superuser: dict[str, str]) -> None:
    body = {"smtp": {"port": -1, "password": CANARY}, "meta": {"appName": ""}}
    client.patch("/api/settings", json=body, headers=as_superuser)
    (request,) = logged(client)

    assert request.data["error"] == "An error occurred while saving the new settings."
    assert request.data["details"] == {
        "meta": {"appName": "Cannot be blank."},
        "smtp": {"port": "Must be no less than 0."},
    }
    assert CANARY not in repr(request)


@pytest.mark.parametrize(
    ("problem", "noted"),
    [
        ({"message": "Too long."}, "Too long."),
        ("0a1b", None),
        ({"part": {"message": "Bad."}}, {"part": "Bad."}),
    ],
)
def test_a_problem_of_another_shape_fails_no_request(
    app: Flask, client: FlaskClient, as_superuser: dict[str, str], problem: Any, noted: object
) -> None:
    def refuse() -> str:
        raise InvalidError("No.", fields={"name": problem})

    app.view_functions["jobs.index"] = refuse
    answer = client.get("/api/appos/jobs", headers=as_superuser)
    request = logged(client)[-1]

    assert answer.status_code == 400
    assert request.data["details"] == {"name": noted}


def test_neither_tokens_nor_cookies_are_noted(client: FlaskClient) -> None:
    client.get(
        f"/api/appos/jobs?page=2&token={CANARY}",
        headers={"Authorization": CANARY, "Cookie": f"a={CANARY}", "Referer": f"http://x/y?t={CANARY}"},
    )
    (request,) = logged(client)

    assert CANARY not in repr(request)
    assert (request.data["url"], request.data["referer"]) == (
        "/api/appos/jobs?page=2&token=***",
        "http://x/y",
    )
    assert request.message == "GET /api/appos/jobs?page=2&token=***"


def test_an_address_is_noted_as_it_was_sent_and_readable_in_the_message(client: FlaskClient) -> None:
    client.get("/nowhere/%C3%A9?x=%41%20b")
    (request,) = logged(client)

    assert request.data["url"] == "/nowhere/%C3%A9?x=%41%20b"
    assert request.message == "GET /nowhere/é?x=A b"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/health"),
        ("HEAD", "/api/health"),
        ("GET", "/_/static/panel.css"),
        ("GET", "/api/logs"),
        ("GET", "/api/logs/stats"),
        ("GET", "/api/oauth2-redirect?code=1"),
        ("POST", "/api/oauth2-redirect"),
        ("OPTIONS", "/api/settings"),
    ],
)
def test_what_would_fill_the_log_is_left_out_while_it_goes_well(
    client: FlaskClient, as_superuser: dict[str, str], method: str, path: str
) -> None:
    headers = as_superuser if path.startswith("/api/logs") else {}
    with client.open(path, method=method, headers=headers) as answer:
        assert answer.status_code < 400

    assert logged(client) == []


@pytest.mark.parametrize("path", ["/api/logs", "/api/health?x=1"])
def test_other_requests_for_the_same_are_noted(client: FlaskClient, path: str) -> None:
    client.get(path)

    assert [request.data["url"] for request in logged(client)] == [path]


def test_a_health_check_that_fails_is_noted(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    system = state_of(client.application).services.system
    monkeypatch.setattr(system, "database_problem", lambda: "The disk is full.")
    client.get("/api/health")

    assert [request.data["status"] for request in logged(client)] == [503]


def test_the_settings_say_what_is_kept(client: FlaskClient, as_superuser: dict[str, str]) -> None:
    keep(client, log_ip=False, log_auth_id=True)
    client.get("/api/appos/jobs", headers=as_superuser)
    (request,) = logged(client)
    ada = identity_of(state_of(client.application).services, "_superusers", SUPERUSER_EMAIL)

    assert request.data["authId"] == ada.account.id
    assert {"remoteIP", "userIP"} & set(request.data) == set()


@pytest.mark.parametrize(
    ("logs", "statuses"),
    [
        pytest.param({"min_level": 8}, [401], id="errors-alone"),
        pytest.param({"max_days": 0}, [], id="nothing"),
        pytest.param({}, [302, 401], id="everything"),
    ],
)
def test_a_level_or_no_days_keep_less(client: FlaskClient, logs: dict[str, Any], statuses: list[int]) -> None:
    keep(client, **logs)
    client.get("/")
    client.get("/api/appos/jobs")

    assert [request.data["status"] for request in logged(client)] == statuses


def test_long_texts_are_cut(client: FlaskClient) -> None:
    client.get("/" + "x" * 5000, headers={"User-Agent": "y" * 5000})
    (request,) = logged(client)

    assert (len(request.data["url"]), len(request.data["userAgent"])) == (3003, 2003)
    assert request.message == f"GET {request.data['url']}"


def test_the_address_is_right_behind_a_trusted_proxy(config: Config, engine: FakeEngine) -> None:
    trusting = replace(config, trusted_proxies=(ipaddress.ip_network("127.0.0.1/32"),))
    app = create_app(trusting, engine, new_huey(JobQueue("appos", None)))
    app.test_client().get("/", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.5"})
    data = logged(app.test_client())[0].data
    state_of(app).services.close()

    assert (data["remoteIP"], data["userIP"]) == ("127.0.0.1", "203.0.113.5")


@pytest.mark.parametrize(
    "name", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "CF-Connecting-IP", "True-Client-IP"]
)
def test_nobody_else_says_where_a_request_comes_from(client: FlaskClient, name: str) -> None:
    client.get("/", headers={name: "for=203.0.113.5" if name == "Forwarded" else "203.0.113.5"})

    assert logged(client)[0].data["userIP"] == "127.0.0.1"


def test_each_request_has_an_id_that_log_lines_carry(client: FlaskClient) -> None:
    client.get("/")
    first = log.request_id.get()
    client.get("/")

    assert first != log.request_id.get()
    assert [request.id for request in logged(client)] == [first, log.request_id.get()]
