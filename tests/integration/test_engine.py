"""The Docker Engine: the real one and its stand-in keep one contract, and `system.check` looks at it."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appos.engine.docker import DockerEngine
from appos.engine.port import Engine
from appos.errors import EngineUnavailableError
from tests.serving import Server, running_server, wait_for
from tests.unit.fakes import FakeEngine

NewEngine = Callable[[bool], Engine]


@pytest.fixture(params=["real", "fake"])
def new_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NewEngine]:
    """Makes engines that answer, or do not."""
    made: list[Engine] = []

    def real(is_up: bool) -> Engine:
        away = f"unix://{tmp_path}/none.sock"
        return DockerEngine(request.getfixturevalue("engine_host") if is_up else away)

    def fake(is_up: bool) -> Engine:
        engine = FakeEngine()
        engine.is_up = is_up
        return engine

    def make(is_up: bool) -> Engine:
        made.append(real(is_up) if request.param == "real" else fake(is_up))
        return made[-1]

    yield make
    for engine in made:
        engine.close()
    gc.collect()


def test_an_engine_tells_what_it_is(new_engine: NewEngine) -> None:
    info = new_engine(True).info()
    assert all([info.version, info.api_version, info.operating_system, info.architecture])
    assert tuple(map(int, info.api_version.split("."))) >= (1, 41)
    assert info.cpus >= 1
    assert info.memory_bytes > 1 << 28
    assert 0 <= info.containers_running <= info.containers
    assert info.images >= 0


def test_an_engine_that_is_away_says_so(new_engine: NewEngine) -> None:
    engine = new_engine(False)
    for _ in range(2):
        with pytest.raises(EngineUnavailableError) as raised:
            engine.info()
        assert raised.value.code == "engine_unavailable"
        assert "Docker does not answer" in raised.value.message


def test_closing_an_engine_is_harmless_and_may_be_repeated(new_engine: NewEngine) -> None:
    engine = new_engine(True)
    engine.close()
    engine.info()
    engine.close()
    engine.close()


def checked(server: Server) -> dict[str, object]:
    """Run `system.check` and return the job as it ended."""
    token = server.claim()
    job = server.request("POST", "/api/appos/jobs", token, {"kind": "system.check"}).json()

    def ended() -> dict[str, object] | None:
        found = server.request("GET", f"/api/appos/jobs/{job['id']}", token).json()
        return found if found["state"] not in ("queued", "running") else None

    return wait_for(ended, 30, "the end of the check") or {}


def states(job: dict[str, object]) -> list[tuple[str, str]]:
    steps = job["steps"]
    assert isinstance(steps, list)
    return [(step["name"], step["state"]) for step in steps]


def test_a_check_looks_at_the_real_engine(tmp_path: Path, engine_host: str) -> None:
    with running_server(tmp_path / "data", DOCKER_HOST=engine_host) as server:
        job = checked(server)
    names = ("engine", "disk", "queue", "database")
    assert states(job) == [(name, "succeeded") for name in names], job
    assert job["state"] == "succeeded"


def test_a_check_without_an_engine_still_looks_at_the_rest(server: Server) -> None:
    job = checked(server)
    assert job["state"] == "failed"
    assert states(job) == [
        ("engine", "failed"),
        ("disk", "succeeded"),
        ("queue", "succeeded"),
        ("database", "succeeded"),
    ]
    error = job["error"]
    assert isinstance(error, dict)
    assert error["code"] == "check_failed"
    assert error["message"].startswith("Docker does not answer at unix://")
