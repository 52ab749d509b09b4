"""Containers that no Compose made become apps, and what they were made with stays."""

from collections.abc import Iterator
from typing import Any

import pytest
from docker.models.containers import Container
from docker.types import LogConfig, Mount, Ulimit

from tests.engine_images import client_of
from tests.integration.app_site import AppSite, app_site
from tests.integration.breaking import await_step

# The label of what these tests leave behind in an engine that others use, too.
MADE_HERE = "made-by-tests-of-lone-containers"
SCRIPT = "echo kept > /own; trap 'exit 0' TERM; while :; do sleep 0.1; done"
# What is as it was, but for what the engine makes anew for each container.
CONFIG = (
    "Cmd",
    "Domainname",
    "Entrypoint",
    "Env",
    "Hostname",
    "Image",
    "OpenStdin",
    "StopSignal",
    "StopTimeout",
)
MORE = ("Tty", "User", "WorkingDir", "Healthcheck")
PASSING = {"Binds", "Mounts", "NetworkMode", "ConsoleSize", "VolumesFrom", "Links", "ContainerIDFile"}


@pytest.fixture(scope="module")
def site(engine_host: str, tiny_image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppSite]:
    with app_site(tmp_path_factory.mktemp("lone"), engine_host, tiny_image) as running:
        yield running
        with client_of(engine_host) as client:
            for made in client.containers.list(all=True, filters={"label": MADE_HERE}):
                made.remove(force=True, v=True)
            for network in client.networks.list(names=["lone-net"]):
                network.remove()
            client.images.remove("lone-moves:1", force=True)


def lone(site: AppSite, name: str, **options: Any) -> str:
    """Make a container as `docker run` does; return its id."""
    with client_of(site.host) as client:
        labels = {MADE_HERE: "", **options.pop("labels", {})}
        made: Container = client.containers.run(
            site.image, ["sh", "-c", SCRIPT], name=name, labels=labels, detach=True, **options
        )
        return str(made.id)


def inspected(site: AppSite, name: str) -> dict[str, Any]:
    with client_of(site.host) as client:
        told: dict[str, Any] = client.api.inspect_container(name)
        return told


def in_order(value: Any) -> Any:
    """The variables of a container have no order."""
    return sorted(value) if isinstance(value, list) and any("=" in it for it in value) else value


def adopted(site: AppSite, name: str) -> dict[str, Any]:
    return site.job(site.done("POST", "apps/adopt", {"container": name, "consent": True}))


def rich(site: AppSite, name: str) -> str:
    """A container that was made with something of everything."""
    with client_of(site.host) as client:
        client.networks.create("lone-net")
        client.volumes.create("lone-data")
    return lone(
        site,
        name,
        network="lone-net",
        ports={"80/tcp": ("127.0.0.1", 18471), "53/udp": None},
        environment={"SECRET": "canary-$HOME-'x' 'y'", "PLAIN": "one", "PATH": "/usr/bin:/bin", "a.b": ""},
        labels={"keep": "costs $5"},
        mounts=[
            Mount("/data", "lone-data", "volume"),
            Mount("/anonymous", None, "volume"),
            Mount("/host", "/usr/share", "bind", read_only=True),
        ],
        tmpfs={"/scratch": "size=1m"},
        restart_policy={"Name": "on-failure", "MaximumRetryCount": 5},
        cap_add=["CAP_NET_ADMIN"],
        cap_drop=["CAP_MKNOD"],
        ulimits=[Ulimit(name="nofile", soft=1000, hard=2000)],
        extra_hosts={"elsewhere": "10.1.2.3"},
        sysctls={"net.core.somaxconn": "512"},
        mem_limit="64m",
        nano_cpus=500_000_000,
        pids_limit=64,
        shm_size="16m",
        user="0:0",
        working_dir="/data",
        hostname="shop",
        stop_signal="SIGTERM",
        init=True,
        dns=["10.9.8.7"],
        log_config=LogConfig(type="json-file", config={"max-size": "1m"}),
        healthcheck={
            "test": ["CMD", "true"],
            "interval": 500_000_000,
            "timeout": 2_000_000_000,
            "retries": 2,
        },
    )


def assert_same(before: dict[str, Any], now: dict[str, Any]) -> None:
    """See that a container was made as another was."""
    for key in (*CONFIG, *MORE):
        assert in_order(before["Config"].get(key)) == in_order(now["Config"].get(key)), key
    host, host_now = before["HostConfig"], now["HostConfig"]
    for key in host.keys() - PASSING:
        assert (host[key] or None) == (host_now[key] or None), (key, host[key], host_now[key])
    places = {
        it["Destination"]: (it["Type"], it.get("Name"), it["Source"], it["RW"]) for it in before["Mounts"]
    }
    assert {
        it["Destination"]: (it["Type"], it.get("Name"), it["Source"], it["RW"]) for it in now["Mounts"]
    } == places
    assert list(now["NetworkSettings"]["Networks"]) == ["lone-net"]


def test_a_container_is_told_what_will_happen_to_it_and_then_made_anew(site: AppSite) -> None:
    old = rich(site, "Lone.Shop")
    before = inspected(site, old)
    listed = {it["name"]: it for it in site.done("GET", "apps/adoptable", status=200)["items"]}
    assert (listed["lone-shop"]["container"], listed["lone-shop"]["problem"]) == ("Lone.Shop", "")

    refused = site.ask("POST", "apps/adopt", {"container": "Lone.Shop"})
    assert (refused.status, refused.json()["code"]) == (409, "consent_needed")
    assert "/own" in refused.json()["data"]["files"]["message"]
    assert "options" not in refused.json()["data"], refused.text
    assert inspected(site, "Lone.Shop")["Id"] == old
    assert site.ask("GET", "apps/lone-shop").status == 404

    job = adopted(site, "Lone.Shop")
    assert job["state"] == "succeeded", job["error"]
    assert "canary" not in site.log(job)
    site.state("lone-shop", "running")
    now = inspected(site, "Lone.Shop")
    assert now["Id"] != old
    assert_same(before, now)
    assert now["Config"]["Labels"]["keep"] == "costs $5"

    aside = inspected(site, old)
    assert aside["Name"] == f"/Lone.Shop-before-appos-{old[:6]}"
    assert (aside["State"]["Status"], aside["HostConfig"]["RestartPolicy"]["Name"]) == ("exited", "no")
    assert "canary" not in site.done("GET", "apps/lone-shop/compose", status=200)["compose"]
    assert "Lone" not in str(site.done("GET", "apps/adoptable", status=200))


def test_a_container_runs_again_where_its_successor_does_not(site: AppSite) -> None:
    old = lone(site, "frail", ports={"80/tcp": 18472}, restart_policy={"Name": "unless-stopped"})
    # Once more it could not be made: the image's name leads to a program that ends at once.
    with client_of(site.host) as client:
        broken = client.containers.create(site.image, "false")
        client.images.get(site.image).tag("lone-moves", "1")
        moved = lone_of(client, "moves", "lone-moves:1")
        broken.commit("lone-moves", "1", changes=['ENTRYPOINT ["false"]'])
        broken.remove()
    refused = site.ask("POST", "apps/adopt", {"container": "moves"})
    assert "another image by now" in refused.json()["data"]["image"]["message"]

    job = adopted(site, "moves")

    assert job["state"] == "failed", job
    assert "moves runs again as before" in job["error"]["message"]
    told = inspected(site, "moves")
    assert (told["Id"], told["State"]["Status"]) == (moved, "running")
    assert told["HostConfig"]["RestartPolicy"] == {"Name": "on-failure", "MaximumRetryCount": 1}
    assert site.app("moves")["state"] in ("draft", "stopped")
    assert site.containers("moves") == {}

    assert adopted(site, "frail")["state"] == "succeeded"
    assert inspected(site, old)["State"]["Status"] == "exited"


@pytest.mark.parametrize("step", ["aside", "apply"])
def test_a_kill_of_appos_leaves_the_container_or_its_successor(site: AppSite, step: str) -> None:
    name = f"killed-{step}"
    old = lone(site, name, ports={"80/tcp": 18473}, restart_policy={"Name": "always"})
    accepted = site.done("POST", "apps/adopt", {"container": name, "consent": True})
    await_step(site, accepted, step)
    site.server.kill()
    assert {"running", "exited"} >= {inspected(site, old)["State"]["Status"]}
    site.server.start()
    job = site.job(accepted)
    assert job["state"] == "succeeded", job["error"]
    site.state(name, "running")
    aside, now = inspected(site, old), inspected(site, name)
    assert (aside["State"]["Status"], aside["HostConfig"]["RestartPolicy"]["Name"]) == ("exited", "no")
    assert (now["State"]["Status"], now["HostConfig"]["RestartPolicy"]["Name"]) == ("running", "always")
    site.remove(name)


def lone_of(client: Any, name: str, image: str) -> str:
    made = client.containers.run(
        image,
        ["sh", "-c", SCRIPT],
        name=name,
        labels={MADE_HERE: ""},
        detach=True,
        restart_policy={"Name": "on-failure", "MaximumRetryCount": 1},
    )
    return str(made.id)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"auto_remove": True}, "removes itself"),
        ({"network_mode": "container:lone-base"}, "bound to another container"),
    ],
)
def test_what_cannot_be_written_down_is_left_alone(
    site: AppSite, options: dict[str, Any], problem: str
) -> None:
    with client_of(site.host) as client:
        if not client.containers.list(filters={"name": "lone-base"}):
            lone(site, "lone-base")
    name = f"odd-{len(problem)}"
    old = lone(site, name, **options)
    refused = site.ask("POST", "apps/adopt", {"container": name, "consent": True})
    assert (refused.status, refused.json()["code"]) == (409, "not_adoptable")
    assert problem in refused.json()["message"]
    assert inspected(site, name)["Id"] == old
    assert site.ask("POST", "apps/adopt", {"container": "nobody"}).status == 404
    assert site.ask("POST", "apps/adopt", {}).json()["code"] == "adopt_one"
