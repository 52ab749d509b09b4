"""The dashboard's own pages in a real browser, before a real AppOS and a real engine."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, StorageState, expect

from tests.e2e.dashboard import DESK, PHONE, Desk, fill_sign_in, is_too_wide, violations, wait_until_shown
from tests.serving import EMAIL, PASSWORD, Server, running_server

PAGES = {
    "/": "Home",
    "/jobs": "Jobs",
    "/terminals": "Terminals",
    "/services": "Services",
    "/audit": "Audit",
    "/users": "Users",
    "/settings": "Settings",
    "/settings/mail": "Settings",
    "/settings/registries": "Settings",
    "/settings/policy": "Settings",
    "/reference": "API",
    "/account": "Account",
    "/nowhere": "There is no such page",
}
STRONG = "Quiet-Harbour-7"


@pytest.fixture(scope="module")
def server(engine_host: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A claimed installation on a real engine, with jobs that can be watched."""
    folder = tmp_path_factory.mktemp("dashboard")
    with running_server(
        folder / "data", application="tests.e2e.panel_wsgi:application", DOCKER_HOST=engine_host
    ) as made:
        made.claim()
        yield made


@pytest.fixture(scope="module")
def session(browser: Browser, server: Server) -> StorageState:
    """What a browser keeps in which the superuser has signed in."""
    context = browser.new_context(viewport=DESK)
    Desk(context, server).sign_in()
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def desk(browser: Browser, server: Server, session: StorageState) -> Iterator[Desk]:
    """A browser in which the superuser has signed in; no page may complain or ask another origin."""
    context = browser.new_context(
        viewport=DESK, color_scheme="light", storage_state=session, locale="en-GB", reduced_motion="reduce"
    )
    made = Desk(context, server)
    yield made
    context.close()
    assert made.complaints == []
    assert made.strangers == []


@pytest.fixture
def stranger(browser: Browser, server: Server) -> Iterator[Desk]:
    """A browser in which nobody has signed in."""
    context = browser.new_context(viewport=DESK, locale="en-GB", reduced_motion="reduce")
    made = Desk(context, server)
    yield made
    context.close()
    assert made.complaints == []


def spoil_token(page: Page) -> None:
    """Put a token in the place of the one that is kept that AppOS refuses, as one that has died."""
    page.evaluate(
        """() => {
            const kept = JSON.parse(localStorage.getItem("pocketbase_auth"));
            localStorage.setItem("pocketbase_auth", JSON.stringify({ ...kept, token: kept.token + "x" }));
        }"""
    )


def start_job(server: Server, kind: str) -> str:
    token = server.sign_in().json()["token"]
    answer = server.request("POST", "/api/appos/jobs", token, {"kind": kind})
    assert answer.status == 202, answer.text
    return str(answer.json()["id"])


def test_a_new_installation_is_claimed_by_its_link(browser: Browser, tmp_path: Path) -> None:
    with running_server(tmp_path / "data") as server:
        desk = Desk(browser.new_context(viewport=PHONE, locale="en-GB", reduced_motion="reduce"), server)
        page = desk.open("/")
        page.wait_for_url("**/setup")
        expect(page.locator("main")).to_contain_text("appos setup-link")
        assert violations(page) == []
        page = desk.open(f"/setup#token={server.claim_token()}")
        for password, repeat, said in (
            (PASSWORD, "other", "The two passwords differ."),
            ("password1234", "password1234", "easy to guess"),
        ):
            page.fill("input[name=email]", EMAIL)
            page.fill("input[name=password]", password)
            page.fill("input[name=repeat]", repeat)
            page.press("input[name=repeat]", "Enter")
            expect(page.locator("main")).to_contain_text(said)
        assert violations(page) == []
        page.fill("input[name=password]", PASSWORD)
        page.fill("input[name=repeat]", PASSWORD)
        page.press("input[name=repeat]", "Enter")
        wait_until_shown(page, "Home")
        expect(page.locator("main")).to_contain_text("Paste a Compose file")
        assert not is_too_wide(page)
        assert desk.complaints == []
        desk.context.close()


def test_one_signs_in_with_the_keyboard_and_comes_to_where_one_was_going(stranger: Desk) -> None:
    page = stranger.open("/audit")
    expect(page.locator("input[name=email]")).to_be_focused()
    page.keyboard.type(EMAIL)
    page.keyboard.press("Tab")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Failed to authenticate.")
    assert violations(page) == []
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    wait_until_shown(page, "Audit")
    page.reload()
    wait_until_shown(page, "Audit")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_the_sign_in_leads_to_no_other_origin(stranger: Desk) -> None:
    page = stranger.open("/login?next=//example.com/")
    fill_sign_in(page)
    page.wait_for_url(f"{stranger.server.url}/")


def test_a_forgotten_password_is_asked_for(stranger: Desk) -> None:
    page = stranger.open("/login")
    page.click("text='Forgot the password?'")
    expect(page.locator("h1")).to_have_text("Set the password anew")
    page.fill("input[name=email]", "nobody@example.com")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").last).to_contain_text("a link is on its way")
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_for_everybody(desk: Desk, scheme: str) -> None:
    page = desk.page()
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    broken: list[str] = []
    for path, title in PAGES.items():
        page.goto(desk.server.url + path)
        wait_until_shown(page, title)
        broken += violations(page)
        page.set_viewport_size(PHONE)
        assert not is_too_wide(page), path
        page.set_viewport_size(DESK)
    assert broken == []


def test_the_palette_leads_everywhere(desk: Desk) -> None:
    page = desk.open("/")
    wait_until_shown(page, "Home")
    page.keyboard.press("Control+k")
    box = page.get_by_role("textbox", name="Go to a page or an app")
    expect(box).to_be_focused()
    box.fill("sett")
    assert violations(page) == []
    page.keyboard.press("Enter")
    wait_until_shown(page, "Settings")


def test_the_navigation_opens_on_a_phone(desk: Desk) -> None:
    page = desk.page()
    page.set_viewport_size(PHONE)
    page.goto(desk.server.url)
    page.get_by_role("button", name="Open the navigation").click()
    assert violations(page) == []
    page.get_by_role("dialog").get_by_text("Users").click()
    wait_until_shown(page, "Users")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_colours_and_language_are_kept(desk: Desk) -> None:
    page = desk.open("/account")
    wait_until_shown(page, "Account")
    page.get_by_text("Dark", exact=True).click()
    page.get_by_role("textbox", name="Language").click()
    page.get_by_role("option", name="中文").click()
    expect(page.locator("h1")).to_have_text("账号")
    page.reload()
    expect(page.locator("h1")).to_have_text("账号")
    assert page.get_attribute("html", "lang") == "zh"
    assert page.get_attribute("html", "data-mantine-color-scheme") == "dark"


def test_a_job_is_watched_while_it_runs_and_is_cancelled(desk: Desk) -> None:
    page = desk.open("/jobs")
    wait_until_shown(page, "Jobs")
    job = start_job(desk.server, "test.endless")
    # Nobody asks anew: the server tells.
    page.locator(f"a[href='/jobs/{job}']").click()
    expect(page.get_by_role("log")).to_contain_text("waiting")
    expect(page.locator("main [data-state=running]").first).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Cancel the job").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel the job").click()
    expect(page.locator("main [data-state=cancelled]").first).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_an_expired_session_asks_over_the_page_and_loses_nothing(desk: Desk) -> None:
    page = desk.open("/settings")
    wait_until_shown(page, "Settings")
    page.fill("input >> nth=0", "https://typed.example.com")
    spoil_token(page)
    page.get_by_role("button", name="Save").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Your session has ended")
    assert violations(page) == []
    fill_sign_in(page)
    expect(page.get_by_text("The settings are stored.")).to_be_visible()
    expect(dialog).to_have_count(0)
    page.reload()
    expect(page.get_by_role("textbox", name="Public address")).to_have_value("https://typed.example.com")


def test_a_restart_of_appos_is_waited_for_and_loses_nothing(desk: Desk) -> None:
    page = desk.open("/settings")
    wait_until_shown(page, "Settings")
    page.get_by_role("textbox", name="Keep charts for (days)").fill("9")
    desk.server.stop()
    expect(page.get_by_text("No connection to AppOS")).to_be_visible(timeout=15_000)
    desk.server.start()
    expect(page.get_by_text("No connection to AppOS")).to_have_count(0, timeout=15_000)
    expect(page.get_by_role("textbox", name="Keep charts for (days)")).to_have_value("9")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The settings are stored.")).to_be_visible()
    desk.complaints[:] = [each for each in desk.complaints if "net::ERR_" not in each]


@pytest.mark.parametrize("name", ["react-", "audit-"], ids=["of-all", "of-a-page"])
def test_a_file_that_does_not_arrive_is_asked_for_again(desk: Desk, name: str) -> None:
    page = desk.page()
    lost: list[str] = []

    def lose_once(route: Route) -> None:
        if lost:
            route.fallback()
        else:
            lost.append(route.request.url)
            route.abort("internetdisconnected")

    page.route(re.compile(rf"/assets/{name}[^/]*\.js$"), lose_once)
    page.goto(f"{desk.server.url}/audit")
    wait_until_shown(page, "Audit")
    assert len(lost) == 1


def test_a_token_is_renewed_and_an_answer_that_is_cut_off_signs_nobody_out(desk: Desk) -> None:
    page = desk.open("/")
    wait_until_shown(page, "Home")
    asked: list[str] = []

    def cut_off(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=200, body="")

    page.route("**/auth-refresh*", cut_off)
    page.reload()
    wait_until_shown(page, "Home")
    assert asked == []
    page.evaluate("localStorage.setItem('appos_token_since', '1')")
    with page.expect_response("**/auth-refresh*"):
        page.reload()
    wait_until_shown(page, "Home")
    page.goto(f"{desk.server.url}/audit")
    wait_until_shown(page, "Audit")
    assert asked


def test_a_browser_that_takes_itself_for_offline_is_served(desk: Desk) -> None:
    page = desk.open("/")
    wait_until_shown(page, "Home")
    page.evaluate("window.dispatchEvent(new Event('offline'))")
    page.get_by_role("link", name="Audit").click()
    wait_until_shown(page, "Audit")


def test_users_are_made_changed_and_deleted_by_name(desk: Desk) -> None:
    page = desk.open("/users")
    wait_until_shown(page, "Users")
    page.get_by_role("tab", name="Users", exact=True).click()
    page.get_by_role("button", name="Add an account").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("E-mail").fill("eve@example.com")
    dialog.get_by_label("New password").fill(STRONG)
    assert violations(page) == []
    dialog.get_by_role("button", name="Save").click()
    row = page.get_by_role("row", name=re.compile("eve@example.com"))
    row.get_by_role("button", name="Apps").click()
    expect(dialog).to_contain_text("No apps")
    page.keyboard.press("Escape")
    row.get_by_role("button", name="Delete").click()
    sure = dialog.get_by_role("button", name="Delete")
    expect(sure).to_be_disabled()
    dialog.get_by_role("textbox").fill("eve@example.com")
    assert violations(page) == []
    page.keyboard.press("Enter")
    expect(row).to_have_count(0)


def test_what_is_wrong_stands_at_its_field(desk: Desk) -> None:
    page = desk.open("/users")
    wait_until_shown(page, "Users")
    page.get_by_role("button", name="Add an account").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("E-mail").fill(EMAIL)
    dialog.get_by_label("New password").fill(STRONG)
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_label("E-mail")).to_have_attribute("aria-invalid", "true")


def test_a_rule_of_the_policy_is_changed(desk: Desk) -> None:
    page = desk.open("/settings/policy")
    choice = page.get_by_role("textbox", name="gpu: For users")
    choice.click()
    page.get_by_role("option", name="allowed").click()
    expect(page.get_by_text("The settings are stored.")).to_be_visible()
    page.reload()
    expect(choice).to_have_value("allowed")


def test_a_service_says_where_its_log_is(desk: Desk) -> None:
    page = desk.open("/services")
    wait_until_shown(page, "Services")
    page.get_by_role("button", name="Log").first.click()
    expect(page.get_by_role("alert").or_(page.get_by_role("log")).first).to_be_visible()
    assert violations(page) == []


def test_hostile_text_is_text(desk: Desk) -> None:
    name = "<img src=x onerror=alert(1)>"
    # A sign-in that was refused is in the audit trail, by the name that was tried.
    assert desk.server.sign_in(name).status == 400
    page = desk.open("/audit")
    wait_until_shown(page, "Audit")
    page.get_by_role("searchbox").fill(name)
    expect(page.get_by_role("row").nth(1)).to_contain_text(name)
    assert page.locator("main img").count() == 0
