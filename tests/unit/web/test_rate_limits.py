"""Rate limits on routes. The answers were compared with those of PocketBase 0.36.2."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from appos.audit.models import SYSTEM
from appos.records.settings.models import RateLimitRule, RateLimits, Settings
from appos.web.rate_limits import TAGS
from tests.conftest import state_of
from tests.unit.web.panel_client import signed_in

Headers = dict[str, str]
METHODS = "/api/collections/{}/auth-methods"


def limit(client: FlaskClient, *rules: tuple[str, int], audience: str = "") -> None:
    limits = tuple(
        RateLimitRule(label=label, audience=audience, duration=3600, max_requests=most)
        for label, most in rules
    )
    settings = Settings(rate_limits=RateLimits(enabled=True, rules=limits))
    state_of(client.application).services.settings.change(settings, SYSTEM)


def statuses(client: FlaskClient, times: int, path: str, method: str = "GET", **more: Any) -> list[int]:
    return [client.open(path, method=method, **more).status_code for _ in range(times)]


def test_a_refusal_is_pocketbases(client: FlaskClient) -> None:
    limit(client, ("/api/health", 1))
    client.get("/api/health")
    answer = client.get("/api/health")

    assert answer.status_code == 429
    assert answer.get_json() == {"data": {}, "message": "Too Many Requests.", "status": 429}
    assert "Retry-After" not in answer.headers


def test_superusers_are_never_refused(client: FlaskClient, as_superuser: Headers, as_user: Headers) -> None:
    limit(client, ("/api/", 1))

    assert statuses(client, 3, "/api/health", headers=as_superuser) == [200, 200, 200]
    assert statuses(client, 2, "/api/health", headers=as_user) == [200, 429]


def test_superusers_are_never_refused_in_the_panel_either(app: Flask) -> None:
    panel = signed_in(app)
    limit(panel.client, ("/", 1))

    assert [panel.get("/_/").status_code for _ in range(3)] == [200, 200, 200]


def test_a_path_counts_whatever_comes_of_it(client: FlaskClient) -> None:
    limit(client, ("/api/", 3))

    assert statuses(client, 1, "/api/health?x=1") == [200]
    assert statuses(client, 1, "/api/nowhere") == [404]
    assert statuses(client, 1, "/api/settings") == [401]
    assert statuses(client, 1, "/api") == [429]
    assert statuses(client, 2, "/elsewhere") == [404, 404]


def test_a_preflight_does_not_count(client: FlaskClient) -> None:
    limit(client, ("/api/", 1))

    assert statuses(client, 3, "/api/health", "OPTIONS") == [204, 204, 204]


def test_a_method_can_be_named(client: FlaskClient) -> None:
    limit(client, ("GET /api/health", 1))

    assert statuses(client, 2, "/api/health") == [200, 429]
    assert statuses(client, 2, "/api/health", "HEAD") == [200, 200]


def test_a_tag_counts_for_each_collection_however_it_is_named(client: FlaskClient) -> None:
    limit(client, ("*:listAuthMethods", 2))

    assert statuses(client, 1, METHODS.format("users")) == [200]
    assert statuses(client, 1, METHODS.format("_pb_users_auth_")) == [200]
    assert statuses(client, 1, METHODS.format("USERS")) == [429]
    assert statuses(client, 1, METHODS.format("_superusers")) == [200]


def test_a_tag_of_a_collection_counts_before_that_of_all(client: FlaskClient) -> None:
    limit(client, ("*:listAuthMethods", 3), ("users:listAuthMethods", 1))

    assert statuses(client, 2, METHODS.format("users")) == [200, 429]
    assert statuses(client, 4, METHODS.format("_superusers")) == [200, 200, 200, 429]


def test_each_way_to_sign_in_counts_for_itself(client: FlaskClient) -> None:
    limit(client, ("*:auth", 1))
    path = "/api/collections/users/{}"

    assert statuses(client, 2, path.format("auth-with-password"), "POST", json={}) == [400, 429]
    assert statuses(client, 2, path.format("auth-refresh"), "POST", json={}) == [401, 401]


def test_a_route_of_a_collection_counts_for_itself_under_a_path(client: FlaskClient) -> None:
    limit(client, ("/api/collections/users/", 1))

    assert statuses(client, 2, METHODS.format("users")) == [200, 429]
    assert statuses(client, 2, "/api/collections/users/auth-with-password", "POST", json={}) == [400, 429]


def test_a_route_of_a_collection_counts_under_the_rule_that_was_the_first(client: FlaskClient) -> None:
    one, two = (f"/api/collections/users/records/{name}" for name in ("one", "two"))
    for first, second, expected in ((one, two, [404, 429, 429]), (two, one, [404, 404, 404])):
        limit(client, ("/api/", 4), (one, 1))
        assert statuses(client, 3, first) == expected
        assert statuses(client, 2, second) == ([429, 429] if first == one else [404, 429])


def test_a_collection_that_is_not_there_is_not_found_as_often_as_asked(client: FlaskClient) -> None:
    limit(client, ("/api/", 1), ("*:listAuthMethods", 1))

    assert statuses(client, 3, METHODS.format("nothing")) == [404, 404, 404]


@pytest.mark.parametrize(
    ("audience", "guest", "user"), [("@guest", [200, 429], [200, 200]), ("@auth", [200, 200], [200, 429])]
)
def test_a_rule_is_for_guests_or_for_accounts(
    client: FlaskClient, as_user: Headers, audience: str, guest: list[int], user: list[int]
) -> None:
    limit(client, ("/api/health", 1), audience=audience)

    assert statuses(client, 2, "/api/health") == guest
    assert statuses(client, 2, "/api/health", headers=as_user) == user


def test_addresses_count_for_themselves_and_cannot_be_made_up(client: FlaskClient) -> None:
    limit(client, ("/api/health", 1))
    forged = {"X-Forwarded-For": "203.0.113.5"}

    assert statuses(client, 2, "/api/health", headers=forged) == [200, 429]
    assert statuses(client, 2, "/api/health", environ_base={"REMOTE_ADDR": "192.0.2.9"}) == [200, 429]


def test_nothing_is_counted_while_limits_are_off(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    limiter = state_of(client.application).services.rate_limiter
    monkeypatch.setattr(type(limiter), "allows", lambda *_args, **_more: pytest.fail("it was counted"))

    assert statuses(client, 5, "/api/health") == [200] * 5


def test_every_route_of_a_collection_that_is_served_has_its_tag(app: Flask) -> None:
    served = {
        (method, re.sub("<[^>]+>", "{}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if "collection" in rule.arguments
    }
    untagged = {
        (method, pattern) for method, pattern in served - set(TAGS) if not pattern.startswith("/api/appos/")
    }

    # Those of collections themselves are counted by their paths, as is the impersonation of accounts.
    assert {re.sub("^/api/collections/{}", "", pattern) for _, pattern in untagged} <= {
        "",
        "/truncate",
        "/impersonate/{}",
    }
    assert set(TAGS) & served >= {("GET", METHODS), ("POST", "/api/collections/{}/auth-with-password")}
