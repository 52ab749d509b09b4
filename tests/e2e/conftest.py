"""A real browser before a real server."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    StorageState,
    expect,
    sync_playwright,
)

from tests.e2e.boxes import Box, build_image
from tests.e2e.dashboard import claim
from tests.serving import EMAIL, PASSWORD, Server, running_server

if TYPE_CHECKING:
    from playwright._impl._api_structures import SetCookieParam

CHROMIUM = str(Path(__file__).with_name("chromium.py"))
EXPECT_MILLISECONDS = 20_000
QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


@dataclass
class Visitor:
    """One browser profile, and every complaint that it made about the pages it saw."""

    context: BrowserContext
    server: Server
    complaints: list[str] = field(default_factory=list)

    def page(self) -> Page:
        page = self.context.new_page()
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        return page

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.location.get('url')}: {message.text}")

    def open(self, path: str) -> Page:
        page = self.page()
        page.goto(self.server.url + path)
        return page

    def sign_in(self) -> Page:
        page = self.open("/_/login")
        page.fill("#email", EMAIL)
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        page.wait_for_url(f"{self.server.url}/_/")
        return page


# The browser shares its cores with an engine and other tests: what is awaited may be late, and be right.
expect.set_options(timeout=EXPECT_MILLISECONDS)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def box(engine_host: str, tmp_path_factory: pytest.TempPathFactory) -> Box:
    """AppOS in its container, built, started and not yet claimed; whoever needs it claimed uses `claimed`."""
    made = Box(engine_host, tmp_path_factory.mktemp("box"))
    build_image(made)
    made.started = made.made("start")
    return made


@pytest.fixture(scope="session")
def claimed(box: Box, browser: Browser) -> Box:
    """The same, with a superuser who has claimed it by its link, and papers that anybody may read."""
    claim(browser, box.run("appos", "setup-link").strip())
    box.token = str(box.web.sign_in().json()["token"])
    box.make_papers()
    return box


@pytest.fixture(scope="module")
def panel_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A claimed installation whose jobs can be watched."""
    folder = tmp_path_factory.mktemp("panel")
    with running_server(folder / "data", application="tests.e2e.panel_wsgi:application") as server:
        server.claim()
        yield server


@pytest.fixture
def visitor(browser: Browser, panel_server: Server) -> Iterator[Visitor]:
    """A desktop browser in which nobody has signed in; it must have complained of nothing."""
    context = browser.new_context(viewport={"width": 1280, "height": 860}, color_scheme="light")
    made = Visitor(context, panel_server)
    yield made
    context.close()
    assert made.complaints == []


@pytest.fixture(scope="module")
def session(browser: Browser, panel_server: Server) -> StorageState:
    """The cookie of a superuser who has signed in."""
    context = browser.new_context()
    Visitor(context, panel_server).sign_in()
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def superuser(visitor: Visitor, session: StorageState) -> Visitor:
    """A desktop browser in which the superuser has signed in."""
    visitor.context.add_cookies([cast("SetCookieParam", cookie) for cookie in session["cookies"]])
    return visitor
