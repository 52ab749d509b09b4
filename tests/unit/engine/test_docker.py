"""The Docker Engine: the real client against an engine of a few lines, and the fake held to it."""

import gc
import json
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from appos.engine.docker import DockerEngine
from appos.engine.models import EngineInfo
from appos.engine.port import Engine
from appos.errors import EngineError, EngineUnavailableError
from tests.unit.fakes import FakeEngine

VERSION = {"Version": "28.0.1", "ApiVersion": "1.48"}
INFO = {
    "OperatingSystem": "Debian GNU/Linux 12",
    "Architecture": "x86_64",
    "NCPU": 2,
    "MemTotal": 4 << 30,
    "Containers": 3,
    "ContainersRunning": 2,
    "Images": 7,
}
EXPECTED = FakeEngine().info()


class Answers(BaseHTTPRequestHandler):
    """Answers as an engine does, or refuses."""

    refusal = ""

    def do_GET(self) -> None:  # noqa: N802
        is_version = self.path.endswith("/version")
        refusal = "" if is_version else type(self).refusal
        body = json.dumps({"message": refusal} if refusal else (VERSION if is_version else INFO)).encode()
        self.send_response(500 if refusal else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        pass

    def address_string(self) -> str:
        return "unix"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "docker.sock"


@pytest.fixture
def server(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Answers]]:
    monkeypatch.setattr(Answers, "refusal", "")
    with socketserver.ThreadingUnixStreamServer(str(path), Answers) as listening:
        listening.daemon_threads = True
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        yield Answers
        listening.shutdown()
        thread.join()


@pytest.fixture
def engine(path: Path) -> Iterator[DockerEngine]:
    made = DockerEngine(f"unix://{path}")
    yield made
    made.close()


# The SDK leaves a socket that it could not connect to the garbage collector.
unclosed = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def refused(engine: DockerEngine) -> EngineUnavailableError:
    """Why an engine that is not there cannot be asked."""
    with pytest.raises(EngineUnavailableError) as caught:
        engine.info()
    error = EngineUnavailableError(caught.value.message, code=caught.value.code)
    del caught
    gc.collect()
    return error


def test_an_engine_says_what_it_is(server: type[Answers], engine: DockerEngine) -> None:
    assert engine.info() == EXPECTED


@unclosed
def test_an_engine_that_does_not_answer_is_unavailable(path: Path, engine: DockerEngine) -> None:
    error = refused(engine)

    assert error.code == "engine_unavailable"
    assert f"unix://{path}" in error.message


def test_an_engine_that_refuses_is_quoted(server: type[Answers], engine: DockerEngine) -> None:
    engine.info()
    server.refusal = "the disk is on fire"
    with pytest.raises(EngineError) as caught:
        engine.info()

    assert not isinstance(caught.value, EngineUnavailableError)
    assert "the disk is on fire" in caught.value.message


def test_nothing_is_connected_to_before_the_first_question(path: Path) -> None:
    DockerEngine(f"unix://{path}").close()


@unclosed
def test_an_engine_that_comes_back_is_found_again(
    engine: DockerEngine, request: pytest.FixtureRequest
) -> None:
    refused(engine)
    request.getfixturevalue("server")

    assert engine.info() == EXPECTED
    assert engine.info() == EXPECTED


@pytest.mark.parametrize("kind", ["real", "fake"])
def test_both_engines_keep_the_contract(kind: str, request: pytest.FixtureRequest) -> None:
    engine: Engine = FakeEngine()
    if kind == "real":
        request.getfixturevalue("server")
        engine = request.getfixturevalue("engine")

    assert isinstance(engine.info(), EngineInfo)
    engine.close()
    engine.close()
