"""What an engine tells, in the words of a plan."""

from typing import Any

import pytest

from appos.apps.actual import actual_of, settings_of, with_changes
from appos.compose.actual import Mount, Settings
from appos.compose.model import Model, model_of
from appos.compose.plan import Wanted, plan
from appos.compose.plan.settings import service_settings
from appos.engine.fingerprints import configuration_of, fingerprint
from appos.engine.models import Change, MountPoint
from tests.fake_engine import FakeEngine

LABEL = "com.docker.compose."


@pytest.fixture
def model() -> Model:
    return model_of({"name": "shop", "services": {"web": {"image": "web:1"}}})


def add(engine: FakeEngine, service: str = "web", **values: Any) -> str:
    """Add a container of the project."""
    labels = {
        f"{LABEL}project": "shop",
        f"{LABEL}service": service,
        f"{LABEL}container-number": "1",
        f"{LABEL}config-hash": "h1",
        f"{LABEL}image": "sha256:1",
        "own": "value",
    }
    return engine.add_container(f"shop-{service}-1", **{"image": "web:1", "labels": labels, **values})


def test_containers_of_the_project_are_told_and_no_others(engine: FakeEngine, model: Model) -> None:
    engine.add_image("web:1")
    add(engine)
    engine.add_container("stranger", image="web:1")
    (container,) = actual_of(engine, model).containers
    assert (container.service, container.number, container.config_hash) == ("web", 1, "h1")
    assert container.image_hash == "sha256:1"
    assert container.settings.labels == {"own": fingerprint("value")}


def test_networks_and_volumes_are_told_by_their_keys(engine: FakeEngine, model: Model) -> None:
    labels = {f"{LABEL}project": "shop", f"{LABEL}config-hash": "h2"}
    engine.create_network("shop_front", labels={**labels, f"{LABEL}network": "front"})
    engine.create_volume("shop_data", labels={**labels, f"{LABEL}volume": "data"}, options={"o": "x"})
    there = actual_of(engine, model)
    network = next(one for one in there.networks if one.name == "shop_front")
    assert (network.key, network.project, network.config_hash) == ("front", "shop", "h2")
    (volume,) = there.volumes
    assert (volume.key, volume.options) == ("data", {"o": fingerprint("x")})


def test_an_anonymous_volume_is_one_with_a_name_that_the_engine_made(
    engine: FakeEngine, model: Model
) -> None:
    nameless = "0123456789abcdef" * 4
    mounts = (
        MountPoint(type="volume", source="/var/lib/x", target="/a", name=nameless),
        MountPoint(type="volume", source="/var/lib/y", target="/b", name="shop_data", read_only=True),
        MountPoint(type="bind", source="/srv", target="/c"),
    )
    add(engine, mounts=mounts)
    (container,) = actual_of(engine, model).containers
    assert container.mounts == (
        Mount(type="volume", source=nameless, target="/a", anonymous=True),
        Mount(type="volume", source="shop_data", target="/b", read_only=True),
        Mount(type="bind", source="/srv", target="/c"),
    )


def test_ports_are_those_that_were_asked_for(engine: FakeEngine, model: Model) -> None:
    bindings = {
        "80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}, {"HostIp": "", "HostPort": ""}],
        "53/udp": [{"HostIp": "0.0.0.0", "HostPort": "0"}],
    }
    add(engine, host_config={"PortBindings": bindings})
    (container,) = actual_of(engine, model).containers
    assert container.ports == ("127.0.0.1:8080->80/tcp", "any->53/udp", "any->80/tcp")


def test_an_image_is_told_by_its_reference_with_what_the_registry_has(
    engine: FakeEngine, model: Model
) -> None:
    image = engine.add_image("web:1", volumes=("/data",))
    there = actual_of(engine, model, {"web:1": "sha256:new"})
    assert there.images["web:1"].id == image.id
    assert there.images["web:1"].volumes == ("/data",)
    assert there.images["web:1"].registry_digest == "sha256:new"


def test_what_is_written_is_asked_only_of_containers_that_go(engine: FakeEngine, model: Model) -> None:
    engine.add_image("web:1")
    changes = (
        Change(path="/srv", kind="modified"),
        Change(path="/srv/a", kind="added"),
        Change(path="/srv/b", kind="deleted"),
    )
    gone, kept = add(engine, "old"), add(engine, "web")
    for id in (gone, kept):
        engine.boxes[id].changes = list(changes)
    there = actual_of(engine, model)
    said = plan(Wanted(model=model, hashes={"web": "h1"}), there)
    found = {one.id: one.changed_paths for one in with_changes(engine, there, said).containers}
    assert found[gone] == ("/srv", "/srv/a")


CONFIG = {
    "Env": ["A=1", "EMPTY=", "UNSET"],
    "Cmd": ["run"],
    "Entrypoint": ["/bin/sh"],
    "Healthcheck": {"Test": ["CMD", "true"], "Interval": 5_000_000_000, "Retries": 2},
    "User": "1000",
    "WorkingDir": "/srv",
    "Hostname": "web",
    "StopSignal": "SIGINT",
    "StopTimeout": 90,
    "Tty": True,
}
HOST = {
    "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3},
    "CapAdd": ["CAP_NET_ADMIN"],
    "CapDrop": ["MKNOD"],
    "ExtraHosts": ["db:10.0.0.1"],
    "Memory": 1024,
    "NanoCpus": 1_500_000_000,
    "ShmSize": 67_108_864,
    "Ulimits": [{"Name": "nofile", "Soft": 1, "Hard": 2}],
    "Devices": [{"PathOnHost": "/dev/a", "PathInContainer": "/dev/b", "CgroupPermissions": "rwm"}],
    "Tmpfs": {"/scratch": "size=1m"},
    "LogConfig": {"Type": "local", "Config": {"max-size": "1m"}},
    "NetworkMode": "shop_default",
    "IpcMode": "private",
    "Runtime": "runc",
    "Init": True,
}
SERVICE = {
    "environment": {"A": "1", "EMPTY": "", "UNSET": None},
    "command": ["run"],
    "entrypoint": ["/bin/sh"],
    "healthcheck": {"test": ["CMD", "true"], "interval": "5s", "retries": 2},
    "user": "1000",
    "working_dir": "/srv",
    "hostname": "web",
    "stop_signal": "SIGINT",
    "stop_grace_period": "1m30s",
    "tty": True,
    "restart": "on-failure:3",
    "cap_add": ["NET_ADMIN"],
    "cap_drop": ["cap_mknod"],
    "extra_hosts": ["db=10.0.0.1"],
    "mem_limit": "1024",
    "cpus": 1.5,
    "shm_size": "67108864",
    "ulimits": {"nofile": {"soft": 1, "hard": 2}},
    "devices": [{"source": "/dev/a", "target": "/dev/b", "permissions": "rwm"}],
    "tmpfs": ["/scratch:size=1m"],
    "logging": {"driver": "local", "options": {"max-size": "1m"}},
    "init": True,
}


def test_a_service_and_its_container_are_told_in_one_form() -> None:
    told = settings_of(configuration_of(CONFIG, HOST), {}, HOST, "0123")
    assert told == service_settings(SERVICE, fingerprint)


def test_the_name_that_a_container_has_of_its_id_is_not_set() -> None:
    assert settings_of(configuration_of({"Hostname": "0123"}), {}, {}, "012345") == Settings()
