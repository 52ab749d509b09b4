"""Commands in containers of their own, on an engine that goes wrong in the midst of them."""

import json
import threading
import time

import pytest

from appos.engine.docker import DockerEngine
from appos.engine.models import UNTIL, ExecResult
from appos.errors import EngineError, EngineUnavailableError
from tests.unit.engine.docker.wire_engine import WireEngine

ID = "a" * 64
ATTACH, WAIT, START = (f"/containers/{ID}/{verb}" for verb in ("attach", "wait", "start"))
REMOVE = ("DELETE", f"/containers/{ID}")


@pytest.fixture(autouse=True)
def answering(wire: WireEngine) -> WireEngine:
    """Let the engine run a command that writes on both outputs."""
    wire.answers |= {
        "GET /containers/json": (200, []),
        "POST /containers/create": (201, {"Id": ID}),
        f"POST {ATTACH}": (200, b"\1\0\0\0\0\0\0\4out\n\2\0\0\0\0\0\0\4err\n"),
        f"POST {WAIT}": (200, {"StatusCode": 3, "Error": None}),
        f"POST {START}": (204, b""),
        " ".join(REMOVE): (204, b""),
    }
    return wire


def asked(wire: WireEngine) -> list[tuple[str, str]]:
    return [(one.method, one.path) for one in wire.asked if one.path != "/version"]


def test_the_end_is_awaited_before_it_begins(wire: WireEngine, engine: DockerEngine) -> None:
    assert engine.run_once("tiny:1", ["work"]) == ExecResult(exit_code=3, stdout=b"out\n", stderr=b"err\n")
    assert asked(wire) == [
        ("GET", "/containers/json"),
        ("POST", "/containers/create"),
        ("POST", ATTACH),
        ("POST", WAIT),
        ("POST", START),
    ]


def test_the_container_has_no_rights(wire: WireEngine, engine: DockerEngine) -> None:
    engine.run_once("tiny:1", ["work", "a b"], network="host", timeout_seconds=10)
    config = json.loads(next(one.body for one in wire.asked if one.path == "/containers/create"))
    until = int(config.pop("Labels")[UNTIL])

    assert 10 < until - time.time() < 120
    assert config == {
        "Image": "tiny:1",
        "Entrypoint": ["work", "a b"],
        "AttachStdout": True,
        "AttachStderr": True,
        "Healthcheck": {"Test": ["NONE"]},
        "HostConfig": {
            "NetworkMode": "host",
            "AutoRemove": True,
            "ReadonlyRootfs": True,
            "CapDrop": ["ALL"],
            "SecurityOpt": ["no-new-privileges"],
            "LogConfig": {"Type": "none"},
        },
    }


def test_one_that_cannot_be_started_is_removed(wire: WireEngine, engine: DockerEngine) -> None:
    wire.answers[f"POST {START}"] = (500, {"message": "no space left on device"})
    with pytest.raises(EngineError, match="no space left"):
        engine.run_once("tiny:1", ["work"])

    assert asked(wire)[-1] == REMOVE


@pytest.mark.parametrize("silent", [ATTACH, WAIT], ids=["attach", "wait"])
def test_an_engine_that_goes_silent_is_not_waited_for(
    wire: WireEngine, engine: DockerEngine, silent: str
) -> None:
    wire.silent.add(silent)
    with pytest.raises(EngineError) as caught:
        engine.run_once("tiny:1", ["work"], timeout_seconds=0.3)

    assert caught.value.code == "run_timeout"
    assert asked(wire)[-1] == REMOVE


def test_an_engine_that_goes_away_is_told_so(wire: WireEngine, engine: DockerEngine) -> None:
    wire.endless.add(ATTACH)
    threading.Timer(0.3, wire.release.set).start()
    with pytest.raises(EngineUnavailableError):
        engine.run_once("tiny:1", ["work"])

    assert asked(wire)[-1] == REMOVE


def test_an_engine_that_ends_without_an_answer_is_told_so(wire: WireEngine, engine: DockerEngine) -> None:
    wire.answers[f"POST {WAIT}"] = (200, b"")
    with pytest.raises(EngineUnavailableError):
        engine.run_once("tiny:1", ["work"])
