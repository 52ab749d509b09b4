"""Ten ways to break a deployment: each ends new and healthy, or old and healthy, and says why."""

import time
from collections.abc import Iterator

import pytest

from tests.engine_daemon import running_engine
from tests.engine_images import client_of, load_tiny_image
from tests.integration.app_site import AppSite, app_site, web
from tests.integration.breaking import CUT_OFF, await_step, cut_registry, is_failed
from tests.serving import free_port

QUICK = {"watchSeconds": 2, "waitSeconds": 15}


@pytest.fixture(scope="module")
def site(engine_host: str, tiny_image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppSite]:
    with app_site(tmp_path_factory.mktemp("failures"), engine_host, tiny_image) as running:
        yield running


@pytest.fixture
def shop(site: AppSite) -> Iterator[dict[str, tuple[str, str]]]:
    """An app that runs, and its containers."""
    site.deployed("shop", web(site.image), settings=QUICK)
    yield site.containers("shop")
    site.remove("shop")


def _is_as_before(site: AppSite, before: dict[str, tuple[str, str]]) -> None:
    """The app runs what it ran, is healthy, and its files are those that are deployed."""
    app = site.state("shop", "running")
    assert (app["release"], app["isChanged"]) == (1, False)
    assert site.containers("shop") == before
    assert "echo one" in site.done("GET", "apps/shop/compose", status=200)["compose"]


def test_a_bad_image_name(site: AppSite, shop: dict[str, tuple[str, str]]) -> None:
    job = site.edited("shop", web("127.0.0.1:1/nowhere/nothing:1"))
    is_failed(job, "nothing:1", "Release 1 was not touched.")
    _is_as_before(site, shop)


def test_a_health_check_that_fails(site: AppSite, shop: dict[str, tuple[str, str]]) -> None:
    sick = web(site.image, "two").replace("http://127.0.0.1/", "http://127.0.0.1:81/")
    is_failed(site.edited("shop", sick), "unhealthy", "Release 1 was restored and is healthy.")
    _is_as_before(site, shop)
    history = site.done("GET", "apps/shop/compose", status=200)["history"]
    assert [it["reason"] for it in history][:2] == ["release 1 was restored", "compose edited"]


def test_a_crash_loop(site: AppSite, shop: dict[str, tuple[str, str]]) -> None:
    loop = web(site.image, "two", more="    restart: always\n").replace(
        "exec httpd -f -p 80", "echo last-words; sleep 1; exit 7"
    )
    loop = loop[: loop.index("    healthcheck")] + "    restart: always\n    stop_grace_period: 1s\n"
    job = site.edited("shop", loop)
    is_failed(job, "started again", "last-words", "Release 1 was restored and is healthy.")
    assert "last-words" in site.log(job)
    _is_as_before(site, shop)


def test_a_port_that_is_taken(site: AppSite, shop: dict[str, tuple[str, str]]) -> None:
    port = free_port()
    with client_of(site.host) as client:
        host = client.api.create_host_config(port_bindings={80: ("127.0.0.1", port)})
        made = client.api.create_container(
            site.image, ["sleep", "600"], name="holder", ports=[80], host_config=host
        )
        client.api.start(made["Id"])
        try:
            job = site.edited("shop", web(site.image, "two", port=port))
        finally:
            client.api.remove_container("holder", force=True)
    is_failed(job, str(port), "holder", "Release 1 was not touched.")
    _is_as_before(site, shop)


def test_a_variable_that_is_missing(site: AppSite, shop: dict[str, tuple[str, str]]) -> None:
    needs = web(site.image, "${WORD:?is needed}")
    answer = site.ask("PUT", "apps/shop/compose", {"compose": needs})
    assert (answer.status, answer.json()["code"]) == (400, "compose_invalid")
    assert "WORD" in answer.text
    _is_as_before(site, shop)


def test_a_disk_that_is_full(site: AppSite, shop: dict[str, tuple[str, str]]) -> None:
    full = web(site.image, "two", more="    tmpfs: ['/data:size=64k']\n").replace(
        "exec httpd", "dd if=/dev/zero of=/data/x bs=1k count=100 || exit 28; exec httpd"
    )
    is_failed(site.edited("shop", full), "(28)", "Release 1 was restored and is healthy.")
    _is_as_before(site, shop)


def test_a_pull_that_is_cut_off(site: AppSite, shop: dict[str, tuple[str, str]]) -> None:
    with cut_registry() as registry:
        job = site.edited("shop", web(f"{registry}/big:1", "two"))
    is_failed(job, "Release 1 was not touched.")
    assert CUT_OFF.search(job["error"]["message"]), job["error"]
    _is_as_before(site, shop)


def test_a_cancelled_deployment(site: AppSite, shop: dict[str, tuple[str, str]]) -> None:
    slow = web(site.image, "two").replace("interval: 0.5s", "interval: 10s\n      start_period: 60s")
    site.done("PUT", "apps/shop/compose", {"compose": slow}, status=200)
    accepted = site.done("POST", "apps/shop/redeploy")
    await_step(site, accepted, "apply")
    time.sleep(1.0)
    site.done("POST", f"jobs/{accepted['job']['id']}/cancel")
    assert site.job(accepted)["state"] == "cancelled"
    _is_as_before(site, shop)


def test_a_kill_of_appos_after_a_cancel(site: AppSite, shop: dict[str, tuple[str, str]]) -> None:
    slow = web(site.image, "two").replace("interval: 0.5s", "interval: 10s\n      start_period: 60s")
    site.done("PUT", "apps/shop/compose", {"compose": slow}, status=200)
    accepted = site.done("POST", "apps/shop/redeploy")
    await_step(site, accepted, "apply")
    time.sleep(1.0)
    site.done("POST", f"jobs/{accepted['job']['id']}/cancel")
    site.server.kill()
    site.server.start()
    assert site.job(accepted)["state"] == "cancelled"
    _is_as_before(site, shop)


@pytest.mark.parametrize("step", ["pull", "apply", "watch"])
def test_a_kill_of_appos(site: AppSite, shop: dict[str, tuple[str, str]], step: str) -> None:
    compose = web(site.image, "two")
    if step == "pull":
        # An image that takes its time.
        recipe = {"path": "Dockerfile", "text": f"FROM {site.image}\nRUN sleep 3\n"}
        site.done("PUT", "apps/shop/files/content", recipe, status=200)
        compose = compose.replace(f"image: {site.image}", "image: shop:two\n    build: .")
    site.done("PUT", "apps/shop/compose", {"compose": compose}, status=200)
    accepted = site.done("POST", "apps/shop/redeploy")
    await_step(site, accepted, step)
    site.server.kill()
    site.server.start()
    job = site.job(accepted)
    assert job["state"] == "succeeded", job
    app = site.state("shop", "running")
    assert (app["release"], app["isChanged"]) == (2, False)


def test_a_kill_of_appos_on_the_way_back(site: AppSite, shop: dict[str, tuple[str, str]]) -> None:
    sick = web(site.image, "two").replace("http://127.0.0.1/", "http://127.0.0.1:81/")
    site.done("PUT", "apps/shop/compose", {"compose": sick}, status=200)
    accepted = site.done("POST", "apps/shop/redeploy")
    await_step(site, accepted, "restore")
    site.server.kill()
    site.server.start()
    is_failed(site.job(accepted), "Release 1 was restored and is healthy.")
    _is_as_before(site, shop)


@pytest.mark.parametrize("step", ["apply", "watch"])
def test_an_engine_restart(tmp_path_factory: pytest.TempPathFactory, step: str) -> None:
    with running_engine() as engine:
        image = load_tiny_image(engine.host)
        with app_site(tmp_path_factory.mktemp("restart"), engine.host, image) as site:
            site.deployed("shop", web(image), settings=QUICK)
            site.done("PUT", "apps/shop/compose", {"compose": web(image, "two")}, status=200)
            accepted = site.done("POST", "apps/shop/redeploy")
            await_step(site, accepted, step)
            engine.restart()
            job = site.job(accepted, 150)
            assert job["state"] == "succeeded", job["steps"]
            assert site.state("shop", "running", 30)["release"] == 2


def test_two_at_once_are_one_after_the_other(site: AppSite, shop: dict[str, tuple[str, str]]) -> None:
    first = site.done("POST", "apps/shop/redeploy")
    second = site.done("POST", "apps/shop/stop")
    third = site.done("DELETE", "apps/shop?volumes=1")
    waiting = site.done("GET", f"jobs/{third['job']['id']}", status=200)
    assert waiting["state"] == "queued"
    ended = [site.job(it) for it in (first, second, third)]
    assert [it["state"] for it in ended] == ["succeeded"] * 3
    assert ended[0]["finished"] <= ended[1]["started"] <= ended[1]["finished"] <= ended[2]["started"]
    assert (site.ask("GET", "apps/shop").status, site.containers("shop")) == (404, {})
