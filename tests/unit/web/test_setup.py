"""The claim, over HTTP."""

import threading
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from appos.config import Config, InitMode
from appos.jobs.storage import JobQueue
from appos.jobs.tasks import new_huey
from appos.store.query import ListQuery
from appos.web.app import create_app
from tests.conftest import PASSWORD, state_of
from tests.unit.fakes import FakeEngine

EMAIL = "first@example.com"


def claim_token(app: Flask) -> str:
    return state_of(app).services.claim.link().partition("#token=")[2]


def claim(app: Flask, **given: Any) -> tuple[int, dict[str, Any]]:
    body = {"email": EMAIL, "password": PASSWORD, "token": claim_token(app)} | given
    answer = app.test_client().post("/api/appos/setup/init", json=body)
    return answer.status_code, dict(answer.get_json())


def test_a_new_installation_says_so(new_app: Flask) -> None:
    answer = new_app.test_client().get("/api/appos/setup/status")

    assert answer.get_json() == {"needsSetup": True, "initMode": "setup"}


def test_a_claimed_one_does_not(client: FlaskClient) -> None:
    assert client.get("/api/appos/setup/status").get_json()["needsSetup"] is False


def test_the_mode_is_that_of_the_settings(new_config: Config, engine: FakeEngine) -> None:
    auto = replace(new_config, init_mode=InitMode.AUTO)
    app = create_app(auto, engine, new_huey(JobQueue("appos", None)))
    answer = app.test_client().get("/api/appos/setup/status")
    state_of(app).services.close()

    assert answer.get_json() == {"needsSetup": True, "initMode": "auto"}


def test_the_first_claim_is_signed_in(new_app: Flask) -> None:
    status, body = claim(new_app)
    client = new_app.test_client()

    assert (status, set(body)) == (200, {"token", "record"})
    assert (body["record"]["email"], body["record"]["collectionName"]) == (EMAIL, "_superusers")
    assert client.get("/api/appos/jobs", headers={"Authorization": body["token"]}).status_code == 200
    assert client.get("/api/appos/setup/status").get_json()["needsSetup"] is False


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        pytest.param({"token": "wrong"}, 403, "wrong_token", id="wrong-token"),
        pytest.param({"token": "wrong", "password": "x"}, 403, "wrong_token", id="token-before-password"),
        pytest.param({"token": "wrong", "email": "x"}, 403, "wrong_token", id="token-before-address"),
        pytest.param({"password": "password123"}, 400, "weak_password", id="weak"),
        pytest.param({"email": "x"}, 400, "validation_failed", id="no-address"),
        pytest.param({"token": None}, 400, "body_invalid", id="null"),
        pytest.param({"password": 1}, 400, "body_invalid", id="number"),
    ],
)
def test_a_wrong_claim_is_refused(new_app: Flask, given: dict[str, Any], status: int, code: str) -> None:
    answer = claim(new_app, **given)

    assert (answer[0], answer[1]["code"]) == (status, code)
    assert claim(new_app)[0] == 200


@pytest.mark.parametrize("given", [{}, {"password": "x"}, {"email": "x"}, {"token": "x"}], ids=str)
def test_after_the_claim_every_other_is_a_conflict(app: Flask, given: dict[str, Any]) -> None:
    status, body = claim(app, **({"token": "x"} | given))

    assert (status, body["code"]) == (409, "already_claimed")


def test_a_burst_of_claims_gets_these_answers_and_not_the_limiters(new_app: Flask) -> None:
    wrong = [claim(new_app, token="wrong")[0] for _ in range(30)]
    token = claim_token(new_app)
    answers: list[int] = []
    threads = [
        threading.Thread(
            target=lambda number=number: answers.append(
                claim(new_app, token=token, email=f"claim{number}@example.com")[0]
            )
        )
        for number in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    services = state_of(new_app).services

    assert wrong == [403] * 30
    assert sorted(answers) == [200] + [409] * 19
    superusers = services.accounts.page(services.collections.auth("_superusers"), ListQuery())
    assert superusers.total_items == 1
