"""Pages in a real browser, its processor slowed: when they are seen, when they heed, whether they stutter."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect, sync_playwright

from tests.bench.candidates import Candidate
from tests.bench.report import Row
from tests.e2e.conftest import CHROMIUM, QUIET
from tests.e2e.dashboard import DESK, fill_sign_in
from tests.integration.app_site import AppSite, web

# As Lighthouse slows the processor of this machine to that of a phone.
SLOWER = 4
APPS = 200
LINES = 100_000
SCROLLS = 40
SOON_MILLISECONDS = 60_000
LONG_MILLISECONDS = 50
# Source: Web Incubator CG, Time to Interactive: interactive is a page whose main thread has then been free of
# long tasks for so long.
QUIET_SECONDS = 5.0
WATCH = """
window.seen = {paint: null, tasks: []};
new PerformanceObserver((list) => {
  for (const entry of list.getEntries())
    if (entry.name === "first-contentful-paint") window.seen.paint = entry.startTime;
}).observe({type: "paint", buffered: true});
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.seen.tasks.push([entry.startTime, entry.duration]);
}).observe({type: "longtask", buffered: true});
"""


def rows(site: AppSite, pocketbase: Candidate, rounds: int) -> Iterator[Row]:
    """Measure the first page of both, then the dashboard's own pages."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        with pocketbase.running():
            yield from _first_pages(browser, site, pocketbase, rounds)
        with _signed_in(browser, site) as context:
            yield from _home(context, site, rounds)
            _make_apps(site)
            yield _apps_scrolled(context, site)
            yield _lines_scrolled(context, site)
        browser.close()


def _first_pages(browser: Browser, site: AppSite, pocketbase: Candidate, rounds: int) -> Iterator[Row]:
    """What a stranger sees first, with nothing in the browser's cache: each time in a new profile."""
    addresses = (f"{site.server.url}/login", f"http://127.0.0.1:{pocketbase.port}/_/#/login")
    found: tuple[list[tuple[float, float]], ...] = ([], [])
    for _ in range(rounds):
        for address, each in zip(addresses, found, strict=True):
            with _profile(browser) as context:
                each.append(_opened(context, address, "input[type=email], input[name=email]"))
    yield from _two("the page to sign in", found[0], found[1])


def _home(context: BrowserContext, site: AppSite, rounds: int) -> Iterator[Row]:
    taken = [_opened(context, f"{site.server.url}/", "main h1") for _ in range(rounds)]
    yield from _two("Home, signed in", taken, [])


def _two(name: str, ours: list[tuple[float, float]], theirs: list[tuple[float, float]]) -> Iterator[Row]:
    for place, label in enumerate(("first contentful paint", "time to interactive")):
        mine, beside = ([it[place] / 1000 for it in each] for each in (ours, theirs))
        yield Row(f"{name}: {label}", "s", mine, beside)


def _opened(context: BrowserContext, address: str, wanted: str) -> tuple[float, float]:
    """Open a page and return when something was painted and when it heeds, in milliseconds from its start."""
    page = context.new_page()
    page.add_init_script(WATCH)
    _slow(page)
    page.goto(address)
    page.locator(wanted).first.wait_for()
    ready: float = page.evaluate("performance.now()")
    page.wait_for_timeout(1000 * QUIET_SECONDS)
    seen: dict[str, Any] = page.evaluate("window.seen")
    page.close()
    if seen["paint"] is None:
        raise RuntimeError(f"{address} has painted nothing")
    ends = [start + duration for start, duration in seen["tasks"]]
    return seen["paint"], max([seen["paint"], ready, *ends])


def _apps_scrolled(context: BrowserContext, site: AppSite) -> Row:
    page = _watched(context, f"{site.server.url}/apps")
    expect(page.locator("tbody tr")).to_have_count(APPS, timeout=SOON_MILLISECONDS)
    page.mouse.move(DESK["width"] / 2, DESK["height"] / 2)
    return _scrolled(page, f"{APPS} apps", "document.scrollingElement")


def _lines_scrolled(context: BrowserContext, site: AppSite) -> Row:
    command = f"    command: [sh, -c, 'seq 1 {LINES}; sleep 3600']\n"
    compose = f"services:\n  one:\n    image: {site.image}\n    init: true\n    network_mode: none\n{command}"
    site.deployed("chatty", compose, settings={"watchSeconds": 0})
    page = _watched(context, f"{site.server.url}/apps/chatty/logs")
    page.get_by_label("Lines from before").click()
    page.get_by_role("option", name=f"{LINES:,}").click()
    expect(page.get_by_text(f"{LINES} lines")).to_be_visible(timeout=SOON_MILLISECONDS)
    page.get_by_role("log").hover()
    return _scrolled(page, f"{LINES:,} lines of a log", "document.querySelector('[role=log]')")


def _watched(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.add_init_script(WATCH)
    page.goto(address)
    return page


def _scrolled(page: Page, what: str, scroller: str) -> Row:
    """The longest task while something is scrolled through up and down, on a processor as it is."""
    page.wait_for_timeout(1000)
    page.evaluate("window.seen.tasks.length = 0")
    places = set()
    for number in range(SCROLLS):
        page.mouse.wheel(0, 600 if number % 20 < 10 else -600)
        page.wait_for_timeout(50)
        places.add(page.evaluate(f"{scroller}.scrollTop"))
    tasks: list[list[float]] = page.evaluate("window.seen.tasks")
    page.close()
    if len(places) < 10:
        raise RuntimeError(f"{what} were not scrolled: {places}")
    longest = max((duration for _, duration in tasks), default=0.0)
    return Row(f"longest task over {LONG_MILLISECONDS} ms, {what} scrolled", "ms", [longest], aim="none")


def _slow(page: Page) -> None:
    session: CDPSession = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})


def _make_apps(site: AppSite) -> None:
    for number in range(APPS):
        body = {"name": f"many{number:03}", "compose": web(site.image), "start": False}
        site.done("POST", "apps/deploy", body, status=201)


@contextmanager
def _profile(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=DESK, locale="en-GB")
    yield context
    context.close()


@contextmanager
def _signed_in(browser: Browser, site: AppSite) -> Iterator[BrowserContext]:
    with _profile(browser) as context:
        page = context.new_page()
        page.goto(f"{site.server.url}/login")
        fill_sign_in(page)
        page.wait_for_url(f"{site.server.url}/")
        page.close()
        yield context
