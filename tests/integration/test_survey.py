"""What a preflight looks at, on a real engine and its host."""

import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from appos.apps.sockets import read_tables
from appos.apps.survey import Survey, registry_of
from appos.compose.model import Project, model_of
from appos.compose.paths import NATIVE
from appos.compose.preflight.facts import Facts, ImageProblem, PathKind, TakenPort
from appos.engine.docker import DockerEngine
from tests.engine_images import client_of
from tests.serving import free_port


@pytest.fixture
def engine(engine_host: str) -> Iterator[DockerEngine]:
    made = DockerEngine(engine_host)
    yield made
    made.close()


def project(**service: Any) -> Project:
    return model_of({"name": "survey", "services": {"web": service}}).project


def facts(engine: DockerEngine, asked: Project) -> Facts:
    return Survey(engine, NATIVE, read_tables, sees_programs=True).facts(asked)


def published(port: int) -> dict[str, Any]:
    return {"ports": [{"target": 80, "published": str(port)}]}


def taken(found: Facts, port: int) -> list[TakenPort]:
    return [each for each in found.ports if each.port == port]


def test_a_port_of_a_running_and_of_a_stopped_container_has_a_holder(
    engine: DockerEngine, engine_host: str, tiny_image: str
) -> None:
    ports = {"running": free_port(), "stopped": free_port()}
    with client_of(engine_host) as client:
        made = {
            name: client.containers.run(
                tiny_image,
                "sleep 3600",
                detach=True,
                name=f"survey-{name}",
                ports={"80/tcp": ("127.0.0.1", port)},
                labels={"com.docker.compose.project": "wiki", "com.docker.compose.service": name},
            )
            for name, port in ports.items()
        }
        try:
            made["stopped"].kill()
            found = facts(engine, project(image=tiny_image, **published(1)))
        finally:
            for container in made.values():
                container.remove(force=True)
    # One entry each: the engine's own proxy behind the port of the running one is no other program.
    assert taken(found, ports["running"]) == [
        TakenPort(
            host_ip="127.0.0.1",
            port=ports["running"],
            protocol="tcp",
            holder='the app "wiki" (service running)',
        )
    ]
    (stopped,) = taken(found, ports["stopped"])
    assert (stopped.holder, stopped.is_running) == ('the app "wiki" (service stopped)', False)


def test_a_port_of_the_project_itself_is_free_to_it(
    engine: DockerEngine, engine_host: str, tiny_image: str
) -> None:
    port = free_port()
    with client_of(engine_host) as client:
        container = client.containers.run(
            tiny_image,
            "sleep 3600",
            detach=True,
            ports={"80/tcp": ("127.0.0.1", port)},
            labels={"com.docker.compose.project": "survey"},
        )
        try:
            found = facts(engine, project(image=tiny_image, **published(port)))
        finally:
            container.remove(force=True)
    assert taken(found, port) == []


def test_a_port_of_another_program_is_named_after_it(engine: DockerEngine, tiny_image: str) -> None:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        (found,) = taken(facts(engine, project(image=tiny_image, **published(port))), port)
    assert found.holder.startswith('the program "')
    assert found.holder.endswith('" on the host')


def test_nobody_looks_at_ports_that_are_not_asked_for(engine: DockerEngine, tiny_image: str) -> None:
    assert facts(engine, project(image=tiny_image)).ports == ()


def test_images_are_those_of_the_engine_and_of_the_registry(engine: DockerEngine, tiny_image: str) -> None:
    nowhere = f"127.0.0.1:{free_port()}/shop:1"
    here = facts(engine, project(image=tiny_image)).images[tiny_image]
    assert here.local is not None
    assert here.local.platform == "linux/amd64"
    assert here.problem is None
    gone = facts(engine, project(image=nowhere)).images[nowhere]
    assert (gone.local, gone.problem) == (None, ImageProblem.UNREACHABLE)
    never = facts(engine, project(image=nowhere, pull_policy="never")).images[nowhere]
    assert never.problem is ImageProblem.NOT_FOUND


def test_the_sources_of_binds_are_looked_at(engine: DockerEngine, tiny_image: str, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    (tmp_path / "empty").mkdir()
    wanted = {
        "missing": PathKind.MISSING,
        "empty": PathKind.EMPTY_DIRECTORY,
        "full": PathKind.DIRECTORY,
        "full/file": PathKind.FILE,
    }
    volumes = [{"type": "bind", "source": str(tmp_path / name), "target": "/x"} for name in wanted]
    found = facts(engine, project(image=tiny_image, volumes=volumes)).paths
    assert found == {str(tmp_path / name): kind for name, kind in wanted.items()}


def test_the_host_is_told(engine: DockerEngine, tiny_image: str) -> None:
    found = facts(engine, project(image=tiny_image))
    assert "bridge" in found.networks
    assert found.log_driver == "json-file"
    assert found.memory_bytes
    assert found.free_disk_bytes
    assert found.total_disk_bytes
    assert found.free_disk_bytes < found.total_disk_bytes


@pytest.mark.parametrize(
    ("reference", "registry"),
    [
        ("nginx", "docker.io"),
        ("library/nginx:1", "docker.io"),
        ("ghcr.io/a/b", "ghcr.io"),
        ("localhost/a", "localhost"),
        ("registry:5000/a", "registry:5000"),
    ],
)
def test_a_reference_names_its_registry(reference: str, registry: str) -> None:
    assert registry_of(reference) == registry
