"""appos/web/admin: what the panel's pages show, take and refuse."""

import csv
import io
import re
from pathlib import Path

import msgspec
import pytest
from flask import Flask

import appos.web
from appos.audit.models import SYSTEM
from appos.errors import AppOSError
from appos.ledger.models import Job, JobState, Order
from appos.ledger.runner import Runner
from appos.store.query import ListQuery
from tests.conftest import PASSWORD, SUPERUSER_EMAIL, USER_EMAIL, identity_of, state_of
from tests.unit.fakes import FakeEngine
from tests.unit.web.panel_client import Panel, panel_rules, path_of, signed_in

WEB = Path(appos.web.__file__).parent
LISTS = ("superusers", "users", "jobs", "audit", "requests")
LOOK = "Look at the fields below."


@pytest.fixture
def panel(app: Flask) -> Panel:
    return signed_in(app)


def rows(panel: Panel, path: str) -> list[list[str]]:
    answer = panel.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    return list(csv.reader(io.StringIO(answer.text)))


def run_job(panel: Panel, kind: str = "system.check") -> Job:
    """Queue a job and run it to its end."""
    state = state_of(panel.app)
    job = state.tasks.start(kind, SYSTEM)
    state.tasks.execute(job.id)
    return panel.services.ledger.get(job.id)


def user_form(email: str, password: str = "", **more: str) -> dict[str, str]:
    return {"email": email, "new_password": password, "repeated": password} | more


def user_id(panel: Panel, collection: str = "users", email: str = USER_EMAIL) -> str:
    return identity_of(panel.services, collection, email).account.id


def test_every_page_answers(panel: Panel) -> None:
    job = run_job(panel)
    for rule in panel_rules(panel.app, unsafe=False):
        assert panel.get(path_of(rule)).status_code in (200, 302, 404), rule
    paths = ["", *(f"{name}/" for name in LISTS), "users/new/", "superusers/new/", "settings/"]
    paths += [f"users/edit/?id={user_id(panel)}", f"jobs/details/?id={job.id}"]
    for path in paths:
        assert panel.get(f"/_/{path}").status_code == 200, path


def test_no_page_and_no_export_shows_a_secret(panel: Panel) -> None:
    found = [
        identity_of(panel.services, name, email).account
        for name, email in (("_superusers", SUPERUSER_EMAIL), ("users", USER_EMAIL))
    ]
    secrets = [secret for account in found for secret in (account.password, account.token_key)]
    paths = [path_of(rule) for rule in panel_rules(panel.app, unsafe=False)]
    paths += [f"/_/users/edit/?id={found[1].id}", f"/_/superusers/edit/?id={found[0].id}"]
    paths += [
        "/_/users/?search=%24&sort=1",
        "/_/users/?flt0_password=x&sort=9",
        "/_/users/details/?id=" + found[1].id,
    ]
    for path in paths:
        text = panel.get(path).text
        assert "$2b$" not in text, path
        assert not [secret for secret in secrets if secret in text], path
        assert "tokenKey" not in text, path


def test_a_user_is_created_changed_and_deleted(panel: Panel) -> None:
    answer = panel.post("/_/users/new/", **user_form("eve@example.com", "longenough", verified="y"))
    assert "successfully created" in panel.flashed(answer)
    made = identity_of(panel.services, "users", "eve@example.com").account
    assert (made.verified, made.email_visibility) == (True, False)
    path = f"/_/users/edit/?id={made.id}"
    panel.post(path, **user_form("eva@example.com", email_visibility="y"))
    changed = identity_of(panel.services, "users", "eva@example.com").account
    assert (changed.verified, changed.email_visibility, changed.password) == (False, True, made.password)
    panel.post(path, **user_form("eva@example.com", "another-one"))
    assert identity_of(panel.services, "users", "eva@example.com").account.password != made.password
    assert "successfully deleted" in panel.flashed(panel.post("/_/users/delete/", id=made.id))
    assert not panel.services.accounts.find_by_email(
        panel.services.collections.auth("users"), "eva@example.com"
    )


def test_what_the_panel_changes_names_its_superuser(panel: Panel) -> None:
    panel.post("/_/users/new/", **user_form("eve@example.com", "longenough"))
    entry = panel.services.audit.page(ListQuery(filter="action = 'account.create'", sort="-@rowid")).items[0]
    assert (entry.actor, entry.subject) == (f"_superusers:{SUPERUSER_EMAIL}", "users:eve@example.com")


@pytest.mark.parametrize(
    ("collection", "form", "message"),
    [
        pytest.param(
            "users", user_form("nobody", "longenough"), "Must be a valid email address.", id="email"
        ),
        pytest.param("users", user_form("", "longenough"), "Cannot be blank.", id="blank"),
        pytest.param("users", user_form(USER_EMAIL, "longenough"), "Another account has this", id="taken"),
        pytest.param("users", user_form("eve@example.com", "short"), "Must be at least 8", id="short"),
        pytest.param(
            "users",
            user_form("eve@example.com", "longenough", repeated="other"),
            "passwords differ",
            id="differ",
        ),
        pytest.param(
            "superusers", user_form("eve@example.com", "password123"), "It is well known or easy", id="weak"
        ),
    ],
)
def test_a_problem_stands_at_its_field(
    panel: Panel, collection: str, form: dict[str, str], message: str
) -> None:
    answer = panel.post(f"/_/{collection}/new/", **form)
    assert answer.status_code == 200
    assert re.search(rf'class="problem"[^>]*>[^<]*{re.escape(message)}', answer.text), answer.text
    assert LOOK in answer.text


def test_a_weak_password_is_refused_for_a_superuser_that_exists(panel: Panel) -> None:
    path = f"/_/superusers/edit/?id={user_id(panel, '_superusers', SUPERUSER_EMAIL)}"
    assert "needs at least 10 characters" in panel.post(path, **user_form(SUPERUSER_EMAIL, "short-1")).text
    assert panel.is_signed_in()


def test_the_last_superuser_stays_and_the_page_says_why(panel: Panel) -> None:
    account_id = user_id(panel, "_superusers", SUPERUSER_EMAIL)
    for form in ({"id": account_id}, {"action": "delete", "rowid": account_id}):
        path = "delete" if "id" in form else "action"
        assert "the only existing superuser" in panel.flashed(panel.post(f"/_/superusers/{path}/", **form))
    assert panel.is_signed_in()


def test_several_users_are_deleted_at_once(panel: Panel) -> None:
    for number in range(3):
        panel.post("/_/users/new/", **user_form(f"u{number}@example.com", "longenough"))
    ids = [user_id(panel, "users", f"u{number}@example.com") for number in range(2)]
    answer = panel.post("/_/users/action/", action="delete", rowid=[*ids, "gone"])
    assert "Deleted 2 users." in panel.flashed(answer)
    assert [row[1] for row in rows(panel, "/_/users/export/csv/?sort=0")[1:]] == [
        USER_EMAIL,
        "u2@example.com",
    ]


def test_lists_are_searched_filtered_sorted_and_paged(panel: Panel) -> None:
    for number in range(25):
        verified = {"verified": "y"} if number % 5 == 0 else {}
        panel.post("/_/users/new/", **user_form(f"user{number:02}@example.com", "longenough", **verified))
    assert 'class="count">26<' in panel.get("/_/users/").text
    assert "Page 1 of 2" in panel.get("/_/users/").text
    assert panel.get("/_/users/?page=1&sort=0").text.count('name="rowid"') == 6
    assert 'class="count">5<' in panel.get("/_/users/?flt0_verified_is=yes").text
    found = rows(panel, "/_/users/export/csv/?search=user1&flt0_verified_is=yes&sort=0&desc=1")
    assert [row[1] for row in found] == ["E-mail", "user15@example.com", "user10@example.com"]
    assert "Nothing matches." in panel.get("/_/users/?search=zzz").text


@pytest.mark.parametrize("name", LISTS)
def test_odd_numbers_in_the_address_do_no_harm(panel: Panel, name: str) -> None:
    for query in ("page=-5", "page=99999999999999999999", "sort=-1", "sort=99", "page_size=7", "desc=x"):
        assert panel.get(f"/_/{name}/?{query}").status_code == 200, query


def test_an_export_holds_every_row_and_no_formula(panel: Panel) -> None:
    data = panel.services.databases.data
    with data.transaction() as db:
        for number in range(2100):
            panel.services.audit.record(SYSTEM, "test.export", str(number), detail="=1+1", db=db)
    found = rows(panel, "/_/audit/export/csv/?search=test.export&sort=0")
    assert [row[5] for row in found[1:]] == [str(number) for number in range(2100)]
    assert len({row[0] for row in found}) == 2101
    assert {row[8] for row in found[1:]} == {"'=1+1"}


def test_settings_are_stored_and_the_mail_password_is_never_shown(panel: Panel) -> None:
    form = {
        "meta_app_name": "Home <b>lab</b>",
        "meta_app_url": "https://apps.example.com",
        "meta_sender_address": "apps@example.com",
        "smtp_host": "mail.example.com",
        "smtp_port": "465",
        "smtp_tls": "y",
        "smtp_username": "apps",
        "logs_max_days": "7",
        "logs_min_level": "8",
    }
    answer = panel.post("/_/settings/", smtp_password="s3cr3t-mail", **form)
    page = panel.flashed(answer)
    assert "The settings are stored." in page
    assert "Home &lt;b&gt;lab&lt;/b&gt;" in page
    assert "s3cr3t-mail" not in page
    panel.post("/_/settings/", **form)
    stored = panel.services.settings.read()
    assert (stored.smtp.password, stored.smtp.port, stored.logs.min_level) == ("s3cr3t-mail", 465, 8)
    assert (stored.meta.app_name, stored.logs.log_ip) == ("Home <b>lab</b>", False)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("meta_app_name", " ", "Cannot be blank."),
        ("meta_app_url", "no where", "Must be a valid URL."),
        ("meta_sender_name", "", "Cannot be blank."),
        ("meta_sender_address", "nobody", "Must be a valid email address."),
        ("smtp_host", "no host", "Must be a valid IP address or DNS name."),
        ("smtp_port", "-1", "Must be no less than 0."),
        ("smtp_port", "x", "Not a valid integer value."),
        ("logs_max_days", "-1", "Must be no less than 0."),
        ("logs_min_level", "3", "Not a valid choice."),
    ],
)
def test_a_wrong_setting_is_told_at_its_field(panel: Panel, name: str, value: str, message: str) -> None:
    form = {
        "meta_app_name": "AppOS",
        "meta_app_url": "http://127.0.0.1:9091",
        "meta_sender_name": "Support",
        "meta_sender_address": "support@example.com",
        "smtp_port": "587",
        "logs_max_days": "5",
        "logs_min_level": "0",
    }
    before = panel.services.settings.read()
    answer = panel.post("/_/settings/", **(form | {name: value}))
    assert re.search(rf'class="problem" id="{name}-problem">[^<]*{message}', answer.text), answer.text
    assert panel.services.settings.read() == before


def test_a_job_is_started_and_its_page_shows_it(panel: Panel) -> None:
    answer = panel.post("/_/jobs/start", kind="system.check")
    page = panel.flashed(answer)
    assert "Check engine, disk, queue and database" in page
    assert "Waits for the queue." in page
    job = panel.services.ledger.page(ListQuery()).items[0]
    assert job.requested_by == f"_superusers:{SUPERUSER_EMAIL}"
    state_of(panel.app).tasks.execute(job.id)
    page = panel.get(answer.location).text
    assert all(f"<strong>{step}</strong>" in page for step in ("engine", "disk", "queue", "database"))
    assert "Run again" in page


def test_a_job_that_cannot_be_started_by_hand_is_refused(panel: Panel) -> None:
    for kind in ("mail.password_reset", "no.such", ""):
        assert 'role="alert"' in panel.flashed(panel.post("/_/jobs/start", kind=kind))
    assert panel.services.ledger.page(ListQuery()).total_items == 0


def test_a_queued_job_is_cancelled_once(panel: Panel) -> None:
    job = state_of(panel.app).tasks.start("system.check", SYSTEM)
    assert "The job is cancelled." in panel.flashed(panel.post(f"/_/jobs/{job.id}/cancel"))
    assert panel.services.ledger.get(job.id).state is JobState.CANCELLED
    assert "The job has ended" in panel.flashed(panel.post(f"/_/jobs/{job.id}/cancel"))
    assert "no job" in panel.flashed(panel.post("/_/jobs/nosuch/cancel"))


def test_the_log_of_a_job_is_streamed_to_the_session(panel: Panel) -> None:
    job = run_job(panel)
    answer = panel.get(f"/_/jobs/{job.id}/log", Accept="text/event-stream")
    assert (answer.status_code, answer.mimetype) == (200, "text/event-stream")
    events = re.findall(r"^event:(\w+)$", answer.text, re.MULTILINE)
    assert events == ["line"] * 4 + ["end"]
    last = re.findall(r"^id:(\d+)$", answer.text, re.MULTILINE)[-1]
    rest = panel.get(f"/_/jobs/{job.id}/log", **{"Last-Event-ID": last})
    assert re.findall(r"^event:(\w+)$", rest.text, re.MULTILINE) == ["end"]


def test_the_stream_ends_with_the_session(panel: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("appos.web.jobs.PING_SECONDS", 0.01)
    job = state_of(panel.app).tasks.start("system.check", SYSTEM)
    stream = panel.client.get(f"/_/jobs/{job.id}/log", buffered=False).response
    assert b"event:job" in next(iter(stream))
    assert next(iter(stream)) == b":\n\n"
    identity = identity_of(panel.services, "_superusers", SUPERUSER_EMAIL)
    panel.services.accounts.change(identity, {"password": "Another-Falcon-43"}, SYSTEM)
    assert list(stream)[-1:] in ([], [b":\n\n"])


def test_the_error_of_a_job_is_shown_and_exported(panel: Panel) -> None:
    ledger = panel.services.ledger
    job = ledger.submit(Order(kind="test.kind"), SYSTEM)

    def fail(_run: object) -> None:
        raise AppOSError("It did <not> work.", code="test_failed")

    Runner(ledger, "boot").execute(job.id, lambda _kind: fail)
    assert "It did &lt;not&gt; work." in panel.get(f"/_/jobs/details/?id={job.id}").text
    assert rows(panel, "/_/jobs/export/csv/")[1][-1] == "test_failed: It did <not> work."


def test_a_logged_request_shows_what_was_noted(panel: Panel) -> None:
    panel.get("/_/no-such-page", **{"User-Agent": "Curious <b>browser</b>"})
    listed = panel.get("/_/requests/?flt0_outcome_is=refused&flt1_method_is=GET&search=no-such")
    assert 'class="count">1<' in listed.text
    found = re.search(r'href="(/_/requests/details/[^"]+)"', listed.text)
    assert found
    page = panel.get(found[1]).text
    assert "Curious &lt;b&gt;browser&lt;/b&gt;" in page
    assert "userAgent" in page


def test_a_list_that_is_read_only_changes_nothing(panel: Panel) -> None:
    panel.services.audit.record(SYSTEM, "test.kept", "thing")
    entry = panel.services.audit.page(ListQuery(filter="action = 'test.kept'")).items[0]
    for verb, form in (
        ("delete", {"id": entry.id}),
        ("action", {"action": "delete", "rowid": entry.id}),
        ("new", {}),
    ):
        assert panel.post(f"/_/audit/{verb}/", **form).status_code == 302
    assert panel.post("/_/audit/ajax/update/", list_form_pk=entry.id, action="x").status_code == 404
    assert panel.services.audit.page(ListQuery(filter="action = 'test.kept'")).items == [entry]


def test_the_first_page_shows_the_state_of_the_whole(panel: Panel, engine: FakeEngine) -> None:
    run_job(panel, "logs.cleanup")
    page = panel.get("/_/").text
    for words in (
        "The database takes writes.",
        "Docker 28.0.1 answers.",
        "2 of 3 containers run",
        "are free.",
    ):
        assert words in page
    assert "<progress" in page
    assert page.count('name="kind"') == 6
    assert engine.asked


@pytest.mark.parametrize("path", ["/_/nope", "/_/users/nope/nope", "/_/jobs/x/log"])
def test_what_is_not_there_is_told_on_a_page(panel: Panel, path: str) -> None:
    answer = panel.get(path)
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "There is no such page" in answer.text


def test_the_api_goes_on_to_answer_in_json(app: Flask) -> None:
    answer = app.test_client().get("/api/nope", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.mimetype) == (404, "application/json")


def test_nothing_inline_that_the_policy_would_block_is_in_a_template() -> None:
    inline = re.compile(r"""\son\w+\s*=|\sstyle\s*=|javascript:|<style|<script(?![^>]*\ssrc=)|https?://""")
    for path in (WEB / "templates").rglob("*.html"):
        assert not inline.search(path.read_text(encoding="utf-8")), path


def test_the_panels_files_may_be_kept_and_change_their_address_with_their_content(panel: Panel) -> None:
    addresses = set(re.findall(r'(?:href|src)="(/_/static/[^"]+)"', panel.get("/_/").text))
    assert len(addresses) >= 5
    for address in addresses:
        answer = panel.get(address)
        assert answer.status_code == 200
        assert "max-age=31536000" in answer.headers["Cache-Control"]
        assert re.search(r"\?v=[0-9a-f]{12}$", address)
        answer.close()


def test_pages_are_not_kept_by_browsers(panel: Panel) -> None:
    answer = panel.get("/_/")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "script-src 'nonce-" in answer.headers["Content-Security-Policy"]


def test_the_claim_and_the_reset_are_pages(new_app: Flask) -> None:
    stranger = Panel(new_app)
    for path in ("/setup", "/_/reset"):
        answer = stranger.get(path)
        assert (answer.status_code, answer.mimetype) == (200, "text/html")


def test_settings_have_a_field_each(panel: Panel) -> None:
    page = panel.get("/_/settings/").text
    known = msgspec.to_builtins(panel.services.settings.read())
    # The first is PocketBase's alone; few need the second.
    left_out = {"meta": {"hideControls"}, "smtp": {"authMethod"}}
    expected = sum(len(set(known[part]) - left_out.get(part, set())) for part in ("meta", "smtp", "logs"))
    assert len(re.findall(r'name="(?:meta|smtp|logs)_\w+"', page)) == expected


def test_a_password_never_comes_back_into_a_form(panel: Panel) -> None:
    assert PASSWORD not in panel.post("/_/users/new/", **user_form("nobody", PASSWORD)).text
