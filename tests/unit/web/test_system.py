"""The state of the whole, over HTTP."""

from flask import Flask
from flask.testing import FlaskClient

from appos.apps.models import App, Level
from appos.audit.models import SYSTEM
from tests.conftest import USER_EMAIL, identity_of, state_of
from tests.unit.fakes import NOW, FakeEngine


def test_the_status_tells_of_every_part(client: FlaskClient, as_superuser: dict[str, str]) -> None:
    status = client.get("/api/appos/system/status", headers=as_superuser).get_json()

    assert {
        "version",
        "started",
        "uptimeSeconds",
        "database",
        "queue",
        "engine",
        "compose",
        "disk",
        "jobs",
    } == set(status)
    assert {name: status[name]["state"] for name in ("database", "queue", "engine", "compose")} == {
        "database": "ok",
        "queue": "ok",
        "engine": "ok",
        "compose": "ok",
    }
    assert status["engine"]["info"]["apiVersion"] == "1.48"
    assert status["disk"]["totalBytes"] >= status["disk"]["freeBytes"] > 0


def test_an_engine_that_is_down_is_part_of_the_answer(
    client: FlaskClient, as_superuser: dict[str, str], engine: FakeEngine
) -> None:
    engine.is_up = False
    answer = client.get("/api/appos/system/status", headers=as_superuser)

    assert answer.status_code == 200
    assert answer.get_json()["engine"]["state"] == "failed"
    assert answer.get_json()["engine"]["info"] is None


METRICS = "/api/appos/system/metrics"


def add_app(app: Flask) -> App:
    """An app on the disk."""
    made = App(id="app000000000001", name="wiki", created=NOW, updated=NOW, created_by="")
    return state_of(app).services.apps.store.create(made, {"compose.yaml": b"services: {}\n"}, "made")


def test_a_chart_is_of_the_host_or_of_an_app(
    app: Flask, client: FlaskClient, as_superuser: dict[str, str]
) -> None:
    made = add_app(app)
    host = client.get(METRICS, headers=as_superuser).get_json()
    charts = [
        client.get(f"{METRICS}?range=7d&app={name}", headers=as_superuser).get_json()
        for name in (made.name, made.id)
    ]

    assert (host["range"], host["stepSeconds"], host["app"]) == ("1h", 30, "")
    assert host["size"]["memoryBytes"] > host["now"]["memoryBytes"] > 0
    assert {(chart["range"], chart["app"], len(chart["points"])) for chart in charts} == {("7d", "wiki", 0)}


def test_a_chart_of_an_app_is_for_whoever_may_see_the_app(
    app: Flask, client: FlaskClient, as_user: dict[str, str], as_superuser: dict[str, str]
) -> None:
    user = identity_of(state_of(app).services, "users", USER_EMAIL).account.id
    unknown = client.get(f"{METRICS}?app=wiki", headers=as_superuser)
    made = add_app(app)
    hidden = client.get(f"{METRICS}?app=wiki", headers=as_user)
    state_of(app).services.apps.change_grants(made, {user: Level.READ}, SYSTEM)
    shown = client.get(f"{METRICS}?app=wiki", headers=as_user)

    assert [each.status_code for each in (unknown, hidden, shown)] == [404, 404, 200]
    assert client.get(METRICS, headers=as_user).status_code == 403
    assert client.get(f"{METRICS}?app=wiki").status_code == 401


def test_a_range_that_there_is_not_is_refused(client: FlaskClient, as_superuser: dict[str, str]) -> None:
    refused = client.get("/api/appos/system/metrics?range=2y", headers=as_superuser)

    assert refused.status_code == 400
    assert refused.get_json()["code"] == "query_invalid"


def test_alone_appos_is_the_only_service_and_is_restarted_elsewhere(
    client: FlaskClient, as_superuser: dict[str, str]
) -> None:
    path = "/api/appos/system/services"
    listed = client.get(path, headers=as_superuser).get_json()
    restarted = client.post(f"{path}/appos/restart", headers=as_superuser)

    assert [(item["name"], item["managed"]) for item in listed["items"]] == [("appos", False)]
    assert listed["totalItems"] == 1
    assert (restarted.status_code, restarted.get_json()["code"]) == (409, "service_not_managed")
    assert client.post(f"{path}/nginx/restart", headers=as_superuser).status_code == 404
    assert client.get(f"{path}/nginx/logs", headers=as_superuser).status_code == 404
    assert client.get(f"{path}/appos/logs?tail=0", headers=as_superuser).status_code == 400


def test_the_doctor_tells_every_part_and_the_worst(
    client: FlaskClient, as_superuser: dict[str, str], engine: FakeEngine
) -> None:
    engine.is_up = False
    told = client.get("/api/appos/system/doctor", headers=as_superuser).get_json()
    parts = {look["part"]: look for look in told["items"]}

    assert told["state"] == "failed"
    assert parts["engine"]["state"] == "failed"
    assert parts["engine"]["cure"]
    assert {"compose", "data", "permissions", "paths", "port"} <= set(parts)
