"""Webhooks, over HTTP: made, called and taken away."""

import hashlib
import hmac

import pytest
from flask import Flask
from flask.testing import FlaskClient

from appos.accounts.limiter import MOST_FAILURES
from appos.apps.models import App
from appos.apps.webhooks import FILE
from appos.store.query import ListQuery
from appos.store.values import new_id, timestamp
from tests.conftest import state_of

BODY = b'{"ref": "refs/heads/main"}'
PATH = "/api/appos/apps/wiki/webhook"


@pytest.fixture(autouse=True)
def wiki(app: Flask) -> App:
    """An app that nothing was deployed of."""
    apps, now = state_of(app).services.apps, timestamp()
    made = App(id=new_id(), name="wiki", created=now, created_by="test", updated=now)
    apps.store.create(made, {"compose.yaml": b"services: {}\n"}, "created")
    apps.refresh("wiki")
    return made


@pytest.fixture
def made(client: FlaskClient, as_superuser: dict[str, str]) -> dict[str, str]:
    """The webhook of the app: its address and its secret."""
    answer: dict[str, str] = client.post(PATH, headers=as_superuser).get_json()
    return answer


def signed(secret: str, body: bytes = BODY) -> dict[str, str]:
    return {"X-Hub-Signature-256": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def queued(app: Flask) -> list[tuple[str, str]]:
    return [(job.kind, job.subject) for job in state_of(app).services.ledger.open_jobs()]


@pytest.mark.parametrize("way", ["signature", "bearer"])
def test_a_call_with_the_secret_updates_the_app(
    app: Flask, client: FlaskClient, made: dict[str, str], way: str
) -> None:
    headers = signed(made["secret"]) if way == "signature" else {"Authorization": f"Bearer {made['secret']}"}
    answer = client.post(made["url"], data=BODY, headers=headers)

    assert answer.status_code == 202
    assert answer.location.endswith(answer.get_json()["job"])
    assert queued(app) == [("app.update", "wiki")]


def test_a_replay_joins_the_update_that_waits(app: Flask, client: FlaskClient, made: dict[str, str]) -> None:
    jobs = {
        client.post(made["url"], data=BODY, headers=signed(made["secret"])).get_json()["job"]
        for _ in range(5)
    }
    assert len(jobs) == len(queued(app)) == 1


def test_a_trial_of_github_updates_nothing(app: Flask, client: FlaskClient, made: dict[str, str]) -> None:
    headers = signed(made["secret"]) | {"X-GitHub-Event": "ping"}
    answer = client.post(made["url"], data=BODY, headers=headers)
    assert (answer.status_code, answer.get_json(), queued(app)) == (200, {"job": None}, [])


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"Authorization": "Bearer "}, id="an empty secret"),
        pytest.param({"Authorization": "Bearer x"}, id="another secret"),
        pytest.param(signed("x"), id="signed with another secret"),
        pytest.param({"X-Hub-Signature-256": "sha256="}, id="an empty signature"),
        pytest.param({"X-Hub-Signature-256": "sha256=\u00e4"}, id="no ASCII"),
    ],
)
def test_a_call_without_the_secret_is_refused(
    app: Flask, client: FlaskClient, made: dict[str, str], headers: dict[str, str]
) -> None:
    answer = client.post(made["url"], data=BODY, headers=headers)
    assert (answer.status_code, answer.get_json()["code"]) == (401, "webhook_refused")
    assert queued(app) == []


def test_a_signature_is_of_its_body_alone(app: Flask, client: FlaskClient, made: dict[str, str]) -> None:
    answer = client.post(made["url"], data=BODY + b" ", headers=signed(made["secret"]))
    assert (answer.status_code, queued(app)) == (401, [])


def test_a_wrong_signature_is_not_mended_by_the_secret(client: FlaskClient, made: dict[str, str]) -> None:
    headers = signed("x") | {"Authorization": f"Bearer {made['secret']}"}
    assert client.post(made["url"], data=BODY, headers=headers).status_code == 401


def test_a_strangers_call_does_not_tell_which_apps_there_are(client: FlaskClient, wiki: App) -> None:
    """Neither has a webhook, and only one is an app."""
    answers = [
        client.post(f"/api/appos/webhooks/{it}", data=BODY, headers=signed("x")) for it in (wiki.id, "x")
    ]
    assert [it.status_code for it in answers] == [401, 401]
    assert answers[0].get_json() == answers[1].get_json()


def test_who_fails_too_often_waits(client: FlaskClient, made: dict[str, str]) -> None:
    for _ in range(MOST_FAILURES):
        client.post(made["url"], data=BODY, headers=signed("x"))
    answer = client.post(made["url"], data=BODY, headers=signed(made["secret"]))
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


def test_a_new_secret_ends_the_one_before(
    client: FlaskClient, made: dict[str, str], as_superuser: dict[str, str]
) -> None:
    again = client.post(PATH, headers=as_superuser).get_json()
    statuses = [
        client.post(made["url"], data=BODY, headers=signed(it["secret"])).status_code for it in (made, again)
    ]
    assert statuses == [401, 202]


def test_a_webhook_that_was_taken_away_is_none(
    client: FlaskClient, made: dict[str, str], as_superuser: dict[str, str]
) -> None:
    first, second = (client.delete(PATH, headers=as_superuser) for _ in range(2))
    assert (first.status_code, second.status_code) == (204, 404)
    assert client.post(made["url"], data=BODY, headers=signed(made["secret"])).status_code == 401


def test_the_secret_lies_nowhere_to_be_read(app: Flask, client: FlaskClient, made: dict[str, str]) -> None:
    client.post(made["url"], data=BODY, headers=signed(made["secret"]))
    services = state_of(app).services
    kept = services.apps.store.own("wiki") / FILE
    trail = services.audit.page(ListQuery())

    assert kept.stat().st_mode & 0o777 == 0o600
    assert made["secret"] not in kept.read_text()
    assert "app.webhook.make" in {it.action for it in trail.items}
    assert made["secret"] not in repr(trail)
    assert made["secret"].encode() not in b"".join(
        it.read_bytes() for it in services.config.data_dir.rglob("*") if it.is_file()
    )
