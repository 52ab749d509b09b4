"""The life of an app in the dashboard, as somebody leads it who never asks the API."""

from playwright.sync_api import Page, expect

from tests.e2e.dashboard import Desk
from tests.integration.app_site import AppSite, web
from tests.serving import wait_for

SECOND = (
    "  cache:\n    image: {image}\n    init: true\n    command: [sleep, '3600']\n    stop_grace_period: 1s\n"
)
SECONDS = 60_000


def live(desk: Desk, site: AppSite) -> None:
    """Deploy an app, use it, change it, break it, and remove it."""
    page = desk.sign_in()
    compose = web(site.image, "${WORD:-one} said-by-the-app; true", more=SECOND.format(image=site.image))
    deploy(page, site, compose)
    read_logs(page)
    use_terminal(page)
    change_environment(page)
    break_it(page, compose)
    assert site.state("shop", "running", 60)["release"] == 2
    remove(page, site)


def typed(page: Page, label: str, text: str) -> None:
    """Put a text into an editor in the place of what it holds."""
    page.locator(f"[data-editor='{label}'] .cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(text)


def deploy(page: Page, site: AppSite, compose: str) -> None:
    """Type a Compose file, see the plan, deploy it, and see that it is healthy."""
    page.goto(f"{site.server.url}/apps/new")
    page.get_by_label("Name").first.fill("shop")
    typed(page, "Compose file", compose)
    expect(page.get_by_role("region", name="What will happen")).to_contain_text("cache", timeout=SECONDS)
    page.get_by_role("button", name="Deploy").click()
    page.wait_for_url("**/apps/shop", timeout=90_000)
    expect(page.get_by_text("healthy").first).to_be_visible(timeout=SECONDS)


def read_logs(page: Page) -> None:
    page.get_by_role("tab", name="Logs").click()
    expect(page.get_by_role("log")).to_contain_text("said-by-the-app", timeout=SECONDS)


def open_terminal(page: Page) -> None:
    """Open a terminal in the first service, and wait for its prompt."""
    page.get_by_role("tab", name="Terminal").click()
    page.get_by_label("Service").first.click()
    page.get_by_role("option", name="web").click()
    page.get_by_role("button", name="Open a terminal").click()
    expect(page.locator(".xterm-rows")).to_contain_text("#", timeout=SECONDS)


def use_terminal(page: Page) -> None:
    open_terminal(page)
    page.keyboard.type("echo typed-$((40+2))\n")
    expect(page.locator(".xterm-rows")).to_contain_text("typed-42", timeout=SECONDS)
    page.get_by_role("button", name="Close this terminal").click()


def change_environment(page: Page) -> None:
    """Set a variable, see that a container would be made anew, and have it made."""
    page.get_by_role("tab", name="Environment").click()
    page.get_by_role("button", name="Add a variable").click()
    page.get_by_label("Name").last.fill("WORD")
    page.get_by_label("Value of WORD").fill("two")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("tab", name="Compose").click()
    expect(page.get_by_text("recreate").first).to_be_visible(timeout=SECONDS)
    page.get_by_role("button", name="Save and deploy").click()
    page.get_by_role("tab", name="Releases").click()
    expect(page.get_by_role("cell", name="2", exact=True)).to_be_visible(timeout=SECONDS)
    page.get_by_role("tab", name="Overview").click()
    expect(page.get_by_text("Release: 2")).to_be_visible(timeout=SECONDS)


def break_it(page: Page, compose: str) -> None:
    """Deploy a health check that fails, and see that the release before is back, and why."""
    page.get_by_role("tab", name="Compose").click()
    typed(page, "Compose file", compose.replace("http://127.0.0.1/", "http://127.0.0.1:81/"))
    page.get_by_role("button", name="Save and deploy").click()
    page.get_by_role("tab", name="Releases").click()
    expect(page.get_by_text("unhealthy").first).to_be_visible(timeout=90_000)
    page.get_by_role("tab", name="Overview").click()
    expect(page.get_by_text("Release: 2")).to_be_visible(timeout=SECONDS)


def remove(page: Page, site: AppSite) -> None:
    """Remove the app by its name, once it is told what goes."""
    page.goto(f"{site.server.url}/apps/shop")
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("shop-web-1").first).to_be_visible()
    button = page.get_by_role("dialog").get_by_role("button", name="Remove")
    expect(button).to_be_disabled()
    page.get_by_role("dialog").get_by_role("textbox").fill("shop")
    button.click()
    page.wait_for_url("**/apps")
    wait_for(lambda: site.ask("GET", "apps/shop").status == 404, 60, "the end of the app")
    expect(page.get_by_role("link", name="shop", exact=True)).to_have_count(0, timeout=SECONDS)
    assert site.containers("shop") == {}
