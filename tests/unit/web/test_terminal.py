"""Every socket of the router, before its handshake: it wants a ticket of its own, and a page of ours."""

import shutil
import time
from collections.abc import Iterator
from typing import Any

import flask_sock
import pytest
from flask import Flask
from flask.testing import FlaskClient

from appos.audit.models import SYSTEM
from appos.config import Config
from appos.jobs.storage import JobQueue
from appos.jobs.tasks import new_huey
from appos.terminal import tickets
from appos.web.access import Permission, permission_of
from appos.web.app import create_app
from tests.conftest import SUPERUSER_EMAIL, Installations, state_of, token_of
from tests.unit.fakes import Clock, FakeEngine

HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
OWN = "http://localhost"
OTHER_EMAIL = "grace@example.com"
# A path of each socket. One that the router has and this table has not fails the tests.
PATHS = {
    "/api/appos/terminal/containers/<container>": "/api/appos/terminal/containers/wiki-web-1?user=root",
    "/api/appos/terminal/apps/<app_id>/<service>": "/api/appos/terminal/apps/wiki/web",
    "/api/appos/terminal/selftest": "/api/appos/terminal/selftest",
    "/api/appos/system/terminal": "/api/appos/system/terminal",
    "/terminal": "/terminal",
}
COMPOSE = "services:\n  web:\n    image: base:1\n"

each_socket = pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)


class Shaken:
    """Stands where the socket would be after its handshake, which these tests do not come to."""

    opened = 0
    mode = "werkzeug"

    def __init__(self, environ: Any, **options: Any) -> None:
        Shaken.opened += 1
        raise flask_sock.ConnectionClosed


@pytest.fixture(scope="module")
def app(installations: Installations, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One for all: every ticket is new, and nothing else is kept."""
    folder, engine = tmp_path_factory.mktemp("terminal") / "data", FakeEngine()
    shutil.copytree(installations.claimed, folder)
    labels = {"com.docker.compose.project": "wiki", "com.docker.compose.service": "web"}
    engine.add_container("wiki-web-1", labels=labels)
    local = Config(data_dir=folder, terminal_local=True)
    created = create_app(local, engine, new_huey(JobQueue("appos", None)))
    services = state_of(created).services
    services.apps.register("wiki", COMPOSE, SYSTEM)
    superusers = services.collections.auth("_superusers")
    services.accounts.create(superusers, OTHER_EMAIL, "Granite-Falcon-43", SYSTEM)
    yield created
    services.close()


@pytest.fixture
def shaken(monkeypatch: pytest.MonkeyPatch) -> type[Shaken]:
    """Counts the handshakes that are not refused."""
    monkeypatch.setattr(flask_sock, "Server", Shaken)
    Shaken.opened = 0
    return Shaken


def ticket(client: FlaskClient, token: str, path: str, address: str = "127.0.0.1") -> str:
    asked = client.post(
        "/api/appos/terminal/tickets",
        json={"path": path},
        headers={"Authorization": token},
        environ_overrides={"REMOTE_ADDR": address},
    )
    assert asked.status_code == 200, asked.text
    return str(asked.get_json()["ticket"])


def shake(client: FlaskClient, path: str, text: str, origin: str | None = OWN, token: str = "") -> int:
    """The status of a handshake that is refused; 0 for one that is not."""
    headers = {**HANDSHAKE, **({"Origin": origin} if origin else {})}
    if token:
        headers["Authorization"] = token
    sign = "&" if "?" in path else "?"
    before = Shaken.opened
    try:
        answer = client.get(f"{path}{sign}ticket={text}" if text else path, headers=headers)
    except flask_sock.ConnectionClosed:
        return 0
    return 0 if Shaken.opened > before else answer.status_code


def test_every_socket_of_the_router_has_a_row(app: Flask) -> None:
    sockets = [rule for rule in app.url_map.iter_rules() if rule.websocket]
    assert {rule.rule for rule in sockets} == set(PATHS)
    assert {permission_of(rule.endpoint) for rule in sockets} == {Permission.TICKET}


@each_socket
def test_a_ticket_opens_its_socket_once(
    client: FlaskClient, superuser_token: str, shaken: type[Shaken], path: str
) -> None:
    text = ticket(client, superuser_token, path)
    assert shake(client, path, text) == 0
    assert shake(client, path, text) == 401
    assert shaken.opened == 1


@each_socket
@pytest.mark.parametrize("text", ["", "x" * 43], ids=["none", "unknown"])
def test_without_a_ticket_it_is_refused(
    client: FlaskClient, shaken: type[Shaken], superuser_token: str, path: str, text: str
) -> None:
    # A token is no ticket.
    assert shake(client, path, text, token=superuser_token) == 401
    assert shaken.opened == 0


@each_socket
def test_an_expired_ticket_is_refused(
    client: FlaskClient,
    superuser_token: str,
    shaken: type[Shaken],
    monkeypatch: pytest.MonkeyPatch,
    path: str,
) -> None:
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", clock)
    text = ticket(client, superuser_token, path)
    clock.now += tickets.LIFE_SECONDS
    assert shake(client, path, text) == 401
    assert shaken.opened == 0


@each_socket
def test_anothers_ticket_is_refused(
    app: Flask, client: FlaskClient, superuser_token: str, shaken: type[Shaken], path: str
) -> None:
    other = token_of(state_of(app).services, "_superusers", OTHER_EMAIL)
    assert shake(client, path, ticket(client, superuser_token, path), token=other) == 403
    assert shake(client, path, ticket(client, superuser_token, path, "203.0.113.7")) == 403
    assert shaken.opened == 0


@each_socket
def test_a_ticket_for_another_target_is_refused(
    client: FlaskClient, superuser_token: str, shaken: type[Shaken], path: str
) -> None:
    others = [it for it in [*PATHS.values(), "/api/appos/terminal/containers/wiki-web-1"] if it != path]
    for other in others:
        assert shake(client, path, ticket(client, superuser_token, other)) == 403, other
    assert shaken.opened == 0


@each_socket
@pytest.mark.parametrize(
    "origin",
    [
        pytest.param(None, id="missing"),
        pytest.param("null", id="null"),
        pytest.param("http://evil.example.com", id="foreign"),
        pytest.param("http://localhost:8080", id="another-port"),
        pytest.param("http://localhost.evil.example.com", id="longer-name"),
        pytest.param("file://localhost", id="file"),
        pytest.param("localhost", id="no-scheme"),
    ],
)
def test_a_page_of_another_origin_is_refused(
    client: FlaskClient, superuser_token: str, shaken: type[Shaken], path: str, origin: str | None
) -> None:
    assert shake(client, path, ticket(client, superuser_token, path), origin) == 403
    assert shaken.opened == 0


@pytest.mark.parametrize(
    ("level", "status"), [("", 404), ("read", 403), ("operate", 200)], ids=["none", "read", "operate"]
)
def test_an_app_is_for_whoever_may_operate_it(
    app: Flask, client: FlaskClient, user_token: str, level: str, status: int
) -> None:
    services = state_of(app).services
    who = services.accounts.identify(user_token)
    admin = {"Authorization": token_of(services, "_superusers", SUPERUSER_EMAIL)}
    assert who is not None
    if level:  # The levels come in this order, and grants are replaced.
        granted = client.put("/api/appos/apps/wiki/grants", json={who.record.id: level}, headers=admin)
        assert granted.status_code == 200, granted.text

    def asked(path: str) -> int:
        body, headers = {"path": path}, {"Authorization": user_token}
        return client.post("/api/appos/terminal/tickets", json=body, headers=headers).status_code

    assert asked("/api/appos/terminal/apps/wiki/web") == status
    for path in ("/api/appos/terminal/containers/wiki-web-1", "/api/appos/system/terminal", "/terminal"):
        assert asked(path) == 403, path


def test_a_shell_beside_appos_is_off_until_it_is_allowed(
    app: Flask, client: FlaskClient, superuser_token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state_of(app).services.terminals, "_is_local_on", False)
    asked = client.post(
        "/api/appos/terminal/tickets", json={"path": "/terminal"}, headers={"Authorization": superuser_token}
    )
    assert (asked.status_code, asked.get_json()["code"]) == (403, "terminal_local_off")


@each_socket
def test_a_socket_that_lost_its_upgrade_is_told_so(
    client: FlaskClient, superuser_token: str, path: str
) -> None:
    text = ticket(client, superuser_token, path)
    sign = "&" if "?" in path else "?"
    answer = client.get(f"{path}{sign}ticket={text}", headers={"Origin": OWN})
    assert (answer.status_code, "Upgrade" in answer.get_json()["message"]) == (400, True)
    told = client.get("/api/appos/terminal/selftest", headers={"Authorization": superuser_token}).get_json()
    assert (told["ok"], told["code"]) == (False, "upgrade_stripped")
