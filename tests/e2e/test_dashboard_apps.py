"""The life of an app in the dashboard, in a real browser before a real AppOS and a real engine."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.dashboard import DESK, PHONE, Desk, claim, is_too_wide, shot, violations
from tests.e2e.life import SECOND, live, typed
from tests.integration.app_site import AppSite, app_site, web
from tests.serving import Server

PAGES = (
    "/apps",
    "/apps/new",
    "/apps/new/adopt",
    *(f"/apps/shop/{part}" for part in ("overview", "logs", "environment", "compose")),
    *(f"/apps/shop/{part}" for part in ("terminal", "files", "releases", "events", "jobs", "settings")),
    *(f"/docker/{part}" for part in ("containers", "images", "volumes", "networks", "disk")),
)


@pytest.fixture(scope="module")
def site(
    engine_host: str, tiny_image: str, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[AppSite]:
    def by_its_link(server: Server) -> str:
        claim(browser, f"{server.url}/setup#token={server.claim_token()}")
        return str(server.sign_in().json()["token"])

    folder = tmp_path_factory.mktemp("dashboard")
    with app_site(folder, engine_host, tiny_image, claim=by_its_link) as running:
        yield running


@pytest.fixture
def desk(browser: Browser, site: AppSite) -> Iterator[Desk]:
    context = browser.new_context(viewport=DESK, color_scheme="light")
    made = Desk(context, site.server)
    yield made
    context.close()
    assert (made.complaints, made.strangers) == ([], [])


def test_an_app_lives_its_life(desk: Desk, site: AppSite) -> None:
    live(desk, site)


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
    typed(page, "Compose file", "services: {}\n# mine\n")
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
