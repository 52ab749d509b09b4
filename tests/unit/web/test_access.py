"""The access table against the URL map: what a stranger, a user and a superuser each get."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from appos.web import dashboard
from appos.web.access import ACCESS, Permission, check_table, permission_of
from tests.conftest import state_of

WHO = ("stranger", "user", "superuser")
# Routes that are open and forbid what is asked here, whoever asks: batches, and a backup without its token.
FORBIDDING = ("batch.create", "backups.show")
NAMES = {"collection": "users", "job_id": "nosuchjob000000", "filename": "css/app.css", "number": 1}


@pytest.fixture
def headers(superuser_token: str, user_token: str) -> dict[str, dict[str, str]]:
    return {
        "stranger": {},
        "user": {"Authorization": user_token},
        "superuser": {"Authorization": superuser_token},
    }


def routes(app: Flask, *permissions: Permission) -> Iterator[tuple[str, str, Rule]]:
    """Every method and path of the routes with one of these permissions."""
    for rule in app.url_map.iter_rules():
        if permission_of(rule.endpoint) not in permissions:
            continue
        values = {name: NAMES.get(name, "x") for name in rule.arguments}
        path = app.url_map.bind("localhost").build(rule.endpoint, values) if rule.arguments else rule.rule
        for method in (rule.methods or set()) - {"OPTIONS", "HEAD"}:
            yield method, path, rule


def test_every_route_has_a_declared_permission(app: Flask) -> None:
    undeclared = {rule.endpoint for rule in app.url_map.iter_rules() if not permission_of(rule.endpoint)}
    assert undeclared == set()


def test_every_line_of_the_table_is_about_a_route(app: Flask, tmp_path: Path) -> None:
    # It is served where it was built.
    (tmp_path / dashboard.INDEX).write_text("")
    dashboard.register(app, tmp_path)
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    known = endpoints | {endpoint.rpartition(".")[0] for endpoint in endpoints}
    assert set(ACCESS) - known == set()


def test_a_route_without_a_line_fails_the_start(app: Flask) -> None:
    app.add_url_rule("/api/appos/forgotten", "forgotten", lambda: "")
    with pytest.raises(RuntimeError, match="forgotten"):
        check_table(app)


def test_what_lies_under_appos_is_for_superusers_but_for_the_setup(app: Flask) -> None:
    open_ = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/appos/")
        and permission_of(rule.endpoint) in (Permission.PUBLIC, Permission.RULE)
    }
    assert open_ == {"/api/appos/setup/status", "/api/appos/setup/init"}


def test_superusers_routes_answer_nobody_else(
    app: Flask, client: FlaskClient, headers: dict[str, dict[str, str]]
) -> None:
    guarded = [(method, path) for method, path, _rule in routes(app, Permission.SUPERUSER)]

    def status(who: str, method: str, path: str) -> int:
        return client.open(path, method=method, headers=headers[who]).status_code

    for method, path in guarded:
        assert (status("stranger", method, path), status("user", method, path)) == (401, 403), (method, path)
    # Last, for a superuser may also delete every user.
    for method, path in guarded:
        assert status("superuser", method, path) not in (401, 403), (method, path)
    assert len(guarded) >= 7


def test_what_is_granted_is_for_nobody_else(
    app: Flask, client: FlaskClient, headers: dict[str, dict[str, str]]
) -> None:
    """Lists are empty for a user to whom nothing was granted, and of an app or a job there is none."""
    for method, path, rule in routes(app, Permission.GRANT):
        statuses = {
            who: client.open(path, method=method, headers=headers[who], buffered=False).status_code
            for who in ("stranger", "user")
        }
        assert statuses["stranger"] == 401, (method, path)
        # Without an app its charts are those of the host, and a ticket is for a path.
        others = {"/api/appos/system/metrics": 403, "/api/appos/terminal/tickets": 400}
        assert statuses["user"] == (404 if rule.arguments else others.get(path, 200)), (method, path)


def test_what_is_signed_takes_nobodys_token(
    app: Flask, client: FlaskClient, headers: dict[str, dict[str, str]]
) -> None:
    for method, path, _rule in routes(app, Permission.SIGNED):
        statuses = {client.open(path, method=method, headers=headers[who]).status_code for who in WHO}
        assert statuses == {401}, (method, path)


def test_an_accounts_route_is_for_the_accounts_of_its_collection(
    app: Flask, client: FlaskClient, headers: dict[str, dict[str, str]]
) -> None:
    for method, path, _rule in routes(app, Permission.ACCOUNT):
        statuses = {who: client.open(path, method=method, headers=headers[who]).status_code for who in WHO}
        assert (statuses["stranger"], statuses["superuser"]) == (401, 403), (method, path)
        assert statuses["user"] in (200, 400), (method, path)


def test_the_panel_takes_no_token(
    app: Flask, client: FlaskClient, headers: dict[str, dict[str, str]]
) -> None:
    for method, path, _rule in routes(app, Permission.PANEL):
        for who in WHO:
            answer = client.open(path, method=method, headers=headers[who])
            assert answer.status_code in (302, 401, 403), (method, path, who)
            if answer.status_code == 302:
                assert answer.location.startswith("/_/login"), (method, path, who)


def test_public_routes_answer_everybody_alike(
    app: Flask, client: FlaskClient, headers: dict[str, dict[str, str]]
) -> None:
    for method, path, rule in routes(app, Permission.PUBLIC):
        if rule.endpoint == "panel_session.sign_in":
            continue  # It is asked for its CSRF token first.
        statuses = {client.open(path, method=method, headers=headers[who]).status_code for who in WHO}
        if rule.endpoint in FORBIDDING:
            assert statuses == {403}, (method, path)
            continue
        assert not statuses & {401, 403, 500}, (method, path)
        assert len(statuses) == 1, (method, path)


def test_routes_that_go_by_rules_fail_for_nobody(
    app: Flask, client: FlaskClient, headers: dict[str, dict[str, str]]
) -> None:
    for method, path, _rule in routes(app, Permission.RULE):
        for who in WHO:
            answer = client.open(path, method=method, headers=headers[who])
            assert answer.status_code in (200, 204, 400, 401, 403, 404), (method, path, who)


@pytest.mark.parametrize("spelling", ["Bearer {}", "{}"])
def test_a_token_is_taken_in_pocketbases_spellings(
    client: FlaskClient, superuser_token: str, spelling: str
) -> None:
    headers = {"Authorization": spelling.format(superuser_token)}
    assert client.get("/api/appos/audit", headers=headers).status_code == 200


@pytest.mark.parametrize("damage", [lambda it: it[:-3] + "abc", lambda _: "x.y.z", lambda it: it + it])
def test_a_token_that_proves_nothing_is_a_strangers(
    client: FlaskClient, superuser_token: str, damage: object
) -> None:
    assert callable(damage)
    headers = {"Authorization": str(damage(superuser_token))}
    assert client.get("/api/appos/audit", headers=headers).status_code == 401


def test_a_session_of_the_panel_opens_nothing_under_api(app: Flask, client: FlaskClient) -> None:
    services = state_of(app).services
    found = services.accounts.find_by_email(services.collections.auth("_superusers"), "ada@example.com")
    assert found is not None
    with client.session_transaction() as session:
        session["_user_id"] = found.account.id
    assert client.get("/api/appos/audit").status_code == 401


@pytest.mark.parametrize("method", ["get", "Get", "head", "post", "options"])
@pytest.mark.parametrize("path", ["/api/health", "/api/collections/users/auth-refresh", "/api/unknown"])
def test_a_method_counts_as_it_is_written(
    client: FlaskClient, superuser_token: str, method: str, path: str
) -> None:
    found = client.open(
        path, headers={"Authorization": superuser_token}, environ_overrides={"REQUEST_METHOD": method}
    )

    assert (found.status_code, found.get_json()["message"]) == (404, "The requested resource wasn't found.")
