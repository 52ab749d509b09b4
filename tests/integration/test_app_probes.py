"""What a deployment asks outside of its containers: a probe to be answered, a registry with a password."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.app_site import AppSite, app_site, web
from tests.integration.engine_sites import Pushed

QUICK = {"watchSeconds": 1, "waitSeconds": 20}


@pytest.fixture(scope="module")
def site(engine_host: str, tiny_image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppSite]:
    with app_site(tmp_path_factory.mktemp("probes"), engine_host, tiny_image) as running:
        yield running


@pytest.mark.parametrize(
    ("name", "probe"),
    [
        ("page", {"kind": "http", "service": "web", "port": 80, "path": "/"}),
        ("nothing", {"kind": "http", "service": "web", "port": 80, "path": "/none", "expect": 404}),
        ("port", {"kind": "tcp", "service": "web", "port": 80}),
    ],
)
def test_a_probe_that_is_answered_lets_a_release_be(site: AppSite, name: str, probe: dict[str, Any]) -> None:
    site.deployed(name, web(site.image), settings={**QUICK, "probe": probe})
    site.state(name, "running")
    site.remove(name)


@pytest.mark.parametrize(
    ("probe", "said"),
    [
        ({"kind": "http", "service": "web", "port": 80, "path": "/none"}, "404"),
        ({"kind": "http", "service": "web", "port": 81, "path": "/"}, "refused"),
        ({"kind": "tcp", "service": "web", "port": 81}, "refused"),
        ({"kind": "tcp", "service": "gone", "port": 80}, "no running container"),
    ],
)
def test_a_probe_that_fails_brings_the_release_before_back(
    site: AppSite, probe: dict[str, Any], said: str
) -> None:
    site.deployed("probed", web(site.image), settings=QUICK)
    settings = {"watchSeconds": 1, "waitSeconds": 3, "probe": probe}
    site.done("PATCH", "apps/probed/settings", settings, status=200)
    job = site.edited("probed", web(site.image, "two"))
    assert (job["state"], job["error"]["code"]) == ("failed", "probe_failed"), job["error"]
    assert said in job["error"]["message"]
    assert "Release 1 was restored and is healthy." in job["error"]["message"]
    assert site.app("probed")["release"] == 1
    site.remove("probed")


def test_an_image_of_a_private_registry_needs_its_password(site: AppSite, pushed: Pushed) -> None:
    compose = web(pushed.private)
    job = site.job(
        site.done("POST", "apps/deploy", {"name": "closed", "compose": compose, "settings": QUICK})
    )
    assert job["state"] == "failed", job
    assert "or needs an account" in job["error"]["message"]

    private = pushed.private_registry
    wrong = {"registry": private.address, "username": private.user, "password": "Basalt-Heron-8"}
    assert site.ask("POST", "docker/registries", wrong).json()["code"] == "registry_denied"
    right = {**wrong, "password": private.password}
    site.done("POST", "docker/registries", right, status=201)
    job = site.job(site.done("POST", "apps/closed/redeploy"))
    assert job["state"] == "succeeded", job["error"]
    assert private.password not in site.log(job)
    site.state("closed", "running")
    site.remove("closed")
    site.done("DELETE", f"docker/registries/{private.address}", status=204)
