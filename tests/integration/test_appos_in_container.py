"""What AppOS in a container finds out about its host: who listens there, its disk and its paths."""

import json
import socket
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from docker.types import Mount

from appos.engine.models import UNTIL
from tests.appos_container import DATA, SOCKET, AppOSContainer, appos_container
from tests.engine_images import client_of
from tests.engine_registry import Registry
from tests.serving import free_port, wait_for

APP = DATA / "apps" / "ports"
IMAGE = "python:tests"
COMPOSE = """\
services:
  web:
    image: {image}
    ports:
{ports}
"""
WAIT_SECONDS = 20

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def image(image_registry: Registry) -> str:
    return f"{image_registry.address}/{IMAGE}"


@pytest.fixture(scope="module")
def inside(engine_host: str, image: str) -> Iterator[AppOSContainer]:
    """AppOS in a container whose data directory is a named volume."""
    with appos_container(engine_host, image, Mount(str(DATA), "appos-ports", type="volume")) as running:
        yield running


@pytest.fixture
def listening() -> Iterator[int]:
    """The port at which a program of the host listens."""
    with closing(socket.socket()) as listener:
        listener.bind(("0.0.0.0", 0))  # noqa: S104 - an app's port is published at every address
        listener.listen()
        yield listener.getsockname()[1]


def taken(inside: AppOSContainer, image: str, *ports: int, status: int) -> dict[str, str]:
    """What a plan finds to be taken, by the path of the port; its status is 1 where anything is."""
    written = COMPOSE.format(image=image, ports="\n".join(f'      - "{port}:80"' for port in ports))
    inside.write(APP, {"compose.yaml": written.encode()})
    review, _ = inside.compose(APP, "plan", "--json", status=status)
    findings = json.loads(review)["findings"]
    return {one["path"]: one["message"] for one in findings if one["code"] == "port_taken"}


def test_a_program_of_the_host_holds_its_port(
    inside: AppOSContainer, tiny_image: str, listening: int
) -> None:
    found = taken(inside, tiny_image, free_port(), listening, status=1)
    assert list(found) == ["services.web.ports[1]"]
    assert "another program on the host" in found["services.web.ports[1]"]


def test_what_listens_in_its_own_container_holds_no_port_of_the_host(
    inside: AppOSContainer, tiny_image: str
) -> None:
    port = free_port()
    inside.begin("python3", "-m", "http.server", str(port))
    ask = ["grep", "-i", f":{port:04X} ", "/proc/net/tcp"]
    wait_for(lambda: inside.container.exec_run(ask).exit_code == 0, WAIT_SECONDS, "a server in the container")
    assert taken(inside, tiny_image, port, status=0) == {}


def test_nothing_is_left_of_looking(inside: AppOSContainer, engine_host: str, tiny_image: str) -> None:
    taken(inside, tiny_image, free_port(), status=0)
    with client_of(engine_host) as client:
        assert client.containers.list(all=True, filters={"label": UNTIL}) == []


def test_in_the_hosts_network_its_own_tables_are_read(
    engine_host: str, image: str, tiny_image: str, listening: int
) -> None:
    with appos_container(engine_host, image, None, network_mode="host") as inside:
        found = taken(inside, tiny_image, listening, status=1)
    assert "another program on the host" in found["services.web.ports[0]"]


def looks(inside: AppOSContainer, status: int = 0) -> dict[str, dict[str, Any]]:
    printed, _ = inside.appos("doctor", "--json", status=status)
    return {look["part"]: look for look in json.loads(printed)}


def test_the_doctor_looks_at_the_host_from_within(inside: AppOSContainer) -> None:
    found = looks(inside)
    assert set(found) == {
        "engine",
        "compose",
        "data",
        "permissions",
        "disk",
        "engine disk",
        "paths",
        "port",
    }
    assert {look["state"] for part, look in found.items() if "disk" not in part} == {"ok"}
    assert found["paths"]["message"] == f"{DATA} is {inside.on_host} on the host."
    # Docker's own directory is not to be seen, but the volume lies on the same disk.
    assert found["engine disk"]["message"].endswith(f"are free at {DATA}.")


def test_the_doctor_says_that_data_would_go_with_the_container(engine_host: str, image: str) -> None:
    with appos_container(engine_host, image, None) as inside:
        found = looks(inside, status=1)
    assert found["paths"]["state"] == "failed"
    assert found["paths"]["cure"].endswith(f"-v appos_data:{DATA}")
    assert "engine disk" not in found


def test_the_doctor_knows_the_appos_that_runs_there(inside: AppOSContainer) -> None:
    answers = (
        "from http.server import *\n"
        "class Health(BaseHTTPRequestHandler):\n"
        "    def do_GET(self):\n"
        "        self.send_response(200 if self.path == '/api/health' else 404); self.end_headers()\n"
        "HTTPServer(('127.0.0.1', 9091), Health).serve_forever()\n"
    )
    assert "is free" in looks(inside)["port"]["message"]
    inside.begin("python3", "-c", answers)
    wait_for(lambda: "answers" in looks(inside)["port"]["message"], WAIT_SECONDS, "a server in the container")


def test_the_doctor_tells_how_an_engine_gets_into_a_container(inside: AppOSContainer) -> None:
    command = ["env", "DOCKER_HOST=unix:///nowhere.sock", "python3", "-m", "appos.cli", "doctor"]
    status, output = inside.container.exec_run(command)
    assert status == 1
    assert b"-v /nowhere.sock:/nowhere.sock" in output
    assert SOCKET.encode() not in output


PROFILED = """\
services:
  web:
    image: {image}
    init: true
    command: sleep 3600
  debug:
    image: {image}
    init: true
    command: sleep 3600
    profiles: [debug]
"""


def test_a_container_of_a_profile_that_is_not_active_stays(
    inside: AppOSContainer, engine_host: str, tiny_image: str
) -> None:
    app = DATA / "apps" / "profiled"
    inside.write(app, {"compose.yaml": PROFILED.format(image=tiny_image).encode()})
    inside.appos("compose", "--project-directory", str(app), "--profile", "debug", "up")
    try:
        planned, _ = inside.compose(app, "plan", "--json")
        assert {it["kind"] for it in json.loads(planned)["plan"]["actions"]} == {"untouched"}
        inside.compose(app, "up")
        with client_of(engine_host) as client:
            running = client.containers.list(filters={"label": "com.docker.compose.project=profiled"})
        assert sorted(it.name for it in running) == ["profiled-debug-1", "profiled-web-1"]
    finally:
        inside.compose(app, "down")
