"""The state of the whole, over HTTP."""

from flask.testing import FlaskClient

from tests.unit.fakes import FakeEngine


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


def test_a_chart_is_of_the_host_or_of_an_app(client: FlaskClient, as_superuser: dict[str, str]) -> None:
    host = client.get("/api/appos/system/metrics", headers=as_superuser).get_json()
    app = client.get("/api/appos/system/metrics?range=7d&app=wiki", headers=as_superuser).get_json()

    assert (host["range"], host["stepSeconds"], host["app"]) == ("1h", 30, "")
    assert host["size"]["memoryBytes"] > host["now"]["memoryBytes"] > 0
    assert (app["range"], app["app"], app["points"]) == ("7d", "wiki", [])


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
