"""The life of an app in the dashboard, in a real browser before a real AppOS and a real engine."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.dashboard import DESK, PHONE, Desk, is_too_wide, shot, violations
from tests.integration.app_site import AppSite, app_site, web
from tests.serving import wait_for

SECOND = (
    "  cache:\n    image: {image}\n    init: true\n    command: [sleep, '3600']\n    stop_grace_period: 1s\n"
)
PAGES = (
    "/apps",
    "/apps/new",
    *(f"/apps/shop/{part}" for part in ("overview", "logs", "environment", "compose")),
    *(f"/apps/shop/{part}" for part in ("files", "releases", "jobs", "settings")),
    *(f"/docker/{part}" for part in ("containers", "images", "volumes", "networks", "disk")),
)


@pytest.fixture(scope="module")
def site(engine_host: str, tiny_image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppSite]:
    with app_site(tmp_path_factory.mktemp("dashboard"), engine_host, tiny_image) as running:
        yield running


@pytest.fixture
def desk(browser: Browser, site: AppSite) -> Iterator[Desk]:
    context = browser.new_context(viewport=DESK, color_scheme="light")
    made = Desk(context, site.server)
    yield made
    context.close()
    assert (made.complaints, made.strangers) == ([], [])


def _typed(page: Page, label: str, text: str) -> None:
    """Put a text into an editor in the place of what it holds."""
    editor = page.locator(f"[data-editor='{label}'] .cm-content")
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(text)


def _followed(page: Page, words: str, seconds: float = 60) -> None:
    expect(page.get_by_text(words).first).to_be_visible(timeout=seconds * 1000)


def test_an_app_lives_its_life(desk: Desk, site: AppSite) -> None:
    page = desk.sign_in()
    compose = web(site.image, "${WORD:-one}", more=SECOND.format(image=site.image))
    page.goto(f"{site.server.url}/apps/new")
    page.get_by_label("Name").first.fill("shop")
    _typed(page, "Compose file", compose)
    expect(page.get_by_role("region", name="What will happen")).to_contain_text("cache", timeout=30_000)
    page.get_by_role("button", name="Deploy").click()
    page.wait_for_url("**/apps/shop", timeout=90_000)
    expect(page.get_by_text("healthy").first).to_be_visible(timeout=15_000)

    page.get_by_role("tab", name="Terminal").click()
    page.get_by_label("Service").first.click()
    page.get_by_role("option", name="web").click()
    page.get_by_role("button", name="Open a terminal").click()
    expect(page.locator(".xterm-rows")).to_contain_text("#", timeout=15_000)
    page.keyboard.type("echo typed-$((40+2)); stty size\n")
    expect(page.locator(".xterm-rows")).to_contain_text("typed-42", timeout=10_000)
    page.get_by_role("button", name="Close this terminal").click()

    page.get_by_role("tab", name="Environment").click()
    page.get_by_role("button", name="Add a variable").click()
    page.get_by_label("Name").last.fill("WORD")
    page.get_by_label("Value of WORD").fill("two")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("tab", name="Compose").click()
    expect(page.get_by_text("recreate").first).to_be_visible(timeout=15_000)
    page.get_by_role("button", name="Save and deploy").click()
    page.get_by_role("tab", name="Releases").click()
    expect(page.get_by_role("cell", name="2", exact=True)).to_be_visible(timeout=60_000)
    page.get_by_role("tab", name="Overview").click()
    expect(page.get_by_text("Release: 2")).to_be_visible(timeout=60_000)

    page.get_by_role("tab", name="Compose").click()
    _typed(page, "Compose file", compose.replace("http://127.0.0.1/", "http://127.0.0.1:81/"))
    page.get_by_role("button", name="Save and deploy").click()
    page.get_by_role("tab", name="Releases").click()
    _followed(page, "unhealthy", 90)
    page.get_by_role("tab", name="Overview").click()
    expect(page.get_by_text("Release: 2")).to_be_visible(timeout=60_000)
    assert site.state("shop", "running", 60)["release"] == 2


# The pages that README.md shows; SHOTS=docs/images keeps their pictures there.
SHOWN = {"/apps": "apps", "/apps/new": "new", "/apps/shop/overview": "app", "/apps/shop/compose": "compose"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_can_be_used_by_everybody(
    browser: Browser, site: AppSite, scheme: str, tmp_path: Path
) -> None:
    folder = Path(os.environ.get("SHOTS", tmp_path))
    _ensure_shop(site)
    context = browser.new_context(viewport=DESK, color_scheme="dark" if scheme == "dark" else "light")
    desk = Desk(context, site.server)
    page = desk.sign_in()
    found = []
    for path in PAGES:
        page.goto(site.server.url + path)
        page.wait_for_load_state("domcontentloaded")
        expect(page.locator("main h1").first).to_be_visible()
        page.wait_for_timeout(700)
        found += violations(page)
        if path in SHOWN:
            shot(page, folder, f"{SHOWN[path]}-{scheme}")
    context.close()
    assert found == []
    assert (desk.complaints, desk.strangers) == ([], [])


def test_every_page_fits_a_phone(browser: Browser, site: AppSite) -> None:
    _ensure_shop(site)
    context = browser.new_context(viewport=PHONE)
    page = Desk(context, site.server).sign_in()
    wide = []
    for path in PAGES:
        page.goto(site.server.url + path)
        expect(page.locator("main h1").first).to_be_visible()
        page.wait_for_timeout(400)
        if is_too_wide(page):
            wide.append(path)
    context.close()
    assert wide == []


def test_what_was_typed_survives_a_reload(desk: Desk, site: AppSite) -> None:
    page = desk.sign_in()
    page.goto(f"{site.server.url}/apps/new")
    page.get_by_label("Name").first.fill("kept")
    _typed(page, "Compose file", "services: {}\n# mine\n")
    page.wait_for_timeout(300)
    page.reload()
    expect(page.get_by_label("Name").first).to_have_value("kept")
    expect(page.locator("[data-editor='Compose file'] .cm-content")).to_contain_text("# mine")


def test_hostile_lines_are_shown_as_text(desk: Desk, site: AppSite) -> None:
    said = "<img src=x onerror=alert(1)> \\033[31mred\\033[0m <script>x</script>"
    compose = (
        f"services:\n  one:\n    image: {site.image}\n    init: true\n"
        f"    command: [sh, -c, \"printf '{said}\\\\n'; sleep 3600\"]\n    stop_grace_period: 1s\n"
    )
    site.deployed("hostile", compose.replace("\\033", "\\\\033"), settings={"watchSeconds": 1})
    page = desk.sign_in()
    page.goto(f"{site.server.url}/apps/hostile/logs")
    expect(page.get_by_role("log")).to_contain_text("<img src=x onerror=alert(1)>", timeout=15_000)
    assert page.locator("[role=log] img, [role=log] script").count() == 0


def _ensure_shop(site: AppSite) -> None:
    if site.ask("GET", "apps/shop").status == 404:
        compose = web(site.image, more=SECOND.format(image=site.image))
        site.deployed("shop", compose, settings={"watchSeconds": 1})


def test_an_app_is_removed_by_its_name(desk: Desk, site: AppSite) -> None:
    _ensure_shop(site)
    page = desk.sign_in()
    page.goto(f"{site.server.url}/apps/shop")
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("shop-web-1").first).to_be_visible()
    button = page.get_by_role("dialog").get_by_role("button", name="Remove")
    expect(button).to_be_disabled()
    page.get_by_role("dialog").get_by_role("textbox").fill("shop")
    button.click()
    page.wait_for_url("**/apps")
    wait_for(lambda: site.ask("GET", "apps/shop").status == 404, 60, "the end of the app")
    expect(page.get_by_role("link", name="shop", exact=True)).to_have_count(0, timeout=10_000)
    assert site.containers("shop") == {}
