"""A browser of the panel, as far as the tests need one: it signs in, and sends forms with their token."""

import re
from collections.abc import Iterator

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from appos.services import Services
from tests.conftest import PASSWORD, SUPERUSER_EMAIL, state_of

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
SAFE = {"GET", "HEAD", "OPTIONS"}


class Panel:
    """One session of the panel."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client: FlaskClient = app.test_client()

    @property
    def services(self) -> Services:
        return state_of(self.app).services

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, headers={"Accept": "text/html", **headers})

    def token(self, path: str = "/_/login") -> str:
        found = TOKEN.search(self.get(path).text)
        assert found, path
        return found[1]

    def post(self, path: str, token: str | None = None, **form: object) -> TestResponse:
        """Send a form; the token is that of a page of the session unless one is given."""
        csrf = self.token("/_/settings/") if token is None else token
        headers = {"Accept": "text/html"}
        return self.client.post(path, data={"csrf_token": csrf, **form}, headers=headers)

    def sign_in(
        self, email: str = SUPERUSER_EMAIL, password: str = PASSWORD, next_: str = ""
    ) -> TestResponse:
        return self.post("/_/login", self.token(), email=email, password=password, next=next_)

    def is_signed_in(self) -> bool:
        return self.get("/_/").status_code == 200

    def flashed(self, response: TestResponse) -> str:
        """The page that an answer leads to."""
        assert response.status_code == 302, response.text
        headers = {"Accept": "text/html"}
        return self.client.get(response.location, headers=headers, follow_redirects=True).text


def signed_in(app: Flask) -> Panel:
    """A session of the superuser."""
    panel = Panel(app)
    assert panel.sign_in().status_code == 302
    return panel


def panel_rules(app: Flask, *, unsafe: bool) -> Iterator[Rule]:
    """The routes under /_/ that change something, or those that do not."""
    for rule in app.url_map.iter_rules():
        methods = rule.methods or set()
        if rule.rule.startswith("/_/") and bool(methods - SAFE) is unsafe and rule.endpoint != "static":
            yield rule


def path_of(rule: Rule) -> str:
    """A path of a route."""
    return re.sub(r"<[^>]+>", "csv", rule.rule)
