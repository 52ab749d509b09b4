"""Where apps come from and what becomes of them: Git, webhooks, drift, adoption, recordings of terminals."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from appos.compose.binary import BESIDE
from tests.e2e.dashboard import DESK, Desk, is_too_wide, violations
from tests.e2e.life import SECONDS, open_terminal, typed
from tests.engine_images import client_of
from tests.git_server import Repository, http_server, repository
from tests.integration.app_site import AppSite, app_site, web
from tests.serving import wait_for


@pytest.fixture(scope="module")
def site(engine_host: str, tiny_image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppSite]:
    folder = tmp_path_factory.mktemp("sources")
    with app_site(folder, engine_host, tiny_image, GIT_LOCAL="on") as running:
        running.done("PATCH", "settings", {"watchSeconds": 0}, status=200)
        yield running


@pytest.fixture
def desk(browser: Browser, site: AppSite) -> Iterator[Desk]:
    context = browser.new_context(viewport=DESK)
    made = Desk(context, site.server)
    yield made
    context.close()
    assert (made.complaints, made.strangers) == ([], [])


@pytest.fixture
def shop(tmp_path: Path) -> Repository:
    return repository(tmp_path / "shop")


def fits(page: Page) -> None:
    """Demand that a page breaks no rule and fits its window."""
    assert violations(page) == []
    assert not is_too_wide(page)


def test_an_app_comes_out_of_a_repository(desk: Desk, site: AppSite, shop: Repository) -> None:
    commit = shop.commit({"stack/compose.yaml": web(site.image, "one")})
    with http_server(shop.folder.parent, token="") as server:
        page = desk.sign_in()
        page.goto(f"{site.server.url}/apps/new")
        page.get_by_text("Git repository").click()
        page.get_by_label("Name").first.fill("gitted")
        page.get_by_label("Address").fill(f"{server.url}/nothing-here")
        page.get_by_role("button", name="Read the repository").click()
        expect(page.get_by_role("alert")).to_contain_text("not")
        page.get_by_label("Address").fill(f"{server.url}/{shop.folder.name}")
        page.get_by_role("textbox", name="Compose file").fill("stack")
        page.get_by_role("button", name="Read the repository").click()
        expect(page.get_by_role("status").filter(has_text=commit[:12])).to_be_visible(timeout=SECONDS)
        expect(page.get_by_role("region", name="What will happen")).to_contain_text("web")
        fits(page)
        page.get_by_role("button", name="Deploy").click()
        page.wait_for_url("**/apps/gitted", timeout=90_000)

        page.get_by_role("tab", name="Settings").click()
        source = page.get_by_role("region", name="Git repository")
        expect(source).to_contain_text(commit)
        expect(source.get_by_label("Compose file")).to_have_value("stack")
        fits(page)
        newer = shop.commit({"stack/compose.yaml": web(site.image, "two")})
        page.get_by_role("button", name="Update").click()
        expect(source).to_contain_text(newer, timeout=SECONDS)
        source.get_by_role("button", name="Forget the repository").click()
        page.get_by_role("dialog").get_by_role("button", name="Forget the repository").click()
        expect(source).to_contain_text("The files are AppOS's own.")
    assert site.app("gitted")["source"]["kind"] == "compose"


def test_a_webhook_is_made_shown_once_and_removed(desk: Desk, site: AppSite) -> None:
    site.deployed("hooked", web(site.image))
    page = desk.sign_in()
    page.goto(f"{site.server.url}/apps/hooked/settings")
    part = page.get_by_role("region", name="Webhook")
    part.get_by_role("button", name="Make a new secret").click()
    page.get_by_role("dialog").get_by_role("button", name="Make a new secret").click()
    expect(part.locator("code")).to_have_count(2)
    address, secret = part.locator("code").all_inner_texts()
    called = {"Authorization": f"Bearer {secret}"}
    path = address.removeprefix(site.server.url)
    assert site.server.request("POST", path, headers=called).status == 202
    fits(page)
    page.reload()
    expect(part).not_to_contain_text(secret)
    part.get_by_role("button", name="Remove the webhook").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove the webhook").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert site.server.request("POST", path, headers=called).status == 401


def test_what_differs_is_told_and_put_right(desk: Desk, site: AppSite) -> None:
    site.deployed("drifted", web(site.image))
    with client_of(site.host) as client:
        client.api.remove_container("drifted-web-1", force=True)
    page = desk.sign_in()
    page.goto(f"{site.server.url}/apps/drifted")
    expect(page.get_by_role("alert")).to_contain_text("web", timeout=SECONDS)
    fits(page)
    page.get_by_role("button", name="Bring the release back").click()
    with page.expect_response(lambda answer: answer.request.method == "POST") as ordered:
        page.get_by_role("dialog").get_by_role("button", name="Bring the release back").click()
    job = site.job(ordered.value.json())
    assert job["state"] == "succeeded", job
    site.state("drifted", "running")
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_role("tab", name="Events").click()
    expect(page.get_by_role("cell", name="destroy")).to_be_visible()
    expect(page.get_by_role("cell", name="health_status: healthy").first).to_be_visible()
    fits(page)

    page.get_by_role("tab", name="Compose").click()
    typed(page, "Compose file", web(site.image, "two"))
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("tab", name="Overview").click()
    page.get_by_role("button", name="Deploy the files as they are").click()
    page.get_by_role("dialog").get_by_role("button", name="Deploy the files as they are").click()
    expect(page.get_by_text("Release: 2")).to_be_visible(timeout=SECONDS)


def test_a_project_of_the_host_is_adopted(desk: Desk, site: AppSite, tmp_path: Path) -> None:
    folder = tmp_path / "diary"
    folder.mkdir()
    (folder / "compose.yaml").write_text(web(site.image, "one"), encoding="utf-8")
    env = {"DOCKER_HOST": site.host, "HOME": str(tmp_path)}
    subprocess.run([str(BESIDE), "up", "--detach"], cwd=folder, env=env, check=True, capture_output=True)
    (folder / "compose.yaml").write_text(web(site.image, "two"), encoding="utf-8")
    page = desk.sign_in()
    page.goto(f"{site.server.url}/apps")
    page.get_by_role("link", name="Adopt").click()
    fits(page)
    page.get_by_role("button", name="Adopt diary").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Adopt", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("service web")
    dialog.get_by_role("button", name="Adopt all the same").click()
    expect(dialog).to_have_count(0)
    assert site.state("diary", "running", 60)["source"]["kind"] == "adopted"


def test_a_container_that_no_compose_made_is_adopted(desk: Desk, site: AppSite) -> None:
    with client_of(site.host) as client:
        client.containers.run(site.image, ["sleep", "600"], name="lonely", init=True, detach=True)
    page = desk.sign_in()
    page.goto(f"{site.server.url}/apps/new/adopt")
    expect(page.get_by_role("button", name="Adopt lonely")).to_be_visible()
    fits(page)
    page.get_by_role("button", name="Adopt lonely").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Adopt", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("lonely-before-appos-")
    fits(page)
    dialog.get_by_role("button", name="Adopt all the same").click()
    expect(dialog).to_have_count(0)
    assert site.state("lonely", "running", 60)["source"]["kind"] == "adopted"
    site.remove("lonely")
    with client_of(site.host) as client:
        (aside,) = client.containers.list(all=True, filters={"name": "lonely-before-appos"})
        aside.remove()


def test_a_terminal_is_recorded_and_played(desk: Desk, site: AppSite) -> None:
    site.deployed("shop", web(site.image))
    page = desk.sign_in()
    page.goto(f"{site.server.url}/settings")
    page.get_by_label("Record terminals").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The settings are stored.")).to_be_visible()
    page.goto(f"{site.server.url}/apps/shop")
    open_terminal(page)
    expect(page.get_by_text("This terminal is recorded.")).to_be_visible()
    page.keyboard.type("echo played-$((40+2))\n")
    expect(page.locator(".xterm-rows")).to_contain_text("played-42", timeout=SECONDS)

    other = desk.open("/terminals")
    expect(other.get_by_role("region", name="Open terminals")).to_contain_text("shop/web")
    other.get_by_role("button", name="End", exact=True).click()
    fits(other)
    other.get_by_role("dialog").get_by_role("button", name="End").click()
    expect(page.get_by_role("button", name="Connect again")).to_be_visible()
    page.close()

    wait_for(lambda: site.done("GET", "terminal/recordings", status=200)["items"], 10, "the recording")
    other.reload()
    other.get_by_role("button", name="Play").click()
    played = other.get_by_role("dialog")
    expect(played.locator(".xterm-rows")).to_contain_text("played-42", timeout=SECONDS)
    expect(played.get_by_role("button", name="Play")).to_be_visible(timeout=SECONDS)
    fits(other)
    slider = played.get_by_role("slider")
    slider.focus()
    slider.press("Home")
    expect(played.locator(".xterm-rows")).not_to_contain_text("played-42")
    slider.press("End")
    expect(played.locator(".xterm-rows")).to_contain_text("played-42")
    other.keyboard.press("Escape")
    other.get_by_role("button", name="Delete").click()
    other.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(other.get_by_text("No recordings")).to_be_visible()
    site.done("PATCH", "settings", {"terminalRecording": False}, status=200)


def test_keys_of_a_compose_file_are_offered(desk: Desk, site: AppSite) -> None:
    page = desk.sign_in()
    page.goto(f"{site.server.url}/apps/new")
    typed(page, "Compose file", "services:\n  web:\n    image: nginx:1\n    ")
    page.keyboard.type("healthc")
    offer = page.locator("[data-editor='Compose file'] .cm-tooltip-autocomplete")
    expect(offer).to_contain_text("healthcheck")
    page.wait_for_timeout(200)
    page.keyboard.press("Enter")
    expect(page.locator("[data-editor='Compose file'] .cm-content")).to_contain_text("healthcheck: ")
