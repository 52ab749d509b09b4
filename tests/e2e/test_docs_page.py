"""The page of the API in a real browser: read, found, and tried."""

from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Visitor
from tests.serving import EMAIL, PASSWORD, Server

STATUS = "/api/appos/system/status"


def opened(page: Page, path: str, method: str = "get") -> None:
    """Open the card of a route and wait for its form."""
    page.goto(f"{page.url.partition('#')[0]}#{method}{path}")
    expect(page.locator("details.operation[open] form").first).to_be_visible()


def test_every_route_is_shown_and_can_be_found(browser: Browser, panel_server: Server) -> None:
    visitor = Visitor(browser.new_context(), panel_server)
    page = visitor.open("/api/docs")
    expect(page.locator("details.operation").first).to_be_visible()
    paths = panel_server.request("GET", "/api/openapi.json").json()["paths"]

    assert page.locator("details.operation").count() == sum(len(item) for item in paths.values())
    page.keyboard.press("/")
    page.keyboard.type("get system status")
    expect(page.locator("details.operation:visible .path")).to_have_text([STATUS])
    page.fill("#filter", "no such words")
    expect(page.locator("#none")).to_be_visible()
    assert visitor.complaints == []


def test_a_route_is_tried_with_a_token(browser: Browser, panel_server: Server) -> None:
    visitor = Visitor(browser.new_context(), panel_server)
    page = visitor.open("/api/docs")
    opened(page, STATUS)
    page.click("details.operation[open] button:has-text('Send')")
    expect(page.locator("details.operation[open] .outcome .status")).to_contain_text("401")
    page.fill("#identity", EMAIL)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    expect(page.locator("#who")).to_have_text(f"Signed in as {EMAIL}")
    page.click("details.operation[open] button:has-text('Send')")
    expect(page.locator("details.operation[open] .outcome .status")).to_contain_text("200 OK")
    expect(page.locator("details.operation[open] .outcome pre")).to_contain_text('"uptimeSeconds"')
    assert [each for each in visitor.complaints if "401" not in each] == []


def test_a_body_begins_with_what_it_may_be(browser: Browser, panel_server: Server) -> None:
    visitor = Visitor(browser.new_context(), panel_server)
    page = visitor.open("/api/docs")
    opened(page, "/api/collections/{collection}/auth-with-password", "post")
    form = page.locator("details.operation[open] form")
    assert '"identity": ""' in form.locator("textarea").input_value()
    form.get_by_label("collection").fill("_superusers")
    form.locator("textarea").fill(f'{{"identity": "{EMAIL}", "password": "{PASSWORD}"}}')
    form.get_by_role("button", name="Send").click()
    expect(form.locator(".outcome .status")).to_contain_text("200")
    assert visitor.complaints == []


def test_a_stream_is_shown_as_it_comes_and_stopped(browser: Browser, panel_server: Server) -> None:
    visitor = Visitor(browser.new_context(), panel_server)
    page = visitor.open("/api/docs")
    opened(page, "/api/realtime")
    form = page.locator("details.operation[open] form")
    form.get_by_role("button", name="Send").click()
    expect(form.locator(".outcome pre")).to_contain_text("PB_CONNECT")
    form.get_by_role("button", name="Stop").click()
    expect(form.get_by_role("button", name="Stop")).to_be_hidden()
    assert visitor.complaints == []


def test_the_page_fits_a_phone_and_both_colours(browser: Browser, panel_server: Server) -> None:
    colors = set()
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme, viewport={"width": 390, "height": 800})
        page = Visitor(context, panel_server).open("/api/docs")
        opened(page, STATUS)
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
        colors.add(str(page.evaluate("getComputedStyle(document.body).backgroundColor")))

    assert len(colors) == 2
