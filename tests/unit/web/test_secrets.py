"""No route lets a secret out of the request that brought it: each is called with secrets everywhere."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from appos.audit.models import SYSTEM
from appos.log import JsonFormatter
from appos.records.settings.models import Settings, Smtp
from tests.conftest import PASSWORD, SUPERUSER_EMAIL, USER_EMAIL, state_of

CANARY = "canary-7f3a91-Zq"
NAMES = {"collection": "users", "filename": "none.css", "number": 1}
BODY = {
    "identity": USER_EMAIL,
    "email": USER_EMAIL,
    "password": CANARY,
    "passwordConfirm": CANARY,
    "token": CANARY,
    "kind": "system.check",
}


def routes(app: Flask) -> Iterator[tuple[str, str]]:
    """Every method and path of the app."""
    adapter = app.url_map.bind("localhost")

    def path(rule: Rule) -> str:
        return adapter.build(rule.endpoint, {name: NAMES.get(name, "none") for name in rule.arguments})

    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods or set()):
            yield method, path(rule)


def stored(folder: Path) -> dict[str, str]:
    """Every row of every table, as text."""
    found: dict[str, str] = {}
    for name in ("data.db", "auxiliary.db"):
        with closing(sqlite3.connect(folder / "pb_data" / name)) as connection:
            tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            for (table,) in tables:
                rows = connection.execute(f'SELECT * FROM "{table}"').fetchall()  # noqa: S608
                found[f"{name} {table}"] = repr(rows)
    return found


def calls(client: FlaskClient, method: str, path: str, token: str) -> Iterator[TestResponse]:
    """Call a route as a stranger and as a superuser, with JSON, with a form and with nonsense."""
    for authorization in (CANARY, token):
        headers = {"Authorization": authorization, "Cookie": f"appos_session={CANARY}"}
        url = f"{path}?token={CANARY}&password={CANARY}"
        yield client.open(url, method=method, headers=headers, json=BODY)
        yield client.open(url, method=method, headers=headers, data=BODY)
        yield client.open(url, method=method, headers=headers, data=CANARY, content_type="application/json")


def said(answer: TestResponse) -> str:
    """The body of an answer, of a stream its beginning."""
    if answer.mimetype != "text/event-stream":
        return answer.get_data(as_text=True)
    return "".join(
        part if isinstance(part, str) else part.decode() for part in islice(answer.iter_encoded(), 1)
    )


def test_no_secret_comes_out_anywhere(
    app: Flask, client: FlaskClient, superuser_token: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.handler.setFormatter(JsonFormatter())
    services = state_of(app).services
    services.settings.change(Settings(smtp=Smtp(enabled=True, host="127.0.0.1")), SYSTEM)
    called = 0
    for method, path in routes(app):
        for answer in calls(client, method, path, superuser_token):
            text = said(answer) + repr(list(answer.headers))
            answer.close()
            called += 1
            assert answer.status_code != 500, (method, path)
            assert CANARY not in text.replace(f"next=%2F_%2F%3Ftoken%3D{CANARY}", ""), (method, path)
    services.requests.flush()
    leaks = [table for table, rows in stored(services.config.data_dir).items() if CANARY in rows]

    assert called > 100
    assert leaks == []
    assert CANARY not in caplog.text
    assert superuser_token not in caplog.text + repr(stored(services.config.data_dir))


def test_what_succeeds_leaves_no_secret_either(
    app: Flask, new_app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.handler.setFormatter(JsonFormatter())
    services = state_of(new_app).services
    token = services.claim.link().partition("#token=")[2]
    claim = {"email": "first@example.com", "password": CANARY, "token": token}
    claimed = new_app.test_client().post("/api/appos/setup/init", json=claim)
    body = {"identity": SUPERUSER_EMAIL, "password": PASSWORD}
    signed_in = app.test_client().post("/api/collections/_superusers/auth-with-password", json=body)
    assert (claimed.status_code, signed_in.status_code) == (200, 200)

    for state in (state_of(app), state_of(new_app)):
        state.services.requests.flush()
        kept = repr(stored(state.services.config.data_dir)) + caplog.text
        secrets = [CANARY, PASSWORD, token, claimed.get_json()["token"], signed_in.get_json()["token"]]
        assert [secret for secret in secrets if secret in kept] == []
