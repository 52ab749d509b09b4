"""The life of an app on a real engine, with the real Compose: deployed, changed, operated, removed."""

from collections.abc import Iterator

import pytest

from tests.engine_images import client_of
from tests.integration.app_site import AppSite, app_site, web


@pytest.fixture(scope="module")
def site(engine_host: str, tiny_image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppSite]:
    with app_site(tmp_path_factory.mktemp("apps"), engine_host, tiny_image) as running:
        yield running


@pytest.fixture
def quick() -> dict[str, object]:
    """Settings of an app that is not watched for long."""
    return {"watchSeconds": 1, "waitSeconds": 20}


def test_an_app_is_deployed_changed_rolled_back_and_removed(site: AppSite, quick: dict[str, object]) -> None:
    job = site.deployed("wiki", web(site.image), settings=quick)
    assert [it["name"] for it in job["steps"]] == [
        *("validate", "preflight", "pull", "snapshot", "apply", "watch", "finish")
    ]
    app = site.state("wiki", "running")
    assert (app["release"], app["isChanged"], app["level"]) == (1, False, "superuser")
    assert [it["health"] for it in app["services"]] == ["healthy"]

    assert site.edited("wiki", web(site.image, "two"))["state"] == "succeeded"
    assert site.app("wiki")["release"] == 2

    assert site.verb("wiki", "rollback", {})["state"] == "succeeded"
    assert "echo one" in site.done("GET", "apps/wiki/compose", status=200)["compose"]
    assert site.app("wiki")["release"] == 3

    releases = site.done("GET", "apps/wiki/releases", status=200)["items"]
    assert [(it["number"], it["state"]) for it in releases] == [(3, "current"), (2, "good"), (1, "good")]

    site.remove("wiki")
    assert site.ask("GET", "apps/wiki").status == 404
    assert site.containers("wiki") == {}


def test_an_app_is_stopped_started_and_restarted(site: AppSite, quick: dict[str, object]) -> None:
    site.deployed("clock", web(site.image), settings=quick)
    assert site.verb("clock", "stop")["state"] == "succeeded"
    assert site.state("clock", "stopped")["desired"] == "stopped"
    assert site.verb("clock", "start")["state"] == "succeeded"
    site.state("clock", "running")
    assert site.verb("clock", "restart", {"services": ["web"]})["state"] == "succeeded"
    site.state("clock", "running")


def test_a_network_that_was_pruned_while_an_app_was_stopped_is_told_and_made_anew(
    site: AppSite, quick: dict[str, object]
) -> None:
    site.deployed("pruned", web(site.image), settings=quick)
    before = site.containers("pruned")
    assert site.verb("pruned", "stop")["state"] == "succeeded"
    with client_of(site.host) as client:
        client.networks.get("pruned_default").remove()
    job = site.verb("pruned", "start")
    assert (job["state"], job["error"]["code"]) == ("failed", "network_gone")
    assert "redeploy pruned" in job["error"]["message"]
    assert site.verb("pruned", "redeploy")["state"] == "succeeded"
    site.state("pruned", "running")
    assert site.containers("pruned") == before
    site.remove("pruned")


def test_a_first_deployment_that_fails_leaves_its_text_and_nothing_running(
    site: AppSite, quick: dict[str, object]
) -> None:
    broken = web(site.image).replace("exec httpd -f -p 80", "exit 3")
    job = site.job(site.done("POST", "apps/deploy", {"name": "sick", "compose": broken, "settings": quick}))
    assert job["state"] == "failed", job
    assert "Nothing of it is left running" in job["error"]["message"]
    assert site.containers("sick") == {}
    app = site.app("sick")
    assert (app["state"], app["release"]) == ("draft", 0)
    assert site.done("GET", "apps/sick/compose", status=200)["compose"] == broken


def test_what_compose_refuses_is_not_kept(site: AppSite) -> None:
    answer = site.ask("POST", "apps/deploy", {"name": "bad", "compose": "services:\n  web:\n    imagee: x\n"})
    assert (answer.status, answer.json()["code"]) == (400, "compose_invalid")
    assert answer.json()["data"]["services.web.imagee"]["line"] == 3
    assert site.ask("GET", "apps/bad").status == 404


def test_an_update_that_finds_nothing_newer_changes_nothing(site: AppSite, quick: dict[str, object]) -> None:
    site.deployed("calm", web(site.image), settings=quick)
    before = site.containers("calm")
    job = site.verb("calm", "restart", {})
    assert job["state"] == "succeeded"
    assert site.containers("calm").keys() == before.keys()
