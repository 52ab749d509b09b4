"""The dashboard before a real browser: what its tests share."""

from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from tests.serving import EMAIL, PASSWORD, ROOT, Server

AXE = (ROOT / "static" / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
PHONE: ViewportSize = {"width": 375, "height": 800}
DESK: ViewportSize = {"width": 1280, "height": 860}


@dataclass
class Desk:
    """One browser profile on the dashboard: what it complained of, and whom it asked beside AppOS."""

    context: BrowserContext
    server: Server
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def page(self) -> Page:
        page = self.context.new_page()
        # Beside it an image may be built, on two cores.
        page.set_default_timeout(60_000)
        page.on("console", lambda said: self._note(said.type, f"{page.url}: {said.text}"))
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("request", lambda asked: self._ask(asked.url))
        return page

    def _note(self, kind: str, text: str) -> None:
        # The browser itself reports each answer that is no success; the page says what it means.
        if kind in ("error", "warning") and "Failed to load resource" not in text:
            self.complaints.append(text)

    def _ask(self, url: str) -> None:
        if not url.startswith((self.server.url, "data:", "blob:")):
            self.strangers.append(url)

    def open(self, path: str) -> Page:
        page = self.page()
        page.goto(self.server.url + path)
        return page

    def sign_in(self) -> Page:
        page = self.open("/login")
        fill_sign_in(page)
        page.wait_for_url(f"{self.server.url}/")
        return page


def claim(browser: Browser, link: str) -> None:
    """Make the first superuser of an installation, as somebody does who opens its link."""
    context = browser.new_context(viewport=DESK)
    page = context.new_page()
    page.goto(link)
    page.fill("input[name=email]", EMAIL)
    page.fill("input[name=password]", PASSWORD)
    page.fill("input[name=repeat]", PASSWORD)
    page.press("input[name=repeat]", "Enter")
    wait_until_shown(page, "Home")
    context.close()


def fill_sign_in(page: Page, password: str = PASSWORD) -> None:
    """Fill the form for the superuser, and send it."""
    if page.locator("input[name=email]").is_editable():
        page.fill("input[name=email]", EMAIL)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")


def wait_until_shown(page: Page, title: str) -> None:
    """Wait until a page is there and waits for nothing more."""
    expect(page.locator("main h1").first).to_have_text(title)
    expect(page.get_by_text("Loading", exact=True)).to_have_count(0)


def violations(page: Page) -> list[str]:
    """Every rule of axe that the page breaks, with the first element that does."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run()")["violations"]
    return [f"{page.url}: {each['id']}: {each['nodes'][0]['html'][:200]}" for each in found]


def is_too_wide(page: Page) -> bool:
    """Whether one has to scroll sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


def shot(page: Page, folder: Path, name: str) -> None:
    """Keep a picture of what is seen."""
    page.screenshot(path=folder / f"{name}.png")
