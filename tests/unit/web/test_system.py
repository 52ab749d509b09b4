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
