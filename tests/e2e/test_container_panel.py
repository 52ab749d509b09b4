"""The admin panel of the container in a real browser, behind its nginx."""

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.boxes import Box
from tests.e2e.conftest import Visitor

pytestmark = pytest.mark.timeout(900)

PAGES = ("/_/", "/_/collections/papers/records/", "/_/collections/papers/edit/", "/_/jobs/", "/_/settings/")


def test_the_panel_works_and_breaks_no_policy(browser: Browser, claimed: Box) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    visitor = Visitor(context, claimed.web)
    try:
        page = visitor.open("/_/")
        page.wait_for_url("**/_/login**")
        page.fill("#email", "ada@example.com")
        page.fill("#password", "Granite-Falcon-42")
        page.press("#password", "Enter")
        page.wait_for_url(f"{claimed.web.url}/_/")
        for path in PAGES:
            page.goto(claimed.web.url + path)
            expect(page.locator("h1").first).to_be_visible()
        page.goto(f"{claimed.web.url}/_/collections/papers/records/new/")
        page.fill("#v-title", "From the panel")
        page.press("#v-title", "Enter")
        expect(page.locator("table")).to_contain_text("From the panel")
    finally:
        context.close()
    assert visitor.complaints == []
