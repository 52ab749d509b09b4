"""Which keys a reason names, and what it does not tell."""

from typing import Any

import msgspec
import pytest

from appos.compose.actual import Image, Settings
from appos.compose.plan import plan, referring, refers
from appos.compose.plan.settings import seconds, service_settings
from appos.compose.plan.wanted import file_hash
from tests.unit.compose.plan_parts import (
    IMAGE,
    MOUNTED,
    NETWORKS,
    VOLUMES,
    actual,
    container,
    data,
    reasons,
    wanted,
)


@pytest.mark.parametrize(
    ("service", "there", "expected"),
    [
        pytest.param({"image": "web:2"}, {}, {"image"}, id="image"),
        pytest.param({"environment": {"A": "1"}}, {}, {"environment.A"}, id="a variable that is new"),
        pytest.param(
            {"environment": {"A": "1"}},
            {"settings": Settings(environment={"A": "2", "GIVEN": "x"})},
            {"environment.A"},
            id="a variable that changed, and one of the image",
        ),
        pytest.param(
            {}, {"settings": Settings(environment={"OWN": "1"})}, {"environment.OWN"}, id="a variable is gone"
        ),
        pytest.param({"labels": {"a.b": "1"}}, {}, {'labels["a.b"]'}, id="label"),
        pytest.param({"command": ["run"]}, {}, {"command"}, id="command"),
        pytest.param({"entrypoint": ["run"]}, {}, {"entrypoint"}, id="entrypoint"),
        pytest.param({"user": "1000"}, {}, {"user"}, id="user"),
        pytest.param({"restart": "always"}, {}, {"restart"}, id="restart"),
        pytest.param({"mem_limit": "1024"}, {}, {"mem_limit"}, id="memory"),
        pytest.param(
            {"healthcheck": {"test": ["CMD", "true"], "interval": "1m30s"}},
            {},
            {"healthcheck.test", "healthcheck.interval"},
            id="health check",
        ),
        pytest.param({"ports": [{"target": 80, "published": "8080"}]}, {}, {"ports"}, id="port"),
        pytest.param(MOUNTED, {}, {"volumes"}, id="mount"),
        pytest.param({}, {"networks": ("shop_front",)}, {"networks"}, id="network"),
        pytest.param({"container_name": "own"}, {}, {"container_name"}, id="name"),
        pytest.param({"annotations": {"a": "b"}}, {}, {""}, id="what the engine does not tell"),
    ],
)
def test_the_key_that_changed_is_the_reason(
    service: dict[str, Any], there: dict[str, Any], expected: set[str]
) -> None:
    base = Image(id=IMAGE, settings=Settings(environment={"GIVEN": "x"}))
    images = {"web:1": base, "web:2": base, IMAGE: base}
    said = plan(
        wanted({"web": service}, volumes=VOLUMES, networks=NETWORKS),
        actual(container(config_hash="h0", **there), images=images, volumes=(data(),)),
    )
    assert reasons(said) == {f"services.web.{path}".rstrip(".") for path in expected}


def test_no_value_that_may_be_secret_is_told() -> None:
    service = {
        "environment": {"PASSWORD": "canary-1"},
        "labels": {"token": "canary-2"},
        "command": ["run", "--key", "canary-3"],
        "healthcheck": {"test": ["CMD", "ask", "canary-4"]},
        "logging": {"driver": "splunk", "options": {"splunk-token": "canary-5"}},
    }
    volumes = {"data": {"name": "shop_data", "driver_opts": {"o": "password=canary-6"}}}
    has = actual(
        container(config_hash="h0", settings=Settings(environment={"PASSWORD": "canary-7"})),
        volumes=(data(config_hash="x", options={"o": "canary-8"}),),
    )
    said = plan(wanted({"web": {**service, **MOUNTED}}, volumes=volumes), has)
    assert "services.web.environment.PASSWORD" in reasons(said)
    assert "volumes.data.driver_opts.o" in reasons(said, "data")
    assert b"canary" not in msgspec.json.encode(said)


def test_references_to_services_become_those_to_containers() -> None:
    services: dict[str, Any] = {
        "web": {"image": "web:1"},
        "api": {
            "image": "web:1",
            "network_mode": "service:web",
            "volumes_from": ["web:ro", "container:out:ro"],
        },
        "job": {"image": "web:1", "ipc": "service:gone"},
    }
    raw = {"name": "shop", "services": services}
    found = referring(raw, actual(container(number=2), container(number=1)))["services"]
    assert found["api"]["network_mode"] == "container:id-web-1"
    assert found["api"]["volumes_from"] == ["id-web-1", "out"]
    assert found["job"]["ipc"] == "service:gone"
    # Compose takes volumes from services alone, so the containers stand in the model as such.
    assert set(found) == {"web", "api", "job", "id-web-1", "out"}
    assert raw == {"name": "shop", "services": services}
    assert refers(raw)
    assert not refers({"services": {"web": services["web"]}})


def test_hashes_of_networks_and_volumes_are_those_that_compose_writes() -> None:
    # Written by Docker Compose 5.5.0 on what it made of these.
    network = {
        "name": "foxtrot-a_front",
        "driver": "bridge",
        "driver_opts": {"com.docker.network.bridge.enable_icc": "true"},
        "ipam": {
            "config": [
                {
                    "subnet": "10.213.5.0/24",
                    "gateway": "10.213.5.1",
                    "aux_addresses": {"h": "10.213.5.9"},
                }
            ]
        },
        "labels": {"z": "a<b&c"},
    }
    assert file_hash(network) == "db38cb14e5fc7f61b726b52c66f33318599e32fe6945fda7b5e36d7777f75f33"
    volume = {"name": "foxtrot-a_data"}
    assert file_hash(volume, is_volume=True) == (
        "a44e1e50449bd1a66c3517e8f66245dd8b184b7e1d41a02db300be591726c699"
    )


@pytest.mark.parametrize(
    ("text", "expected"), [("1m30s", 90.0), ("10s", 10.0), ("1h0m0.5s", 3600.5), ("250ms", 0.25), ("0s", 0.0)]
)
def test_durations(text: str, expected: float) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "1", "1x", "s", "1m 3s"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        seconds(text)


def test_what_a_service_leaves_open_is_not_set() -> None:
    raw = {"image": "web:1", "command": None, "tty": False, "restart": "no", "ipc": "private"}
    assert service_settings(raw, str) == Settings()
