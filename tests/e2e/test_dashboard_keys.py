"""Everything in the dashboard can be done with the keyboard, and charts are drawn."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.dashboard import DESK, Desk, violations, wait_until_shown
from tests.e2e.life import SECONDS
from tests.integration.app_site import AppSite, app_site, web
from tests.serving import wait_for

PAGES = (
    "/",
    *("/apps", "/apps/new", "/apps/new/adopt"),
    *(f"/apps/shop/{part}" for part in ("overview", "logs", "terminal", "environment", "compose")),
    *(f"/apps/shop/{part}" for part in ("files", "releases", "events", "jobs", "settings")),
    *(f"/docker/{part}" for part in ("containers", "images", "volumes", "networks", "disk")),
    *("/jobs", "/terminals", "/services", "/audit", "/users", "/account"),
    *(f"/settings/{part}" for part in ("general", "mail", "registries", "policy")),
)
MOST_TABS = 400
# What somebody with a mouse can use. Of tabs and radio buttons the chosen one takes the focus, and arrows
# lead to the others. Source: WAI-ARIA Authoring Practices, "Keyboard navigation inside components".
USABLE = """
() => {
  const usable = "a[href], button, input, select, textarea, summary, [role=button], [role=switch], [onclick]";
  const isShown = (it) => it.checkVisibility({visibilityProperty: true}) && it.getClientRects().length > 0;
  const isHeld = (it) =>
    it.disabled || it.closest("[inert], [aria-hidden=true]") ||
    (it.getAttribute("role") === "tab" && it.getAttribute("aria-selected") !== "true") ||
    (it.type === "radio" && !it.checked) || it.type === "hidden" || it.type === "file";
  window.reached = new Set();
  window.wanted = [...document.querySelectorAll(usable)].filter((it) => isShown(it) && !isHeld(it));
  return window.wanted.length;
}
"""
NOTE = """
() => {
  let at = document.activeElement;
  window.reached.add(at);
  return at === document.body || at === null;
}
"""
# The editor lies in a shadow root.
NAME = """
() => {
  const outer = document.activeElement;
  const it = outer?.shadowRoot?.activeElement ?? outer;
  return it?.getAttribute("aria-label") || it?.innerText || "";
}
"""
UNREACHED = """
() => window.wanted
  .filter((it) => it.isConnected && !window.reached.has(it))
  .map((it) => it.outerHTML.slice(0, 160))
"""


@pytest.fixture(scope="module")
def site(engine_host: str, tiny_image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppSite]:
    with app_site(tmp_path_factory.mktemp("keys"), engine_host, tiny_image) as running:
        running.done("PATCH", "settings", {"watchSeconds": 0}, status=200)
        yield running


@pytest.fixture
def desk(browser: Browser, site: AppSite) -> Iterator[Desk]:
    context = browser.new_context(viewport=DESK)
    made = Desk(context, site.server)
    yield made
    context.close()
    assert (made.complaints, made.strangers) == ([], [])


def focus(page: Page, wanted: str) -> None:
    """Press Tab until what has the focus says so in its name."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if str(page.evaluate(NAME)).strip() == wanted:
            return
    raise AssertionError(f"{wanted!r} never had the focus")


def use_terminal(page: Page) -> None:
    """Go to the terminals of an app, open one, and type in it."""
    for part in ("Logs", "Terminal"):
        page.get_by_role("tab", selected=True).focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        expect(page.get_by_role("tab", selected=True)).to_have_text(part)
    focus(page, "Open a terminal")
    page.keyboard.press("Enter")
    expect(page.locator(".xterm-rows")).to_contain_text("#", timeout=SECONDS)
    page.keyboard.type("echo keyed-$((40+2))\n")
    expect(page.locator(".xterm-rows")).to_contain_text("keyed-42", timeout=SECONDS)


def test_an_app_lives_by_the_keyboard_alone(desk: Desk, site: AppSite) -> None:
    page = desk.open("/login")
    expect(page.locator("input[name=email]")).to_be_focused()
    page.keyboard.type("ada@example.com")
    page.keyboard.press("Tab")
    page.keyboard.type("Granite-Falcon-42")
    page.keyboard.press("Enter")
    wait_until_shown(page, "Home")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("textbox", name="Go to a page or an app")).to_be_focused()
    page.keyboard.type("Apps")
    page.keyboard.press("Enter")
    wait_until_shown(page, "Apps")
    focus(page, "New app")
    page.keyboard.press("Enter")
    wait_until_shown(page, "New app")
    expect(page.get_by_label("Name").first).to_be_focused()
    page.keyboard.type("keyed")
    focus(page, "Compose file")
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(web(site.image))
    expect(page.get_by_role("region", name="What will happen")).to_contain_text("web", timeout=SECONDS)
    focus(page, "Deploy")
    page.keyboard.press("Enter")
    page.wait_for_url("**/apps/keyed", timeout=SECONDS)

    use_terminal(page)
    page.goto(f"{site.server.url}/apps/keyed")
    wait_until_shown(page, "keyed")
    focus(page, "Stop")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    focus(page, "Stop")
    page.keyboard.press("Enter")
    site.state("keyed", "stopped", 30)
    expect(page.get_by_role("dialog")).to_have_count(0)
    focus(page, "Remove")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("textbox")).to_be_focused()
    page.keyboard.type("keyed")
    page.keyboard.press("Enter")
    page.wait_for_url("**/apps")
    wait_for(lambda: site.ask("GET", "apps/keyed").status == 404, 60, "the end of the app")


def test_everything_can_be_reached_with_the_tab_key(desk: Desk, site: AppSite) -> None:
    site.deployed("shop", web(site.image))
    page = desk.sign_in()
    found, pressed = [], 0
    for path in PAGES:
        page.goto(site.server.url + path)
        expect(page.locator("main h1").first).to_be_visible()
        page.wait_for_timeout(700)
        assert page.evaluate(USABLE) > 5
        # A page may begin in its middle: it is gone through once more from the top.
        ends = 0
        while ends < 2 and pressed < MOST_TABS * len(PAGES):
            page.keyboard.press("Tab")
            pressed += 1
            ends += page.evaluate(NOTE)
        found += [f"{path}: {it}" for it in page.evaluate(UNREACHED)]
    assert found == []
    assert pressed > 10 * len(PAGES)


def test_charts_are_drawn_and_told(desk: Desk, site: AppSite, tmp_path: Path) -> None:
    page = desk.sign_in()
    wait_for(lambda: site.done("GET", "system/metrics?range=1h", status=200)["points"], 90, "a measure")
    page.goto(f"{site.server.url}/")
    part = page.get_by_role("region", name="Usage")
    expect(part.locator("canvas").first).to_be_visible(timeout=SECONDS)
    page.wait_for_timeout(500)
    colours = part.locator("canvas").first.evaluate(
        "(it) => new Set(new Uint32Array("
        "it.getContext('2d').getImageData(0, 0, it.width, it.height).data.buffer)).size"
    )
    assert colours > 5, "the chart is empty"
    expect(part).to_contain_text("CPU")
    expect(part.get_by_text("now,").first).to_be_attached()
    assert violations(page) == []
