"""Fifty apps at once, an engine that restarts under them, and secrets that come out nowhere."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine_daemon import PrivateEngine, running_engine
from tests.engine_images import load_tiny_image
from tests.integration.app_site import AppSite, app_site

APPS = 50
SECONDS = 5.0
CANARY = "canary-7f3a91"


pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def engine() -> Iterator[PrivateEngine]:
    with running_engine() as running:
        yield running


@pytest.fixture(scope="module")
def site(engine: PrivateEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppSite]:
    image = load_tiny_image(engine.host)
    with app_site(tmp_path_factory.mktemp("crowd"), engine.host, image, JOB_WORKERS="8") as running:
        yield running


def _states(site: AppSite) -> dict[str, str]:
    listed = site.done("GET", "apps?perPage=200", status=200)["items"]
    return {it["name"]: it["state"] for it in listed}


def test_fifty_apps_are_right_again_soon_after_the_engine_was_restarted(
    site: AppSite, engine: PrivateEngine
) -> None:
    sleeper = (
        f"    image: {site.image}\n    init: true\n    command: [sleep, '3600']\n    network_mode: none\n"
    )
    for number in range(APPS):
        restart = "    restart: always\n" if number % 2 else ""
        compose = f"services:\n  one:\n{sleeper}{restart}"
        body = {"name": f"app{number:02}", "compose": compose, "settings": {"watchSeconds": 0.1}}
        site.done("POST", "apps/deploy", body)
    give_up_at = time.monotonic() + 100
    while set(_states(site).values()) != {"running"} or len(_states(site)) != APPS:
        assert time.monotonic() < give_up_at, _states(site)
        time.sleep(0.5)

    engine.stop()
    give_up_at = time.monotonic() + SECONDS
    while set(_states(site).values()) != {"unknown"}:
        assert time.monotonic() < give_up_at, _states(site)
        time.sleep(0.1)
    engine.start()
    wanted = {f"app{number:02}": "running" if number % 2 else "degraded" for number in range(APPS)}
    give_up_at = time.monotonic() + 30
    while site.done("GET", "docker/info", status=200)["info"] is None:
        assert time.monotonic() < give_up_at
        time.sleep(0.1)
    began = time.monotonic()
    while _states(site) != wanted:
        assert time.monotonic() < began + 2 * SECONDS, _states(site)
        time.sleep(0.1)
    print(f"{APPS} apps were right {time.monotonic() - began:.1f} s after the engine answered", end=" ")


def test_no_secret_comes_out_where_it_does_not_belong(site: AppSite, tmp_path: Path) -> None:
    compose = (
        "services:\n  web:\n"
        f"    image: {site.image}\n    init: true\n    network_mode: none\n"
        "    command: [sh, -c, 'echo up; sleep 3600']\n"
        "    environment:\n      API_TOKEN: ${API_TOKEN}\n      DB_PASSWORD: ${DB_PASSWORD}\n"
        "    secrets: [pin]\n"
        "secrets:\n  pin:\n    environment: PIN_SECRET\n"
    )
    env = {name: f"{CANARY}-{name.lower()}" for name in ("API_TOKEN", "DB_PASSWORD", "PIN_SECRET")}
    site.deployed("vault", compose, env=env, settings={"watchSeconds": 0.1})
    broken = compose.replace("echo up; sleep 3600", "exit 9")
    failed = site.edited("vault", broken)
    assert failed["state"] == "failed", failed

    seen = {
        path: site.ask("GET", path).text
        for path in (
            *("apps", "apps/vault", "apps/vault/compose", "apps/vault/releases", "apps/vault/releases/1"),
            *("apps/vault/logs", "apps/vault/removal", "jobs?perPage=200", "audit?perPage=200"),
            *(f"jobs/{failed['id']}/log", "docker/containers", "docker/containers/vault-web-1"),
        )
    }
    seen["plan"] = site.ask("POST", "apps/vault/plan", {}).text
    seen["log"] = site.server.log_text()
    seen["export"] = site.raw("apps/vault/export").decode("latin-1")
    assert {path for path, text in seen.items() if CANARY in text} == set()
    assert CANARY in json.dumps(site.done("GET", "apps/vault/env", status=200))
    mode = (site.server.data_dir / "apps" / "vault" / ".env").stat().st_mode & 0o777
    assert mode == 0o600
