"""The admin panel in a real browser."""

import csv
import io
import re
import subprocess
import sys

from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Visitor
from tests.serving import EMAIL, PASSWORD, ROOT, Server

PAGES = (
    "/_/",
    "/_/superusers/",
    "/_/superusers/new/",
    "/_/users/",
    "/_/users/new/",
    "/_/users/?search=nobody&flt0_verified_is=yes",
    "/_/jobs/",
    "/_/audit/",
    "/_/requests/",
    "/_/settings/",
)


def add_user(page: Page, server: Server, email: str) -> None:
    page.goto(f"{server.url}/_/users/new/")
    page.fill("#email", email)
    page.fill("#new_password", "long-enough")
    page.fill("#repeated", "long-enough")
    page.click("text='Save'")
    expect(page.locator("table")).to_contain_text(email)


def start(page: Page, kind: str) -> None:
    page.click(f"button[value='{kind}']")
    page.wait_for_url("**/jobs/details/**")


def reset_link(server: Server) -> str:
    """A link for a second superuser, as its machine's own terminal prints it."""

    def appos(*words: str) -> str:
        command = [sys.executable, "-m", "appos.cli", "superuser", *words]
        done = subprocess.run(command, env=server.env, cwd=ROOT, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    appos("create", "bob@example.com", "Quiet-Harbour-7")
    return appos("reset", "bob@example.com")


def is_too_wide(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


def color(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_one_signs_in_and_out_with_the_keyboard_alone(visitor: Visitor) -> None:
    page = visitor.open("/_/jobs/")
    expect(page.locator("#email")).to_be_focused()
    page.keyboard.type(EMAIL)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{visitor.server.url}/_/jobs/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.locator("text='Sign out'").focus()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url("**/_/login")
    expect(page.locator(".flash")).to_have_text("You have signed out.")
    assert visitor.open("/_/").url.endswith("/_/login")


def test_a_user_is_created_changed_and_deleted(superuser: Visitor) -> None:
    page = superuser.page()
    add_user(page, superuser.server, "eve@example.com")
    page.click("text='eve@example.com'")
    page.fill("#email", "eva@example.com")
    page.check("#verified")
    page.click("text='Save'")
    row = page.locator("tr", has_text="eva@example.com")
    expect(row.locator(".col-verified .badge")).to_have_text("yes")
    row.locator("button[title=Delete]").click()
    expect(page.locator("#confirm")).to_contain_text("Delete eva@example.com?")
    page.keyboard.press("Escape")
    expect(row).to_have_count(1)
    row.locator("button[title=Delete]").click()
    page.click("#confirm-yes")
    expect(page.locator(".flash")).to_contain_text("successfully deleted")
    expect(row).to_have_count(0)


def test_problems_stand_at_their_fields(superuser: Visitor) -> None:
    page = superuser.open("/_/superusers/new/")
    page.fill("#email", EMAIL)
    page.fill("#new_password", PASSWORD)
    page.fill("#repeated", PASSWORD)
    page.click("text='Save'")
    expect(page.locator("#email-problem")).to_have_text("Another account has this e-mail address.")
    assert page.get_attribute("#email", "aria-invalid") == "true"


def test_selected_users_are_deleted_together_and_the_rest_is_exported(superuser: Visitor) -> None:
    page = superuser.page()
    for number in range(3):
        add_user(page, superuser.server, f"batch{number}@example.com")
    page.goto(f"{superuser.server.url}/_/users/?search=batch")
    expect(page.locator("#batch button")).to_be_disabled()
    page.check("#all")
    page.uncheck("input[aria-label='Select batch0@example.com']")
    page.click("#batch button")
    page.click("#confirm-yes")
    expect(page.locator(".flash")).to_have_text("Deleted 2 users.")
    with page.expect_download() as download:
        page.click("text='Export CSV'")
    rows = list(csv.reader(io.StringIO(download.value.path().read_text(encoding="utf-8"))))
    assert [row[1] for row in rows] == ["E-mail", "batch0@example.com"]


def test_a_job_is_watched_from_its_begin_to_its_end(superuser: Visitor) -> None:
    page = superuser.open("/_/")
    start(page, "test.watched")
    log, state = page.locator("#log"), page.locator("#state")
    expect(log).to_contain_text("the first begins")
    expect(state).to_have_text("running")
    expect(page.locator(".steps .running strong")).to_have_text("first")
    expect(page.locator("#progress-text")).to_contain_text("Doing the second. 1 of 3")
    expect(page.locator(".steps .succeeded").first).to_contain_text("The first was done.")
    expect(log).to_contain_text("all is done")
    expect(state).to_have_text("succeeded")
    expect(page.locator(".steps .succeeded")).to_have_count(3)
    assert log.locator("p").count() == 4
    page.click("text='Run again'")
    expect(log).to_contain_text("the first begins")


def test_a_running_job_is_cancelled(superuser: Visitor) -> None:
    page = superuser.open("/_/")
    start(page, "test.endless")
    expect(page.locator("#log")).to_contain_text("waiting")
    page.click("text='Cancel'")
    page.click("#confirm-yes")
    expect(page.locator("#state")).to_have_text("cancelled")
    expect(page.locator(".steps .cancelled")).to_contain_text("waiting")
    page.goto(f"{superuser.server.url}/_/audit/?search=job.cancel")
    expect(page.locator("tbody tr")).to_contain_text(EMAIL)


def test_the_first_page_follows_what_runs(superuser: Visitor) -> None:
    page = superuser.open("/_/")
    start(page, "test.watched")
    page.goto(f"{superuser.server.url}/_/")
    state = page.locator("#live .rows li").first.locator(".badge")
    expect(state).to_have_text("running")
    expect(state).to_have_text("succeeded", timeout=10_000)


def test_settings_are_stored(superuser: Visitor) -> None:
    page = superuser.open("/_/settings/")
    page.fill("#meta_app_name", "Home lab")
    page.fill("#logs_max_days", "9")
    page.click("text='Save'")
    expect(page.locator(".flash")).to_have_text("The settings are stored.")
    page.reload()
    expect(page.locator("#logs_max_days")).to_have_value("9")
    expect(page.locator(".sidebar .brand")).to_contain_text("Home lab")


def test_dark_colours_follow_the_system_and_the_button(superuser: Visitor) -> None:
    page = superuser.open("/_/")
    light = color(page)
    page.emulate_media(color_scheme="dark")
    dark = color(page)
    assert light != dark
    page.click("#theme")
    expect(page.locator("#theme")).to_have_text("Light theme")
    assert color(page) == light
    page.reload()
    assert color(page) == light
    page.click("#theme")
    page.emulate_media(color_scheme="light")
    assert color(page) == dark


def test_pages_fit_a_phone_and_raise_no_complaint(superuser: Visitor, browser: Browser) -> None:
    add_user(superuser.page(), superuser.server, f"{'long' * 12}@{'sub.' * 10}example.com")
    phone = browser.new_context(
        viewport={"width": 390, "height": 844},
        color_scheme="dark",
        storage_state=superuser.context.storage_state(),
        is_mobile=True,
        has_touch=True,
    )
    visitor = Visitor(phone, superuser.server)
    page = visitor.open("/_/")
    for path in PAGES:
        page.goto(superuser.server.url + path)
        assert not is_too_wide(page), path
    for path in ("/_/users/", "/_/jobs/", "/_/requests/"):
        page.goto(superuser.server.url + path)
        page.locator("tbody a").first.click()
        page.wait_for_url(re.compile("id="))
        assert not is_too_wide(page), page.url
    page.tap("#menu")
    page.tap("text='Settings'")
    page.wait_for_url("**/_/settings/")
    assert visitor.complaints == []
    phone.close()


def test_a_password_is_set_anew_by_its_link(visitor: Visitor) -> None:
    server = visitor.server
    page = visitor.open("/_/reset#token=broken")
    expect(page.locator("#no-link")).to_be_visible()
    page = visitor.open(reset_link(server).removeprefix(server.url))
    expect(page.locator("#account")).to_have_text("bob@example.com")
    for password, repeat in (("new-Falcon-44", "other"), ("new-Falcon-44", "new-Falcon-44")):
        page.fill("#password", password)
        page.fill("#repeat", repeat)
        page.press("#repeat", "Enter")
        if password != repeat:
            expect(page.locator("#repeat-problem")).to_have_text("The two passwords differ.")
    page.click("#sign-in")
    page.fill("#email", "bob@example.com")
    page.fill("#password", "new-Falcon-44")
    page.press("#password", "Enter")
    page.wait_for_url(f"{server.url}/_/")
    # The browser itself reports the one answer that refused.
    assert [complaint for complaint in visitor.complaints if "status of 400" not in complaint] == []
    visitor.complaints.clear()
