"""The Docker behind the apps, over HTTP, on a real engine."""

import json
from collections.abc import Iterator

import pytest

from tests.engine_images import client_of
from tests.integration.app_site import AppSite, app_site, web


@pytest.fixture(scope="module")
def site(engine_host: str, tiny_image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppSite]:
    with app_site(tmp_path_factory.mktemp("docker"), engine_host, tiny_image) as running:
        running.deployed("shop", web(tiny_image), settings={"watchSeconds": 1})
        yield running


def test_containers_are_listed_and_operated(site: AppSite) -> None:
    listed = site.done("GET", "docker/containers?search=shop", status=200)["items"]
    assert [(it["name"], it["state"]) for it in listed] == [("shop-web-1", "running")]
    assert site.done("POST", "docker/containers/shop-web-1/stop", {}, status=200)["state"] == "exited"
    site.state("shop", "degraded")
    assert site.done("POST", "docker/containers/shop-web-1/start", status=200)["state"] == "running"
    site.state("shop", "running")


def test_values_of_an_environment_are_never_shown(site: AppSite) -> None:
    compose = web(site.image, more="    environment:\n      TOKEN: canary-4711\n")
    site.deployed("quiet", compose, settings={"watchSeconds": 1})
    text = site.ask("GET", "docker/containers/quiet-web-1").text
    assert "TOKEN" in text
    assert "canary-4711" not in text
    assert "canary-4711" not in site.ask("GET", "apps/quiet/releases/1").json()["model"].__repr__()


def test_logs_are_merged_searched_and_followed(site: AppSite) -> None:
    compose = (
        "services:\n"
        f"  a:\n    image: {site.image}\n    init: true\n    command: [sh, -c, 'echo from-a; sleep 600']\n"
        f"  b:\n    image: {site.image}\n    init: true\n"
        "    command: [sh, -c, 'echo from-b; while sleep 0.2; do echo \"<b>tick\"; done']\n"
    )
    site.deployed("talk", compose, settings={"watchSeconds": 1})
    lines = site.done("GET", "apps/talk/logs?tail=500", status=200)["lines"]
    assert {"from-a", "from-b", "<b>tick"} <= {it["text"] for it in lines}
    assert [it["time"] for it in lines] == sorted(it["time"] for it in lines)
    found = site.done("GET", "apps/talk/logs?search=FROM-&service=a", status=200)["lines"]
    assert [(it["service"], it["text"]) for it in found] == [("a", "from-a")]
    with site.stream("apps/talk/logs?follow=1&tail=0&service=b") as events:
        name, data = next(events)
        assert (name, data["service"], data["text"]) == ("line", "b", "<b>tick")


def test_statistics_are_streamed_while_somebody_looks(site: AppSite) -> None:
    with site.stream("apps/shop/stats") as events:
        told = next(data for _, data in events if data["services"])
    assert told["services"][0]["stats"]["memoryBytes"] > 0


def test_pruning_shows_first_and_leaves_what_apps_hold(site: AppSite) -> None:
    with client_of(site.host) as client:
        client.api.create_container(site.image, ["true"], name="stray")
        client.volumes.create("loose")
    site.verb("shop", "stop")
    preview = site.done("POST", "docker/containers/prune?preview=1", status=200)
    assert "stray" in {it["name"] for it in preview["items"]}
    assert preview["keeps"] == ["shop-web-1"]
    gone = site.done("POST", "docker/containers/prune", status=200)["items"]
    assert {it["name"] for it in gone} == {it["name"] for it in preview["items"]}
    assert site.ask("GET", "docker/containers/shop-web-1").status == 200
    kept = site.done("POST", "docker/volumes/prune", status=200)["items"]
    assert "loose" not in {it["name"] for it in kept}
    gone = site.done("POST", "docker/volumes/prune?all=1", status=200)["items"]
    assert "loose" in {it["name"] for it in gone}
    images = site.done("POST", "docker/images/prune?all=1&preview=1", status=200)
    assert all(not it["name"].startswith("appos-kept/") for it in images["items"])


def test_networks_and_volumes_are_made_and_removed(site: AppSite) -> None:
    assert site.done("POST", "docker/volumes", {"name": "extra"}, status=201)["driver"] == "local"
    assert site.ask("DELETE", "docker/volumes/extra").status == 204
    assert site.ask("DELETE", "docker/volumes/extra").status == 404
    made = site.done("POST", "docker/networks", {"name": "extra"}, status=201)
    assert site.ask("DELETE", f"docker/networks/{made['id']}").status == 204
    assert site.ask("POST", "docker/everything/prune").status == 404


def test_a_user_sees_and_does_what_was_granted(site: AppSite) -> None:
    site.verb("shop", "start")
    password = "Granite-Falcon-43"
    body = {"email": "bob@example.com", "password": password, "passwordConfirm": password}
    user = site.server.request("POST", "/api/collections/users/records", site.token, body).json()
    signed = site.server.request(
        "POST",
        "/api/collections/users/auth-with-password",
        json_={"identity": "bob@example.com", "password": password},
    ).json()["token"]

    def asked(method: str, path: str) -> int:
        return site.server.request(method, f"/api/appos/{path}", signed).status

    assert (asked("GET", "apps/shop"), asked("POST", "apps/shop/restart")) == (404, 404)
    site.done("PUT", "apps/shop/grants", {user["id"]: "read"}, status=200)
    assert (asked("GET", "apps/shop"), asked("POST", "apps/shop/restart")) == (200, 403)
    site.done("PUT", "apps/shop/grants", {user["id"]: "operate"}, status=200)
    assert (asked("POST", "apps/shop/restart"), asked("PUT", "apps/shop/compose")) == (202, 403)
    shown = site.server.request("GET", "/api/appos/apps", signed).json()
    assert [(it["name"], it["level"]) for it in shown["items"]] == [("shop", "operate")]
    assert json.loads(site.server.request("GET", "/api/appos/apps/shop/env", signed).text)["env"] == {}
