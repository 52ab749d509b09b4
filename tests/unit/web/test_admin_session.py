"""appos/web/admin: who gets in, for how long, and what a form has to bring."""

import time

import pytest
from flask import Flask

from appos.accounts.limiter import MOST_FAILURES
from appos.audit.models import SYSTEM
from appos.config import Config
from appos.jobs.storage import JobQueue
from appos.jobs.tasks import new_huey
from appos.store.query import ListQuery
from appos.web.access import Permission, permission_of
from appos.web.admin.login import WRONG, next_path
from appos.web.admin.sessions import LIFETIME_SECONDS
from appos.web.app import create_app
from tests.conftest import PASSWORD, SUPERUSER_EMAIL, USER_EMAIL, identity_of, state_of
from tests.unit.fakes import FakeEngine
from tests.unit.web.panel_client import Panel, panel_rules, path_of, signed_in

OPEN_PAGES = {"/_/login", "/_/reset", "/_/verify", "/_/email-change"}


@pytest.fixture
def panel(app: Flask) -> Panel:
    return signed_in(app)


def test_a_stranger_is_led_to_the_sign_in_from_every_page(app: Flask) -> None:
    stranger = Panel(app)
    for rule in panel_rules(app, unsafe=False):
        if rule.rule not in OPEN_PAGES:
            answer = stranger.get(path_of(rule))
            assert answer.status_code == 302, rule
            assert answer.location.startswith("/_/login"), rule


def test_every_route_of_the_panel_but_the_sign_in_needs_its_session(app: Flask) -> None:
    public = {
        rule.rule
        for unsafe in (False, True)
        for rule in panel_rules(app, unsafe=unsafe)
        if permission_of(rule.endpoint) is not Permission.PANEL
    }
    assert public == OPEN_PAGES


def test_what_is_no_page_is_refused_in_json(app: Flask) -> None:
    answer = app.test_client().get("/_/jobs/x/log", headers={"Accept": "text/event-stream"})
    assert (answer.status_code, answer.mimetype) == (401, "application/json")


@pytest.mark.parametrize("prefix", ["", "Bearer "])
@pytest.mark.parametrize("whose", ["superuser_token", "user_token"])
def test_a_token_in_a_header_opens_no_page(
    app: Flask, whose: str, prefix: str, request: pytest.FixtureRequest
) -> None:
    header = {"Authorization": prefix + str(request.getfixturevalue(whose))}
    for rule in panel_rules(app, unsafe=False):
        if rule.rule not in OPEN_PAGES:
            assert Panel(app).get(path_of(rule), **header).status_code == 302, rule


def test_a_session_opens_nothing_but_the_panel(panel: Panel) -> None:
    cookie = panel.client.get_cookie("appos_session", path="/_/")
    assert cookie is not None
    header = {"Cookie": f"appos_session={cookie.value}"}
    stranger = panel.app.test_client()
    for path in ("/api/appos/jobs", "/api/appos/audit", "/api/appos/system/status"):
        assert stranger.get(path, headers=header).status_code == 401, path


def test_a_user_is_no_superuser(app: Flask) -> None:
    panel = Panel(app)
    answer = panel.sign_in(USER_EMAIL)
    assert (answer.status_code, WRONG in answer.text) == (400, True)
    assert not panel.is_signed_in()


def test_a_wrong_password_and_an_unknown_account_get_the_same_answer(app: Flask) -> None:
    answers = [Panel(app).sign_in(email, "wrong") for email in (SUPERUSER_EMAIL, "nobody@example.com")]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert all(WRONG in answer.text for answer in answers)


def test_failing_too_often_means_waiting_and_the_page_says_how_long(app: Flask) -> None:
    panel = Panel(app)
    for _ in range(MOST_FAILURES):
        panel.sign_in(password="wrong")
    answer = panel.sign_in()
    assert answer.status_code == 429
    assert f"Wait {answer.headers['Retry-After']} seconds" in answer.text
    assert not panel.is_signed_in()


def test_every_unsafe_route_refuses_a_form_without_token(panel: Panel) -> None:
    rules = list(panel_rules(panel.app, unsafe=True))
    assert len(rules) > 20
    for rule in rules:
        for token in ("", "wrong"):
            answer = panel.post(path_of(rule), token, id="x", action="delete", kind="system.check")
            assert answer.status_code == 403, rule
            assert "no longer valid" in answer.text, rule


def test_a_token_of_another_session_is_refused(panel: Panel) -> None:
    token = signed_in(panel.app).token("/_/settings/")
    assert panel.post("/_/logout", token).status_code == 403


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        pytest.param("Sec-Fetch-Site", "cross-site", 403, id="cross-site"),
        pytest.param("Sec-Fetch-Site", "same-site", 403, id="sister-site"),
        pytest.param("Sec-Fetch-Site", "same-origin", 302, id="same-origin"),
        pytest.param("Origin", "https://evil.example", 403, id="origin-of-another"),
        pytest.param("Origin", "null", 403, id="no-origin"),
        pytest.param("Origin", "http://localhost", 302, id="own-origin"),
    ],
)
def test_another_site_cannot_send_a_form_even_with_the_token(
    panel: Panel, header: str, value: str, status: int
) -> None:
    form = {"csrf_token": panel.token("/_/settings/"), "kind": "system.check"}
    answer = panel.client.post("/_/jobs/start", data=form, headers={header: value})
    assert answer.status_code == status


def test_pages_let_browsers_name_their_own_origin_to_the_panel_alone(panel: Panel) -> None:
    assert panel.get("/_/").headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("base_url", "proxies", "forwarded", "is_secure"),
    [
        pytest.param("http://localhost", (), "", False, id="http"),
        pytest.param("https://localhost", (), "", True, id="https"),
        pytest.param("http://localhost", (), "https", False, id="untrusted-word"),
        pytest.param("http://localhost", ("127.0.0.0/8",), "https", True, id="trusted-proxy"),
        pytest.param("http://localhost", ("127.0.0.0/8",), "http", False, id="trusted-proxy-http"),
    ],
)
def test_the_cookie_is_strict_and_secure_over_https(
    config: Config, queue: JobQueue, base_url: str, proxies: tuple[str, ...], forwarded: str, is_secure: bool
) -> None:
    trusted = Config.from_env({"APPOS_DATA": str(config.data_dir), "TRUSTED_PROXIES": ",".join(proxies)})
    app = create_app(trusted, FakeEngine(), new_huey(queue))
    headers = {"X-Forwarded-Proto": forwarded} if forwarded else {}
    cookie = app.test_client().get("/_/login", base_url=base_url, headers=headers).headers["Set-Cookie"]
    state_of(app).services.close()
    name, *attributes = cookie.split("; ")
    assert name.startswith("appos_session=")
    expected = ["HttpOnly", "Path=/_/", "SameSite=Strict"] + ["Secure"] * is_secure
    assert sorted(attributes) == sorted(expected)


def test_signing_in_begins_a_new_session(app: Flask) -> None:
    panel = Panel(app)
    before = panel.token()
    panel.sign_in()
    assert panel.token("/_/settings/") != before
    assert panel.post("/_/logout", before).status_code == 403


def test_a_session_planted_before_signing_in_stays_a_strangers(app: Flask) -> None:
    victim, attacker = Panel(app), Panel(app)
    attacker.token()
    planted = attacker.client.get_cookie("appos_session", path="/_/")
    assert planted is not None
    victim.client.set_cookie("appos_session", planted.value, path="/_/")
    victim.sign_in()
    assert victim.is_signed_in()
    assert not attacker.is_signed_in()


def test_a_new_password_ends_every_session(panel: Panel) -> None:
    identity = identity_of(panel.services, "_superusers", SUPERUSER_EMAIL)
    panel.services.accounts.change(identity, {"password": "Another-Falcon-43"}, SYSTEM)
    assert not panel.is_signed_in()


def test_whoever_sets_their_own_password_stays_and_their_other_sessions_end(panel: Panel) -> None:
    other = signed_in(panel.app)
    account = identity_of(panel.services, "_superusers", SUPERUSER_EMAIL).account
    new = "Another-Falcon-43"
    form = {"email": account.email, "verified": "y", "new_password": new, "repeated": new}
    assert panel.post(f"/_/superusers/edit/?id={account.id}", **form).status_code == 302
    assert panel.is_signed_in()
    assert not other.is_signed_in()


def test_a_session_ends_with_its_account(panel: Panel) -> None:
    services = panel.services
    services.accounts.create(
        services.collections.auth("_superusers"), "eve@example.com", "Quiet-Harbour-7", SYSTEM
    )
    services.accounts.delete(identity_of(services, "_superusers", SUPERUSER_EMAIL), SYSTEM)
    assert not panel.is_signed_in()


def test_a_session_lasts_a_day_at_most(panel: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    monkeypatch.setattr("appos.web.admin.sessions.time.time", lambda: now + LIFETIME_SECONDS - 5)
    assert panel.is_signed_in()
    monkeypatch.setattr("appos.web.admin.sessions.time.time", lambda: now + LIFETIME_SECONDS + 5)
    assert not panel.is_signed_in()


def test_signing_out_ends_the_session_and_every_copy_of_its_cookie(panel: Panel) -> None:
    copy = panel.client.get_cookie("appos_session", path="/_/")
    assert copy is not None
    answer = panel.post("/_/logout")
    assert "You have signed out." in panel.flashed(answer)
    panel.client.set_cookie("appos_session", copy.value, path="/_/")
    assert not panel.is_signed_in()


def test_the_session_holds_no_token_key(panel: Panel) -> None:
    key = identity_of(panel.services, "_superusers", SUPERUSER_EMAIL).account.token_key
    with panel.client.session_transaction(path="/_/") as session:
        assert session["_user_id"]
        assert key not in str(dict(session))


def test_signing_in_and_out_and_what_lies_between_is_in_the_audit_trail(panel: Panel) -> None:
    panel.post("/_/jobs/start", kind="system.check")
    panel.post("/_/logout")
    panel.sign_in(password="wrong")
    entries = panel.services.audit.page(ListQuery(sort="@rowid")).items
    who = f"_superusers:{SUPERUSER_EMAIL}"
    found = [(entry.action, entry.actor, entry.result.value) for entry in entries]
    assert found[-4:] == [
        ("panel.sign_in", who, "success"),
        ("job.create", who, "success"),
        ("panel.sign_out", who, "success"),
        ("panel.sign_in", "stranger", "failure"),
    ]


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/_/\\..\\evil",
        "/_/../api/health",
        "/_/%2e%2e/api/health",
        "/_/@evil.example",
        "javascript:alert(1)",
        "/api/appos/jobs",
        "/_/jobs/\r\nSet-Cookie: a=b",
        "_/jobs/",
        "",
    ],
)
def test_signing_in_never_leads_out_of_the_panel(app: Flask, target: str) -> None:
    assert Panel(app).sign_in(next_=target).location == "/_/"


@pytest.mark.parametrize(
    "target", ["/_/", "/_/jobs/", "/_/users/?search=a%20b&flt0_x=%C3%A9", "/_/jobs/details/?id=a1"]
)
def test_signing_in_leads_to_where_one_wanted_to_go(target: str) -> None:
    assert next_path(target) == target


def test_a_page_that_was_asked_for_comes_after_signing_in(app: Flask) -> None:
    panel = Panel(app)
    sign_in = panel.get("/_/jobs/?search=x")
    assert sign_in.location == "/_/login?next=/_/jobs/?search%3Dx"
    assert 'name="next" value="/_/jobs/?search=x"' in panel.get(sign_in.location).text


def test_who_is_signed_in_needs_no_form(panel: Panel) -> None:
    assert panel.get("/_/login?next=/_/jobs/").location == "/_/jobs/"


def test_a_new_installation_is_claimed_first(new_app: Flask) -> None:
    assert Panel(new_app).get("/_/login").location == "/setup"


def test_the_api_knows_no_session_cookie(app: Flask) -> None:
    answer = app.test_client().get("/api/health")
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")


def test_passwords_are_not_shown_again(app: Flask) -> None:
    assert PASSWORD not in Panel(app).sign_in("nobody@example.com").text
