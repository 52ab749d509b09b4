"""Docker Compose, driven, with a real engine."""

import json
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from appos.compose.deploy import Deployment
from appos.compose.invocation import Rewritten, UpOptions
from appos.compose.models import ProjectFiles
from appos.compose.process import Cancel
from appos.compose.progress import Step
from appos.compose.runs import processes_of
from appos.errors import EngineError
from tests.integration.compose_shop import FOREVER, MakeShop, Shop, one, shop, shops

CANARY = "canary-7f3a91"
LABELS = "com.docker.compose.project"


@pytest.fixture
def make_shop(tmp_path: Path, engine_host: str, tiny_image: str) -> Iterator[MakeShop]:
    with shops(tmp_path / "shop", engine_host, tiny_image) as make:
        yield make


def test_a_project_comes_up_is_listed_and_goes_down(make_shop: MakeShop, tiny_image: str) -> None:
    project = make_shop(shop(tiny_image, 0))
    steps: list[Step] = []

    outcome = Deployment(project.compose, project.engine, project.files, on_step=steps.append).run()

    assert outcome.unhealthy == ()
    names = {f"{project.name}-{it}-1" for it in ("db", "web", "job")}
    assert {it.name for it in outcome.containers} == names
    assert {it.id for it in steps if it.text == "Started"} == {f"Container {name}" for name in names}
    assert {it.service for it in project.compose.ps(project.files)} == {"db", "web", "job"}
    assert {it["ContainerName"] for it in project.compose.images(project.files)} == names

    project.compose.down(project.files)

    assert project.containers() == {}
    assert project.networks() == set()
    assert f"{project.name}_data" in {it.name for it in project.engine.volumes()}

    project.compose.down(project.files, volumes=True)
    assert f"{project.name}_data" not in {it.name for it in project.engine.volumes()}


def test_compose_on_the_host_knows_what_was_deployed(make_shop: MakeShop, tiny_image: str) -> None:
    project = make_shop(shop(tiny_image, 1), WORD="a$b")
    project.deploy()
    before = project.ids()

    (listed,) = [
        it for it in json.loads(project.plain("ls", "--format", "json").stdout) if it["Name"] == project.name
    ]
    assert listed["ConfigFiles"] == str(project.folder / "compose.yaml")
    project.plain("-p", project.name, "up", "-d")
    assert project.ids() == before
    project.plain("-p", project.name, "down")
    assert project.containers() == {}


def test_what_the_host_deployed_is_known(make_shop: MakeShop, tiny_image: str) -> None:
    project = make_shop(shop(tiny_image, 2))
    project.plain("-p", project.name, "up", "-d", "--wait", "db", "web")
    before = project.ids()

    project.deploy()

    assert {name: project.ids()[name] for name in before} == before


def test_a_rewritten_model_is_deployed_under_the_names_of_the_host(
    make_shop: MakeShop, tiny_image: str, tmp_path: Path
) -> None:
    project = make_shop(
        {
            "services": {
                "web": {
                    "image": tiny_image,
                    "command": FOREVER,
                    "volumes": ["./data:/data"],
                    "environment": {"A": "${WORD}", "B": "x$$y$${z}"},
                    "secrets": ["word"],
                }
            },
            "secrets": {"word": {"environment": "WORD"}},
        }
    )
    (project.folder / ".env").write_text("WORD='p$q'\n", encoding="utf-8")
    host = tmp_path / "host" / "volume" / "shop"
    model = project.compose.config(project.files).model
    assert model is not None
    raw = json.loads(json.dumps(model.raw).replace(str(project.folder), str(host)))
    seen = ProjectFiles(directory=host, files=(host / "compose.yaml",), name=project.name)
    options = UpOptions(rewritten=Rewritten(raw=raw, files=seen), pull="never")

    outcome = Deployment(project.compose, project.engine, project.files, options).run()

    assert outcome.unhealthy == ()
    assert not (host / "compose.yaml").exists()
    (container,) = project.engine.containers(labels={LABELS: project.name})
    assert container.labels[f"{LABELS}.config_files"] == str(host / "compose.yaml")
    assert container.labels[f"{LABELS}.working_dir"] == str(host)
    web = f"{project.name}-web-1"
    assert project.engine.exec_run(web, ["sh", "-c", "echo $A $B"]).stdout == b"p$q x$y${z}\n"
    assert project.engine.exec_run(web, ["cat", "/run/secrets/word"]).stdout == b"p$q"
    assert (host / "data").is_dir()

    # On the host the very files mean the same, and nothing is made anew.
    for name in ("compose.yaml", ".env"):
        (host / name).write_bytes((project.folder / name).read_bytes())
    project.plain("-f", str(host / "compose.yaml"), "-p", project.name, "up", "-d")
    assert project.ids() == {web: container.id}


def test_a_service_that_is_not_healthy_is_named_with_its_last_lines(
    make_shop: MakeShop, tiny_image: str
) -> None:
    script = f"echo first; echo my password is {CANARY}; echo last; sleep 1000"
    health = {"test": ["CMD", "false"], "interval": "200ms", "retries": 2}
    content = one(tiny_image)
    content["services"]["sick"] = {
        "image": tiny_image,
        "command": ["sh", "-c", script],
        "healthcheck": health,
    }
    project = make_shop(content, PASSWORD=CANARY)

    outcome = project.deploy()

    (sick,) = outcome.unhealthy
    assert (sick.container.service, sick.container.health) == ("sick", "unhealthy")
    assert sick.last_lines == ("first", "my password is ***", "last")


@pytest.mark.parametrize(
    ("condition", "command"),
    [("service_healthy", "sleep 1000"), ("service_completed_successfully", "echo failed; exit 3")],
)
def test_what_a_service_waits_for_failing_is_told(
    make_shop: MakeShop, tiny_image: str, condition: str, command: str
) -> None:
    content = one(tiny_image, depends_on={"first": {"condition": condition}})
    content["services"]["first"] = {
        "image": tiny_image,
        "command": ["sh", "-c", command],
        "healthcheck": {"test": ["CMD", "false"], "interval": "200ms", "retries": 1},
    }
    project = make_shop(content)

    outcome = project.deploy()

    assert [it.container.service for it in outcome.unhealthy] == ["first"]
    assert "first" in outcome.said


def test_a_program_that_dies_at_once_is_told(make_shop: MakeShop, tiny_image: str) -> None:
    project = make_shop(one(tiny_image, command=["sh", "-c", "echo bye >&2; exit 7"]))

    (sick,) = project.deploy().unhealthy

    assert (sick.container.state, sick.container.exit_code, sick.last_lines) == ("exited", 7, ("bye",))


def test_the_wait_has_an_end(make_shop: MakeShop, tiny_image: str) -> None:
    health = {"test": ["CMD", "false"], "interval": "1m", "start_period": "1h"}
    project = make_shop(one(tiny_image, healthcheck=health))

    outcome = Deployment(project.compose, project.engine, project.files, wait_seconds=1).run()

    assert [it.container.health for it in outcome.unhealthy] == ["starting"]


def test_a_port_that_is_taken_fails_with_the_words_of_the_engine(
    make_shop: MakeShop, tiny_image: str
) -> None:
    content = one(tiny_image, ports=["127.0.0.1:18997:80"])
    content["services"]["other"] = content["services"]["web"]
    project = make_shop(content)

    with pytest.raises(EngineError, match="18997") as caught:
        project.deploy()

    assert caught.value.code == "compose_failed"


def test_a_volume_whose_definition_changes_keeps_its_data(make_shop: MakeShop, tiny_image: str) -> None:
    content = one(tiny_image, volumes=["data:/data"])
    project = make_shop({**content, "volumes": {"data": {"labels": {"a": "1"}}}})
    project.deploy()
    project.engine.exec_run(f"{project.name}-web-1", ["sh", "-c", "echo kept > /data/f"])

    project.write({**content, "volumes": {"data": {"labels": {"a": "2"}}}})
    outcome = project.deploy()

    said = project.engine.exec_run(f"{project.name}-web-1", ["cat", "/data/f"]).stdout
    assert said == b"kept\n"
    assert any(f"{project.name}_data is kept" in warning for warning in outcome.warnings)


def test_services_find_one_another_on_a_network_that_was_made_anew(
    make_shop: MakeShop, tiny_image: str
) -> None:
    attachment = {"aliases": ["database"], "ipv4_address": "10.213.7.77"}
    content = one(tiny_image, networks=["net"], ports=["127.0.0.1::80"], command=["httpd", "-f"])
    content["services"]["db"] = {"image": tiny_image, "command": FOREVER, "networks": {"net": attachment}}
    subnet = {"config": [{"subnet": "10.213.7.0/24"}]}
    project = make_shop({**content, "networks": {"net": {"ipam": subnet, "labels": {"version": "1"}}}})
    project.deploy()
    before = project.ids()

    project.write({**content, "networks": {"net": {"ipam": subnet, "labels": {"version": "2"}}}})
    project.deploy()

    web = f"{project.name}-web-1"
    assert project.ids() == before
    assert project.engine.network(f"{project.name}_net").labels["version"] == "2"
    for name in ("db", "database", f"{project.name}-db-1"):
        found = project.engine.exec_run(web, ["ping", "-c", "1", "-W", "2", name])
        assert b"10.213.7.77" in found.stdout, (name, found)
    (published,) = project.engine.container(web).ports
    with pytest.raises(urllib.error.HTTPError):  # It answers, with 404.
        urllib.request.urlopen(f"http://127.0.0.1:{published.host_port}/none", timeout=5)


def test_a_container_that_was_to_get_its_name_gets_it(make_shop: MakeShop, tiny_image: str) -> None:
    """So an `up` ends that is killed between its last two steps; Compose's next leaves the name as it is."""
    project = make_shop(one(tiny_image))
    project.deploy()
    (old,) = project.ids().values()
    project.write(one(tiny_image, environment={"A": "1"}))
    project.deploy()
    (new,) = project.ids().values()
    project.engine.rename(new, f"{old[:12]}_{project.name}-web-1")
    project.plain("-p", project.name, "up", "-d")
    assert set(project.ids()) == {f"{old[:12]}_{project.name}-web-1"}

    project.deploy()

    assert project.ids() == {f"{project.name}-web-1": new}


@pytest.mark.parametrize(("first", "second"), [("web", "db"), ("db", "web")])
def test_a_network_that_was_half_taken_apart_is_made_anew(
    make_shop: MakeShop, tiny_image: str, first: str, second: str
) -> None:
    """So an `up` ends that is killed while it makes a network anew; Compose then fails for ever.

    Compose takes the container that was made last off the network first: where that is the one that is off
    already, the other keeps the identifier of a network that goes.
    """
    content = one(tiny_image, networks=["net"], init=True)
    services = content["services"]
    services["db"] = dict(services["web"])
    services[second] = {**services[second], "depends_on": [first]}
    project = make_shop({**content, "networks": {"net": {"labels": {"version": "1"}}}})
    project.deploy()
    project.engine.disconnect(f"{project.name}_net", f"{project.name}-db-1", force=True)
    project.write({**content, "networks": {"net": {"labels": {"version": "2"}}}})
    for _ in range(2):
        with pytest.raises(subprocess.CalledProcessError) as caught:
            project.plain("-p", project.name, "up", "-d")
        assert "is not connected to the network" in caught.value.stderr

    assert project.deploy().unhealthy == ()

    assert project.engine.network(f"{project.name}_net").labels["version"] == "2"
    assert_found(project, "web", "db")


def test_a_network_that_was_removed_while_all_was_stopped_is_made_anew(
    make_shop: MakeShop, tiny_image: str
) -> None:
    """As by `docker network prune`: the engine starts no container whose network is gone."""
    content = one(tiny_image, networks={"back": {"aliases": ["shop"]}, "front": None}, init=True)
    content["services"]["db"] = one(tiny_image, networks=["back"], init=True)["services"]["web"]
    project = make_shop({**content, "networks": {"back": {}, "front": {}}})
    project.deploy()
    before = project.ids()
    for name in before:
        project.engine.stop(name)
    for name in ("back", "front"):
        project.engine.remove_network(f"{project.name}_{name}")
    with pytest.raises(subprocess.CalledProcessError) as caught:
        project.plain("-p", project.name, "up", "-d")
    assert "not found" in caught.value.stderr

    assert project.deploy().unhealthy == ()

    assert project.ids() == before
    assert project.engine.container(f"{project.name}-web-1").networks == (
        f"{project.name}_back",
        f"{project.name}_front",
    )
    assert_found(project, "web", "db", "shop")


def assert_found(project: Shop, *names: str) -> None:
    """See that a project's service `web` finds others by their names."""
    for name in names:
        found = project.engine.exec_run(f"{project.name}-web-1", ["ping", "-c", "1", "-W", "2", name])
        assert found.exit_code == 0, (name, found)


def test_logs_follow_until_cancelled(make_shop: MakeShop, tiny_image: str) -> None:
    script = "i=0; while :; do echo line $$i; i=$$((i+1)); sleep 0.05; done"
    project = make_shop(one(tiny_image, command=["sh", "-c", script]))
    project.deploy()
    cancel = Cancel()

    lines = []
    for line in project.compose.logs(project.files, ["web"], follow=True, prefix=False, cancel=cancel):
        lines.append(line)
        if len(lines) == 10:
            cancel.set()

    assert lines[:10] == [b"line %d" % number for number in range(10)]
    assert len(list(project.compose.logs(project.files, tail=5))) == 5
    following = project.compose.logs(project.files, follow=True)
    next(following)
    (run,) = (project.home / "runs").glob("run-*")
    following.close()  # type: ignore[attr-defined]
    assert processes_of(run) == []


def test_a_cancelled_up_ends_soon_and_leaves_no_process(make_shop: MakeShop, tiny_image: str) -> None:
    health = {"test": ["CMD", "false"], "interval": "1m", "start_period": "1h"}
    content = one(tiny_image, depends_on={"first": {"condition": "service_healthy"}})
    content["services"]["first"] = {"image": tiny_image, "command": FOREVER, "healthcheck": health}
    project = make_shop(content)
    cancel = Cancel()
    timer = threading.Timer(1.5, cancel.set)
    timer.start()
    began = time.monotonic()

    with pytest.raises(EngineError) as caught:
        project.deployment(cancel).run()

    assert caught.value.code == "compose_cancelled"
    assert time.monotonic() - began < 30
    assert list((project.home / "runs").iterdir()) == []
    content["services"]["first"]["healthcheck"] = {"test": ["CMD", "true"], "interval": "200ms"}
    project.write(content)
    assert project.deploy().unhealthy == ()
    assert set(project.containers()) == {f"{project.name}-web-1", f"{project.name}-first-1"}
