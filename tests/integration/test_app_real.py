"""Real applications, pulled from a real registry, are updated and broken in ten ways.

Each time they end new and healthy or old and healthy, with the reason told, and have what they were given.
"""

import copy
import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.engine_daemon import PrivateEngine, running_engine
from tests.engine_images import client_of
from tests.engine_registry import IMAGES, Registry, running_registry
from tests.integration.app_site import AppSite, app_site
from tests.integration.breaking import CUT_OFF, await_step, cut_registry, is_failed
from tests.integration.real_apps import BROKEN, RealApp
from tests.serving import ROOT, free_port

pytestmark = [pytest.mark.campaign, pytest.mark.timeout(1800)]

IS_FULL = os.environ.get("CAMPAIGN") == "full"
SAMPLE = 2
SETTINGS = {"watchSeconds": 3, "waitSeconds": 30}
SECONDS = 240.0


@dataclass
class Trial:
    """An application that AppOS has deployed, to be broken."""

    site: AppSite
    engine: PrivateEngine
    app: RealApp
    compose: dict[str, Any]
    release: int = 1

    @property
    def name(self) -> str:
        return self.app.project

    def main(self, **changes: Any) -> dict[str, Any]:
        """Its Compose file with its main service changed."""
        changed = copy.deepcopy(self.compose)
        changed["services"][self.app.main].update(changes)
        return changed

    def begin(self, compose: dict[str, Any]) -> dict[str, Any]:
        """Save a Compose file, and begin to deploy it."""
        text = yaml.safe_dump(compose, sort_keys=False)
        self.site.done("PUT", f"apps/{self.name}/compose", {"compose": text}, status=200)
        accepted: dict[str, Any] = self.site.done("POST", f"apps/{self.name}/redeploy")
        return accepted

    def end(self, accepted: dict[str, Any]) -> dict[str, Any]:
        return self.site.job(accepted, SECONDS)

    def is_old(self) -> None:
        """It runs what it ran, and has what it had."""
        app = self.site.state(self.name, "running", 60)
        assert (app["release"], app["isChanged"]) == (self.release, False)
        self.app.check()

    def is_new(self) -> None:
        """It runs a newer release, and has what it had."""
        before, self.release = self.release, self.site.app(self.name)["release"]
        assert self.release > before
        self.is_old()


def a_bad_image_name(trial: Trial) -> None:
    job = trial.end(trial.begin(trial.main(image="127.0.0.1:1/nowhere/nothing:1")))
    is_failed(job, "nothing:1", f"Release {trial.release} was not touched.")
    trial.is_old()


def a_failing_health_check(trial: Trial) -> None:
    sick = {"test": ["CMD", "false"], "interval": "0.5s", "retries": 2, "start_period": "0s"}
    job = trial.end(trial.begin(trial.main(healthcheck=sick)))
    is_failed(job, "unhealthy", "was restored and is healthy.")
    trial.is_old()


def a_crash_loop(trial: Trial) -> None:
    loop = trial.main(entrypoint=["sh", "-c", "echo last-words; sleep 1; exit 7"], command=[])
    job = trial.end(trial.begin(loop))
    is_failed(job, f"{trial.name}-{trial.app.main}-1 is ", "last-words", "was restored and is healthy.")
    trial.is_old()


def a_port_that_is_taken(trial: Trial) -> None:
    port = free_port()
    ports = [*trial.compose["services"][trial.app.main].get("ports", []), f"127.0.0.1:{port}:7777"]
    with client_of(trial.site.host) as client:
        image = client.containers.get(f"{trial.name}-{trial.app.main}-1").attrs["Image"]
        bindings = client.api.create_host_config(port_bindings={7777: ("127.0.0.1", port)})
        client.api.create_container(
            image, ["600"], entrypoint=["sleep"], name="holder", ports=[7777], host_config=bindings
        )
        client.api.start("holder")
        try:
            job = trial.end(trial.begin(trial.main(ports=ports)))
        finally:
            client.api.remove_container("holder", force=True)
    is_failed(job, str(port), "holder", f"Release {trial.release} was not touched.")
    trial.is_old()


def a_missing_variable(trial: Trial) -> None:
    text = yaml.safe_dump(trial.main(labels={"word": "${WORD:?is needed}"}))
    answer = trial.site.ask("PUT", f"apps/{trial.name}/compose", {"compose": text})
    assert (answer.status, answer.json()["code"]) == (400, "compose_invalid")
    assert "WORD" in answer.text
    trial.is_old()


def a_full_disk(trial: Trial) -> None:
    script = (
        "dd if=/dev/zero of=/full/x bs=1k count=100 2>/dev/null || { echo disk-full; exit 28; }; sleep 600"
    )
    full = trial.main(entrypoint=["sh", "-c", script], command=[], tmpfs=["/full:size=64k"])
    job = trial.end(trial.begin(full))
    is_failed(job, f"{trial.name}-{trial.app.main}-1 is ", "disk-full", "was restored and is healthy.")
    trial.is_old()


def a_pull_that_is_cut_off(trial: Trial) -> None:
    with cut_registry() as registry:
        job = trial.end(trial.begin(trial.main(image=f"{registry}/big:1")))
    is_failed(job, f"Release {trial.release} was not touched.")
    assert CUT_OFF.search(job["error"]["message"]), job["error"]
    trial.is_old()


def an_engine_restart(trial: Trial) -> None:
    accepted = trial.begin(trial.main(labels={"restarted": str(trial.release)}))
    await_step(trial.site, accepted, "apply")
    trial.engine.restart()
    job = trial.end(accepted)
    assert job["state"] == "succeeded", job
    trial.is_new()


def a_kill_of_appos(trial: Trial) -> None:
    accepted = trial.begin(trial.main(labels={"killed": str(trial.release)}))
    await_step(trial.site, accepted, "apply")
    trial.site.server.kill()
    trial.site.server.start()
    job = trial.end(accepted)
    assert job["state"] == "succeeded", job
    trial.is_new()


def a_cancel(trial: Trial) -> None:
    accepted = trial.begin(trial.main(labels={"cancelled": str(trial.release)}))
    await_step(trial.site, accepted, "watch")
    trial.site.done("POST", f"jobs/{accepted['job']['id']}/cancel")
    job = trial.end(accepted)
    assert job["state"] == "cancelled", job
    trial.is_old()


Way = Callable[[Trial], None]
WAYS: tuple[Way, ...] = (
    a_bad_image_name,
    a_failing_health_check,
    a_crash_loop,
    a_port_that_is_taken,
    a_missing_variable,
    a_full_disk,
    a_pull_that_is_cut_off,
    an_engine_restart,
    a_kill_of_appos,
    a_cancel,
)


@pytest.mark.parametrize("kind", BROKEN if IS_FULL else (None,))
def test_real_applications_end_well(
    kind: type[RealApp] | None,
    image_registry: Registry,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    seed = int(os.environ.get("CAMPAIGN_SEED", 0)) or random.randrange(1, 1 << 31)
    chance = random.Random(seed)
    kind = kind or chance.choice(BROKEN)
    # The engine asks for a pull that is cut off again for more than a minute: a sample is without it.
    ways = [way for way in WAYS if IS_FULL or way is not a_pull_that_is_cut_off]
    chance.shuffle(ways)
    ways = ways if IS_FULL else ways[:SAMPLE]
    with deployed(kind, image_registry, tmp_path) as (trial, registry):
        trial.app.write()
        trial.app.check()
        update(trial, registry)
        for way in ways:
            try:
                way(trial)
            except BaseException as error:
                error.add_note(f"{kind.__name__} with {way.__name__}, seed {seed}")
                raise
    with capsys.disabled():
        print(
            f"\n{kind.__name__}, updated and broken in {len(ways)} ways (seed {seed}): each ended well",
            end=" ",
        )


@contextmanager
def deployed(kind: type[RealApp], images: Registry, folder: Path) -> Iterator[tuple[Trial, Registry]]:
    """Deploy an application, out of a registry to which its images can be pushed anew."""
    with (
        running_engine() as engine,
        running_registry(folder / "registry") as registry,
        app_site(folder, engine.host, "") as site,
    ):
        app = kind(engine.host, free_port())
        source = ROOT / "tests" / "apps" / app.project
        compose = yaml.safe_load((source / "compose.yaml").read_text(encoding="utf-8"))
        compose = {key: value for key, value in compose.items() if not key.startswith("x-")}
        copy_images(engine.host, images, registry, compose)
        files = {
            it.relative_to(source).as_posix(): it.read_text(encoding="utf-8")
            for it in source.rglob("*")
            if it.is_file() and it.name != "compose.yaml"
        }
        body = {
            "name": app.project,
            "compose": yaml.safe_dump(compose, sort_keys=False),
            "env": {"REGISTRY": registry.address, "PORT": str(app.port), **app.environment()},
            "files": files,
            "settings": SETTINGS,
        }
        job = site.job(site.done("POST", "apps/deploy", body), SECONDS)
        assert job["state"] == "succeeded", (job, site.log(job))
        yield Trial(site, engine, app, compose), registry


def copy_images(host: str, images: Registry, registry: Registry, compose: dict[str, Any]) -> None:
    """Push the images of an application to another registry; the engine keeps none of them."""
    named = {service["image"] for service in compose["services"].values()}
    with client_of(host) as client:
        for image in IMAGES:
            if f"${{REGISTRY}}/{image}:tests" in named:
                client.images.pull(f"{images.address}/{image}", "tests").tag(image, "tests")
                registry.push(host, f"{image}:tests")
        client.images.prune(filters={"dangling": False})


def update(trial: Trial, registry: Registry) -> None:
    """Push a newer image of the main service, and have AppOS update the application."""
    name = trial.compose["services"][trial.app.main]["image"].rpartition("/")[2].partition(":")[0]
    with client_of(trial.site.host) as client:
        made = client.containers.create(f"{registry.address}/{name}:tests", name="newer")
        made.commit(name, "tests", changes=["LABEL newer=yes"])
        made.remove()
        registry.push(trial.site.host, f"{name}:tests")
        client.images.remove(f"{name}:tests")
    job = trial.site.job(trial.site.done("POST", f"apps/{trial.name}/update"), SECONDS)
    assert job["state"] == "succeeded", job
    with client_of(trial.site.host) as client:
        container = client.containers.get(f"{trial.name}-{trial.app.main}-1")
        assert container.image is not None
        assert container.image.labels.get("newer") == "yes"
    trial.is_new()
