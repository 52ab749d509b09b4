"""A container written down as a Compose file, and put aside."""

from typing import Any

import pytest
import yaml

from appos.apps.lone import problem_of, written
from appos.apps.lone_options import duration, restart_of
from appos.apps.models import Source
from appos.apps.rollout.aside import Aside, aside_name
from appos.engine.models import Definition
from appos.errors import NotFoundError
from tests.unit.fakes import FakeEngine

ID = "4e9a" * 16


def defined(
    config: dict[str, Any] | None = None,
    host: dict[str, Any] | None = None,
    image: dict[str, Any] | None = None,
    **more: Any,
) -> Definition:
    """A container that was made with little."""
    return Definition(
        **{"id": ID, "name": "web", "image_id": "sha256:1", "is_running": True, **more},
        config={"Image": "base:1", "Hostname": ID[:12], **(config or {})},
        host_config={"NetworkMode": "default", **(host or {})},
        image_config=image or {},
    )


def service(told: Definition) -> dict[str, Any]:
    parts: dict[str, Any] = yaml.safe_load(written(told, "web").compose)["services"]["web"]
    return parts


def test_what_the_image_says_is_not_said_again() -> None:
    same = {
        "Cmd": ["serve"],
        "Entrypoint": ["/start"],
        "Env": ["PATH=/bin"],
        "Labels": {"a": "b"},
        "User": "app",
        "Healthcheck": {"Test": ["CMD", "true"]},
    }
    told = defined(same, image=same)
    assert service(told) == {"container_name": "web", "image": "base:1", "network_mode": "bridge"}
    assert written(told, "web").env == {}


@pytest.mark.parametrize(
    ("config", "image", "expected"),
    [
        ({"Cmd": ["a$b"]}, {}, {"command": ["a$$b"]}),
        ({"Entrypoint": ["/x"], "Cmd": ["y"]}, {"Cmd": ["y"]}, {"entrypoint": ["/x"], "command": ["y"]}),
        ({"Entrypoint": None, "Cmd": ["y"]}, {"Entrypoint": ["/x"]}, {"entrypoint": [], "command": ["y"]}),
        ({"Healthcheck": {"Test": ["NONE"]}}, {}, {"healthcheck": {"disable": True}}),
        (
            {"Healthcheck": {"Interval": 1_500_000_000, "Retries": 3}},
            {},
            {"healthcheck": {"interval": "1500000us", "retries": 3}},
        ),
        ({"Hostname": "mine", "Domainname": "lan"}, {}, {"hostname": "mine", "domainname": "lan"}),
        (
            {"Tty": True, "OpenStdin": True, "StopTimeout": 5},
            {},
            {"tty": True, "stdin_open": True, "stop_grace_period": "5s"},
        ),
    ],
)
def test_what_differs_from_the_image_is_said(
    config: dict[str, Any], image: dict[str, Any], expected: dict[str, Any]
) -> None:
    said = service(defined(config, image=image))
    assert said == {"container_name": "web", "image": "base:1", "network_mode": "bridge", **expected}


def test_values_of_variables_are_in_no_file_but_the_env() -> None:
    plan = written(defined({"Env": ["TOKEN=canary-7$", "EMPTY=", "UNSET"]}), "web")
    assert "canary" not in plan.compose
    assert plan.env == {"TOKEN": "canary-7$", "EMPTY": ""}


def test_a_variable_that_means_something_to_compose_has_another_name_in_the_env() -> None:
    told = defined({"Env": ["PATH=/x", "COMPOSE_FILE=y", "my.key=z", "my-key=w", "APP_PATH=v", "PLAIN_1=u"]})
    assert service(told)["environment"] == {
        "PATH": "${APP_PATH_}",
        "COMPOSE_FILE": "${APP_COMPOSE_FILE}",
        "my.key": "${APP_my_key}",
        "my-key": "${APP_my_key_}",
        "APP_PATH": "${APP_PATH}",
        "PLAIN_1": "${PLAIN_1}",
    }
    assert written(told, "web").env == {
        "APP_PATH_": "/x",
        "APP_COMPOSE_FILE": "y",
        "APP_my_key": "z",
        "APP_my_key_": "w",
        "APP_PATH": "v",
        "PLAIN_1": "u",
    }


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        (
            {"PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}},
            {"target": 80, "published": "8080", "protocol": "tcp"},
        ),
        ({"PortBindings": {"53/udp": None}}, {"target": 53, "protocol": "udp"}),
        (
            {"PortBindings": {"1/tcp": [{"HostIp": "::1", "HostPort": "2"}]}},
            {"target": 1, "published": "2", "host_ip": "::1", "protocol": "tcp"},
        ),
    ],
)
def test_ports_are_published_as_before(host: dict[str, Any], expected: dict[str, Any]) -> None:
    assert service(defined(host=host))["ports"] == [expected]


def test_what_a_compose_file_cannot_say_is_told() -> None:
    plan = written(
        defined(host={"PublishAllPorts": True, "StorageOpt": {"size": "1G"}, "Isolation": "default"}), "web"
    )
    assert plan.left_out == ("PublishAllPorts", "StorageOpt")


def test_networks_are_joined_by_the_same_names() -> None:
    joined = {
        "back": {"Aliases": [ID[:12], "db"], "IPAMConfig": {"IPv4Address": "10.1.2.3"}},
        "front": {"Aliases": None, "IPAMConfig": None},
    }
    whole = yaml.safe_load(written(defined(host={"NetworkMode": "back"}, networks=joined), "web").compose)
    assert whole["networks"] == {
        "network1": {"name": "back", "external": True},
        "network2": {"name": "front", "external": True},
    }
    assert whole["services"]["web"]["networks"] == {
        "network1": {"aliases": ["db"], "ipv4_address": "10.1.2.3"},
        "network2": None,
    }


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        (defined(), ""),
        (defined(is_running=False), "does not run"),
        (defined({"Image": "sha256:12"}), "no name"),
        (defined(host={"AutoRemove": True}), "removes itself"),
        (defined(host={"NetworkMode": "container:x"}), "bound to another"),
        (defined(host={"Links": ["/db:/web/db"]}), "bound to another"),
    ],
)
def test_what_cannot_be_written_down_is_told(told: Definition, problem: str) -> None:
    assert problem in problem_of(told)
    assert bool(problem) is bool(problem_of(told))


def test_durations_and_restart_policies() -> None:
    assert [duration(it) for it in (2_000_000_000, 500_000_000)] == ["2s", "500000us"]
    assert restart_of({"Name": "on-failure", "MaximumRetryCount": 3}) == "on-failure:3"
    assert [restart_of(it) for it in ({}, {"Name": ""}, {"Name": "always", "MaximumRetryCount": 0})] == [
        "no",
        "no",
        "always",
    ]


def test_a_container_is_put_aside_and_brought_back_however_often() -> None:
    engine = FakeEngine()
    id = engine.add_container("web", host_config={"RestartPolicy": {"Name": "always"}})
    aside = Aside(engine, Source(kind="adopted", path="web", container=id, restart="always"))
    for _ in range(2):
        assert aside_name("web", id) in aside.take()
        told = engine.container(id)
        assert (told.name, told.state) == (aside_name("web", id), "exited")
        assert told.host_config["RestartPolicy"]["Name"] == "no"
    for _ in range(2):
        assert "runs again" in aside.back()
        told = engine.container(id)
        assert (told.name, told.state, told.host_config["RestartPolicy"]["Name"]) == (
            "web",
            "running",
            "always",
        )
    engine.remove_container(id, force=True)
    assert "removed meanwhile" in aside.back()
    with pytest.raises(NotFoundError):
        aside.take()
