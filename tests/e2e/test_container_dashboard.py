"""The dashboard and its terminals behind the container's nginx, in a real browser."""

import gzip
import hashlib
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from playwright.sync_api import Browser, Page, expect
from simple_websocket import Client, ConnectionClosed

from tests.e2e.boxes import Box
from tests.e2e.dashboard import DESK, Desk
from tests.e2e.life import live, open_terminal
from tests.integration.app_site import AppSite, web
from tests.integration.test_terminal import Terminal, nothing_is_left

# The image may have to be built first.
pytestmark = pytest.mark.timeout(900)
SECONDS = 20_000
PASTED = 5_000_000
SHOWN = 100_000_000
# What the processes of the container may grow by, for what they keep for the next time.
MOST_GROWTH = 25 << 20


@pytest.fixture(scope="module")
def site(claimed: Box, tiny_image: str) -> Iterator[AppSite]:
    running = AppSite(claimed.web, claimed.host, tiny_image, claimed.token)
    yield running
    for app in running.done("GET", "apps", status=200)["items"]:
        running.remove(app["name"])


@pytest.fixture
def desk(browser: Browser, site: AppSite) -> Iterator[Desk]:
    context = browser.new_context(viewport=DESK)
    made = Desk(context, site.server)
    yield made
    context.close()
    assert (made.complaints, made.strangers) == ([], [])


def test_the_files_are_kept_packed_and_arrive_for_everybody(claimed: Box) -> None:
    folder = "/usr/share/appos/dashboard"
    packed = claimed.run("find", f"{folder}/assets", "-name", "*.gz").split()
    plain = set(claimed.run("find", f"{folder}/assets", "-type", "f", "-not", "-name", "*.gz").split())
    assert len(packed) > 20
    assert plain & {path.removesuffix(".gz") for path in packed} == set()
    for path in packed[:10]:
        asked = path.removeprefix(folder).removesuffix(".gz")
        answers = {}
        for coding in ("gzip", "identity"):
            request = urllib.request.Request(  # noqa: S310 - a container of our own
                f"http://127.0.0.1:{claimed.port}{asked}", headers={"Accept-Encoding": coding}
            )
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - as above
                answers[coding] = (answer.headers["Content-Encoding"], answer.read())
                assert answer.headers["Content-Type"].startswith(("application/javascript", "text/css"))
        assert (answers["gzip"][0], answers["identity"][0]) == ("gzip", None)
        assert gzip.decompress(answers["gzip"][1]) == answers["identity"][1]


def test_an_app_lives_its_life_behind_nginx(desk: Desk, site: AppSite) -> None:
    live(desk, site)


@pytest.fixture
def shell(site: AppSite) -> Iterator[AppSite]:
    site.deployed("shell", web(site.image), settings={"watchSeconds": 1})
    yield site
    site.remove("shell")


def _screen(page: Page) -> str:
    return page.locator(".xterm-rows").inner_text()


def test_a_browser_types_in_a_container_behind_nginx(desk: Desk, shell: AppSite) -> None:
    page = desk.sign_in()
    page.goto(f"{shell.server.url}/apps/shell")
    open_terminal(page)
    rows = page.locator(".xterm-rows")
    page.keyboard.type("echo size-$(stty size | tr ' ' x)-\n")
    page.wait_for_timeout(1000)
    before = _size(page)
    page.set_viewport_size({"width": 900, "height": 640})
    page.wait_for_timeout(1000)
    page.keyboard.type("clear; echo size-$(stty size | tr ' ' x)-\n")
    page.wait_for_timeout(1000)
    after = _size(page)
    assert after[1] < before[1], (before, after)

    page.keyboard.type("vi /etc/passwd\n")
    expect(rows).to_contain_text("/etc/passwd 1/", timeout=SECONDS)
    page.keyboard.type(":q!\n")
    page.keyboard.type("top\n")
    expect(rows).to_contain_text("Load average", timeout=SECONDS)
    page.keyboard.press("Control+c")
    page.keyboard.type("sleep 600\n")
    page.wait_for_timeout(500)
    page.keyboard.press("Control+c")
    page.keyboard.type("echo over-$((40+2))\n")
    expect(rows).to_contain_text("over-42", timeout=SECONDS)
    page.keyboard.press("Control+d")
    expect(page.get_by_text("ended").first).to_be_visible(timeout=SECONDS)
    nothing_is_left(shell)


def _size(page: Page) -> tuple[int, int]:
    """The rows and columns that the shell last told."""
    told = [it for it in _screen(page).replace("\xa0", " ").split("size-") if "x" in it and "-" in it]
    rows, columns = told[-1].partition("-")[0].split("x")
    return int(rows), int(columns)


def test_much_comes_and_goes_whole_behind_nginx(claimed: Box, shell: AppSite) -> None:
    block = b"0123456789abcdef" * 4096
    whole = (block * (PASTED // len(block) + 1))[:PASTED]
    paste = f"stty raw -echo; echo go; head -c {PASTED} | md5sum; echo pasted"
    with _opened(shell, ["sh", "-c", paste]) as client:
        terminal = Terminal(client)
        terminal.until(b"go")
        for start in range(0, PASTED, len(block)):
            terminal.say(whole[start : start + len(block)])
        terminal.until(b"pasted", 60)
        assert hashlib.md5(whole, usedforsecurity=False).hexdigest().encode() in terminal.output
    before = _memory(claimed)
    most, seen = before, 0
    with _opened(shell, ["sh", "-c", f"head -c {SHOWN} /dev/zero | tr '\\0' x; echo over"]) as client:
        tail, frames = b"", 0
        while not tail.rstrip().endswith(b"over"):
            frame = client.receive(timeout=30)
            assert frame is not None
            if isinstance(frame, bytes):
                seen += frame.count(b"x")
                tail = (tail + frame)[-20:]
                frames += 1
                if frames % 500 == 0:
                    most = max(most, _memory(claimed))
    assert seen == SHOWN
    assert max(most, _memory(claimed)) < before + MOST_GROWTH
    nothing_is_left(shell)


@contextmanager
def _opened(site: AppSite, command: list[str]) -> Iterator[Client]:
    """A terminal through nginx."""
    path = "/api/appos/terminal/apps/shell/web"
    body = {"path": path, "command": command}
    ticket = site.done("POST", "terminal/tickets", body, status=200)["ticket"]
    address = f"ws://127.0.0.1:{site.server.port}{path}?ticket={ticket}"
    client = Client(address, headers={"Origin": site.server.url})
    try:
        yield client
    finally:
        with suppress(ConnectionClosed):
            client.close()


def _memory(box: Box) -> int:
    """What all processes of the container have in memory that is not shared, in bytes."""
    script = "cat /proc/[0-9]*/smaps_rollup 2>/dev/null | grep -E '^Private_(Clean|Dirty)'"
    lines = box.run("sh", "-c", f"{script} || true").splitlines()
    return sum(int(line.split()[1]) for line in lines) << 10
