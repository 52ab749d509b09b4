"""A process finds the container that it runs in, by what a real one sees of itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from docker.models.containers import Container as Made

from appos.apps.host_paths import host_paths, paths_of
from appos.compose.paths import NATIVE
from appos.engine.docker import DockerEngine
from appos.engine.own_container import own_container
from tests.engine_daemon import running_engine
from tests.engine_images import client_of, load_tiny_image


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    with running_engine() as engine:
        load_tiny_image(engine.host)
        yield engine.host


@pytest.fixture(scope="module")
def engine(host: str) -> Iterator[DockerEngine]:
    made = DockerEngine(host)
    yield made
    made.close()


@pytest.fixture(scope="module")
def containers(host: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Made, Made]]:
    """Run two containers of one image: the first has a volume, and a bind whose path has a space."""
    bound = tmp_path_factory.mktemp("bound")
    with client_of(host) as client:
        mounts = ["appos_data:/appos/data", f"{bound}:/my bound:ro"]
        first = client.containers.run(
            "tiny:1", ["sleep", "600"], detach=True, volumes=mounts, hostname="wiki"
        )
        second = client.containers.run("tiny:1", ["sleep", "600"], detach=True, network_mode="none")
        yield first, second
        for container in (first, second):
            container.remove(force=True)


def proc_of(container: Made, folder: Path, without: str = "\0") -> Path:
    """Copy what a process in a container sees of itself, without the lines that hold a text."""
    for name in ("mountinfo", "cgroup"):
        text = container.exec_run(["cat", f"/proc/self/{name}"]).output.decode()
        (folder / name).write_text("".join(line for line in text.splitlines(True) if without not in line))
    return folder


def test_each_container_finds_itself(
    containers: tuple[Made, Made], engine: DockerEngine, tmp_path: Path
) -> None:
    for container in containers:
        found = own_container(engine, proc=proc_of(container, tmp_path), hostname="wiki")
        assert found is not None
        assert found.id == container.id


def test_one_is_found_by_its_hostname_and_its_mounts_alone(
    containers: tuple[Made, Made], engine: DockerEngine, tmp_path: Path
) -> None:
    first, second = containers
    proc = proc_of(first, tmp_path, without=first.id)
    found = own_container(engine, proc=proc, hostname=first.id[:12])
    assert found is not None
    assert found.id == first.id
    assert own_container(engine, proc=proc, hostname=second.id[:12]) is None
    assert own_container(engine, proc=proc, hostname="wiki") is None


def test_its_mounts_lie_where_the_engine_says(
    containers: tuple[Made, Made], engine: DockerEngine, host: str, tmp_path: Path
) -> None:
    first, _ = containers
    found = paths_of(engine.container(first.id), {"appos_data": engine.volume("appos_data")})
    on_host = found.host_path(Path("/appos/data/apps/wiki"))
    assert on_host == Path(engine.volume("appos_data").mountpoint) / "apps/wiki"
    first.exec_run(["sh", "-c", "mkdir -p /appos/data/apps/wiki && echo seen > /appos/data/apps/wiki/file"])
    assert (on_host / "file").read_text() == "seen\n"
    assert found.inside_path(on_host) == Path("/appos/data/apps/wiki")


def test_the_tests_themselves_run_in_none_of_this_engines_containers(engine: DockerEngine) -> None:
    assert own_container(engine) is None
    assert host_paths(engine) == NATIVE
