"""What differs from what was deployed is found, and put right either way."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.engine_images import client_of
from tests.integration.app_site import AppSite, app_site, web


@pytest.fixture(scope="module")
def site(engine_host: str, tiny_image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppSite]:
    with app_site(tmp_path_factory.mktemp("drift"), engine_host, tiny_image) as running:
        running.done("PATCH", "settings", {"watchSeconds": 0}, status=200)
        running.deployed("wiki", web(tiny_image))
        yield running


def found(site: AppSite) -> tuple[set[tuple[str, str, str]], list[str]]:
    drift: dict[str, Any] = site.done("GET", "apps/wiki/drift", status=200)
    assert drift["problem"] == ""
    return {(it["place"], it["name"], it["state"]) for it in drift["items"]}, drift["actions"]


def put_right(site: AppSite, action: str) -> None:
    job = site.job(site.done("POST", "apps/wiki/drift", {"action": action}))
    assert job["state"] == "succeeded", job
    assert found(site) == (set(), [])


def test_what_was_deployed_has_no_drift(site: AppSite) -> None:
    assert found(site) == (set(), [])


def test_an_app_that_was_stopped_is_meant_to_be(site: AppSite) -> None:
    site.verb("wiki", "stop")
    assert found(site) == (set(), [])
    site.verb("wiki", "start")


def test_a_container_that_was_taken_away_comes_back(site: AppSite) -> None:
    with client_of(site.host) as client:
        client.api.stop("wiki-web-1", timeout=0)
        assert found(site) == ({("service", "web", "stopped")}, ["apply"])
        client.api.remove_container("wiki-web-1", force=True)

    assert found(site) == ({("service", "web", "missing")}, ["apply"])
    put_right(site, "apply")
    assert site.containers("wiki")["wiki-web-1"][0] == "running"


def test_an_edited_file_is_put_back_and_stays_in_the_history(site: AppSite) -> None:
    path = site.server.data_dir / "apps/wiki/compose.yaml"
    deployed, edited = path.read_text(), web(site.image, "edited on the disk")
    path.write_text(edited)

    assert found(site) == ({("file", "compose.yaml", "changed")}, ["apply", "accept"])
    put_right(site, "apply")
    assert path.read_text() == deployed
    history = site.done("GET", "apps/wiki/compose", status=200)["history"]
    texts = [
        site.done("GET", f"apps/wiki/compose/history/{it['number']}", status=200)["compose"] for it in history
    ]
    assert edited in texts


def test_an_edited_file_is_accepted(site: AppSite) -> None:
    path = site.server.data_dir / "apps/wiki/compose.yaml"
    edited = web(site.image, "accepted")
    path.write_text(edited)
    before = site.app("wiki")["release"]

    put_right(site, "accept")
    assert path.read_text() == edited
    assert site.app("wiki")["release"] > before


def test_nothing_differs_from_nothing(site: AppSite) -> None:
    site.done(
        "POST", "apps/deploy", {"name": "draft", "compose": web(site.image), "start": False}, status=201
    )
    drift = site.done("GET", "apps/draft/drift", status=200)
    assert (drift["release"], drift["items"], drift["actions"]) == (0, [], [])
    answer = site.ask("POST", "apps/draft/drift", {"action": "apply"})
    assert (answer.status, answer.json()["code"]) == (409, "not_deployed")
