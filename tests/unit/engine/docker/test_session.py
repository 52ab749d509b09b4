"""The connection to an engine: when it is made, in which version, and what becomes of it."""

import base64
import gc
import json
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from appos.engine.docker import DockerEngine
from appos.engine.docker.session import agreed
from appos.engine.models import Credentials, Prunable
from appos.errors import (
    AppOSError,
    ConflictError,
    EngineError,
    EngineUnavailableError,
    InvalidError,
    NotFoundError,
)
from tests.fake_engine import FakeEngine
from tests.unit.engine.docker.wire_engine import WireEngine, listening, listening_on_tcp

EXPECTED = FakeEngine().info()
SECRET = "Gneiss-Heron-9"
CAROL = Credentials(registry="registry.example.com", username="carol", password=SECRET)

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


def test_an_engine_says_what_it_is(wire: WireEngine, engine: DockerEngine) -> None:
    assert engine.info() == EXPECTED


def test_an_engine_that_does_not_answer_is_unavailable(path: Path, engine: DockerEngine) -> None:
    error = refused(engine)
    assert error.code == "engine_unavailable"
    assert f"unix://{path}" in error.message


def test_streams_of_an_engine_that_does_not_answer_are_unavailable(engine: DockerEngine) -> None:
    with pytest.raises(EngineUnavailableError):
        engine.events()
    pull = engine.pull("base:1")
    with pytest.raises(EngineUnavailableError):
        next(pull)


def test_an_engine_that_refuses_is_quoted(wire: WireEngine, engine: DockerEngine) -> None:
    wire.answers["GET /info"] = (500, {"message": "the disk is on fire"})
    with pytest.raises(EngineError, match="the disk is on fire") as caught:
        engine.info()
    assert not isinstance(caught.value, EngineUnavailableError)
    assert caught.value.code == "engine_failed"


def test_an_engine_on_the_network_is_reached_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    wire = WireEngine(answers={"GET /containers/json": (200, []), "GET /events": (200, b"")})
    with listening_on_tcp(wire) as host:
        engine = DockerEngine(host)
        assert engine.containers() == []
        assert list(engine.events()) == []
        engine.close()


def test_a_broken_configuration_of_docker_is_told_of(
    wire: WireEngine, engine: DockerEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"auths": {"registry.example.com": SECRET}}))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    with pytest.raises(EngineError, match="registry.example.com") as caught:
        engine.info()
    assert SECRET not in caught.value.message


def test_questions_share_their_connections(wire: WireEngine, engine: DockerEngine) -> None:
    wire.answers |= {f"DELETE /volumes/v{number}": (204, b"") for number in range(50)}
    engine.remove_volume("v0")
    before = len(os.listdir("/proc/self/fd"))
    for number in range(50):
        engine.remove_volume(f"v{number}")
    assert len(os.listdir("/proc/self/fd")) == before


def test_nothing_is_connected_to_before_the_first_question(path: Path, wire: WireEngine) -> None:
    DockerEngine(f"unix://{path}").close()
    assert wire.asked == []


def test_the_sdk_is_not_imported_before_the_first_question() -> None:
    code = (
        "import sys; from appos.engine.docker import DockerEngine; DockerEngine('unix:///none'); "
        "sys.exit('docker' in sys.modules or 'requests' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@unclosed
def test_an_engine_that_comes_back_is_found_again(path: Path, engine: DockerEngine) -> None:
    refused(engine)
    for _ in range(2):
        with listening(path, WireEngine()):
            assert engine.info() == EXPECTED
            assert engine.info() == EXPECTED
        refused(engine)


@pytest.mark.parametrize(
    ("newest", "oldest", "spoken"),
    [
        pytest.param("1.41", "1.12", "1.41", id="Docker 20.10"),
        pytest.param("1.43", "1.12", "1.43", id="Docker 24"),
        pytest.param("1.48", "1.24", "1.44", id="Docker 28"),
        pytest.param("1.52", "1.44", "1.44", id="Docker 29"),
        pytest.param("1.60", "1.50", "1.50", id="one of the future"),
    ],
)
def test_a_version_is_spoken_that_both_know(
    wire: WireEngine, engine: DockerEngine, newest: str, oldest: str, spoken: str
) -> None:
    wire.api_version, wire.min_api_version = newest, oldest
    wire.answers["GET /containers/json"] = (200, [])
    wire.answers["GET /events"] = (200, b"")
    assert engine.info().api_version == newest
    assert engine.containers() == []
    assert list(engine.events()) == []
    assert wire.versions() == {spoken}


def test_an_engine_that_was_replaced_is_spoken_to_in_its_version(
    wire: WireEngine, engine: DockerEngine
) -> None:
    wire.api_version, wire.min_api_version = "1.41", "1.12"
    wire.answers["GET /images/json"] = (200, [])
    assert engine.images() == []
    wire.api_version, wire.min_api_version = "1.52", "1.44"
    assert engine.images() == []
    assert [one.version for one in wire.asked if one.path == "/images/json"] == ["1.41", "1.41", "1.44"]


def test_a_stream_of_an_engine_that_was_replaced_is_asked_for_again(
    wire: WireEngine, engine: DockerEngine
) -> None:
    wire.api_version = "1.41"
    wire.answers["GET /events"] = (200, b"")
    assert list(engine.events()) == []
    wire.api_version, wire.min_api_version = "1.52", "1.44"
    assert list(engine.events()) == []


def test_an_engine_that_is_too_old_is_told_of(wire: WireEngine, engine: DockerEngine) -> None:
    wire.api_version, wire.min_api_version = "1.40", "1.12"
    with pytest.raises(EngineError, match="AppOS needs 1.41") as caught:
        engine.containers()
    assert caught.value.code == "engine_too_old"


@pytest.mark.parametrize("told", [None, [], {}, {"ApiVersion": "new"}, {"ApiVersion": 1.41}, "1.41"])
def test_what_is_no_engine_is_told_of(told: Any) -> None:
    with pytest.raises(EngineError, match="no Docker Engine"):
        agreed(told)


@pytest.mark.parametrize(
    ("status", "said", "kind", "code"),
    [
        pytest.param(404, "No such container: web", NotFoundError, "container_not_found", id="not found"),
        pytest.param(409, "Container 1 is not running", ConflictError, "conflict", id="conflict"),
        pytest.param(500, "Container 1 is not paused", ConflictError, "conflict", id="a conflict as 500"),
        pytest.param(400, "Invalid signal: FOO", InvalidError, "engine_invalid", id="invalid"),
        pytest.param(500, "the disk is on fire", EngineError, "engine_failed", id="failed"),
        pytest.param(503, "x", EngineError, "engine_failed", id="another status"),
    ],
)
def test_refusals_have_codes(
    wire: WireEngine, engine: DockerEngine, status: int, said: str, kind: type[AppOSError], code: str
) -> None:
    wire.answers["POST /containers/web/kill"] = (status, {"message": said})
    with pytest.raises(kind, match=said) as caught:
        engine.kill("web")
    assert caught.value.code == code


Ask = Callable[[DockerEngine], object]
HOSTILE = ("../images/x", "..", "a/b", "a?force=1", "a#", "%2e%2e", "", "a b", "a\n", "x" * 300)
NAMING: dict[str, Callable[[DockerEngine, str], object]] = {
    "container": lambda engine, name: engine.remove_container(name),
    "stats": lambda engine, name: engine.stats(name),
    "exec": lambda engine, name: engine.exec_run(name, ["true"]),
    "volume": lambda engine, name: engine.remove_volume(name),
    "network": lambda engine, name: engine.remove_network(name),
}


@pytest.mark.parametrize("naming", NAMING)
@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_leads_to_something_else(
    wire: WireEngine, engine: DockerEngine, naming: str, name: str
) -> None:
    with pytest.raises(NotFoundError):
        NAMING[naming](engine, name)
    assert [one for one in wire.asked if one.method != "GET"] == []


@pytest.mark.parametrize("ref", ["../containers/x", "a/../b", "a/./b", "..", "a?x", "a b", "", "/a", "-a"])
def test_no_reference_leads_to_something_else(wire: WireEngine, engine: DockerEngine, ref: str) -> None:
    asks: list[Ask] = [
        lambda engine: engine.image(ref),
        lambda engine: engine.remove_image(ref),
        lambda engine: engine.distribution(ref),
        lambda engine: engine.pull(ref),
        lambda engine: engine.tag("a", ref),
    ]
    for ask in asks:
        with pytest.raises(InvalidError):
            ask(engine)
    assert wire.asked == []


def test_credentials_are_sent_and_never_told(
    wire: WireEngine, engine: DockerEngine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    said = {"message": f"unauthorized: carol:{SECRET} is not known"}
    wire.answers["GET /distribution/registry.example.com/a/json"] = (401, said)
    wire.answers["POST /images/create"] = (500, said)
    wire.answers["POST /auth"] = (401, said)
    asks: list[Ask] = [
        lambda engine: engine.distribution("registry.example.com/a", credentials=CAROL),
        lambda engine: next(engine.pull("registry.example.com/a", credentials=CAROL)),
        lambda engine: engine.check_credentials(CAROL),
    ]
    for ask in asks:
        with pytest.raises(EngineError) as caught:
            ask(engine)
        assert caught.value.code == "registry_denied"
        # With all that a log of it would show.
        assert SECRET not in "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert SECRET not in caplog.text + repr(CAROL)
    headers = [one.headers["X-Registry-Auth"] for one in wire.asked if "X-Registry-Auth" in one.headers]
    expected = {"username": "carol", "password": SECRET, "serveraddress": "registry.example.com"}
    assert [json.loads(base64.urlsafe_b64decode(header)) for header in headers] == [expected, expected]
    assert json.loads(wire.asked[-1].body) == expected


def test_credentials_of_files_are_not_sent(
    wire: WireEngine, engine: DockerEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.json").write_text(
        json.dumps({"auths": {"registry.example.com": {"auth": base64.b64encode(b"a:b").decode()}}})
    )
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    wire.answers["GET /distribution/registry.example.com/a/json"] = (200, {"Descriptor": {"digest": "d"}})
    assert engine.distribution("registry.example.com/a").digest == "d"
    assert base64.b64decode(wire.asked[-1].headers["X-Registry-Auth"]) == b"{}"


@pytest.mark.parametrize(
    ("said", "kind", "code"),
    [
        ("manifest unknown: manifest unknown", NotFoundError, "image_not_found"),
        (
            "no matching manifest for linux/arm64 in the manifest list entries",
            NotFoundError,
            "image_not_found",
        ),
        (
            "pull access denied for x, repository does not exist or may require",
            EngineError,
            "registry_denied",
        ),
        ("Get https://r/v2/: unauthorized: authentication required", EngineError, "registry_denied"),
        ("toomanyrequests: You have reached your pull rate limit", EngineError, "registry_denied"),
        ("Get https://r/v2/: dial tcp: lookup r: no such host", EngineError, "registry_unreachable"),
        ("Get https://r/v2/: x509: certificate signed by unknown", EngineError, "registry_unreachable"),
        ("received unexpected HTTP status: 502 Bad Gateway", EngineError, "registry_unreachable"),
        ("write /var/lib/docker/x: no space left on device", EngineError, "engine_failed"),
        ("manifest for registry.example.com/unauthorized:1 not found", NotFoundError, "image_not_found"),
    ],
)
def test_a_pull_that_fails_says_why(
    wire: WireEngine, engine: DockerEngine, said: str, kind: type[AppOSError], code: str
) -> None:
    lines = [{"status": "Pulling from x", "id": "1"}, {"errorDetail": {"message": said}, "error": said}]
    body = b"\r\n".join(json.dumps(line).encode() for line in lines)
    wire.answers["POST /images/create"] = (200, body)
    stream = engine.pull("registry.example.com/unauthorized:1")
    assert next(stream).layer == ""
    with pytest.raises(kind) as caught:
        next(stream)
    assert caught.value.code == code


def test_a_silent_pull_is_cut_off_while_its_answer_is_awaited(wire: WireEngine, engine: DockerEngine) -> None:
    wire.silent.add("/images/create")
    stream = engine.pull("base:1")
    read: list[object] = []
    reader = threading.Thread(target=lambda: read.extend(stream))
    reader.start()
    while not any(one.path == "/images/create" for one in wire.asked):
        time.sleep(0.01)
    stream.close()
    reader.join(5)
    assert not reader.is_alive()
    assert read == []


def test_a_signal_ends_the_stream_that_it_interrupts(wire: WireEngine, engine: DockerEngine) -> None:
    wire.endless.add("/containers/web/stats")
    stream = engine.stats("web")
    next(stream)
    before = signal.signal(signal.SIGUSR1, lambda *_: stream.close())
    try:
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGUSR1)).start()
        assert list(stream) == []
    finally:
        signal.signal(signal.SIGUSR1, before)


@pytest.mark.parametrize(("seconds", "query"), [(None, ""), (3, "t=3")])
def test_a_container_is_given_its_own_time_to_end(
    wire: WireEngine, engine: DockerEngine, seconds: int | None, query: str
) -> None:
    wire.answers |= {f"POST /containers/web/{verb}": (204, b"") for verb in ("stop", "restart")}
    engine.stop("web", timeout_seconds=seconds)
    engine.restart("web", timeout_seconds=seconds)
    assert [one.query for one in wire.asked if one.method == "POST"] == [query, query]


def test_an_engine_that_goes_away_ends_a_stream_with_an_error(wire: WireEngine, engine: DockerEngine) -> None:
    wire.endless.add("/containers/web/stats")
    stream = engine.stats("web")
    assert next(stream).processes == 0
    wire.release.set()
    with pytest.raises(EngineUnavailableError):
        next(stream)
    assert list(stream) == []


def test_a_stream_that_was_closed_before_it_began_asks_nothing(
    wire: WireEngine, engine: DockerEngine
) -> None:
    stream = engine.pull("base:1")
    stream.close()
    assert list(stream) == []
    assert wire.asked == []


def test_older_engines_spare_volumes_with_names_too(wire: WireEngine, engine: DockerEngine) -> None:
    wire.api_version, anonymous = "1.41", "a" * 64
    volumes = [{"Name": name, "Driver": "local"} for name in ("data", anonymous)]
    wire.answers["GET /volumes"] = (200, {"Volumes": volumes})
    wire.answers["GET /system/df"] = (
        200,
        {"Volumes": [{"Name": anonymous, "UsageData": {"Size": 5, "RefCount": 0}}]},
    )
    wire.answers[f"DELETE /volumes/{anonymous}"] = (204, b"")
    pruned = engine.prune(Prunable.VOLUMES)
    assert (pruned.removed, pruned.reclaimed_bytes) == ((anonymous,), 5)


@pytest.mark.parametrize(
    ("api_version", "all", "filters"),
    [("1.41", True, None), ("1.44", False, None), ("1.44", True, '{"all": ["true"]}')],
)
def test_volumes_with_names_are_pruned_when_that_is_asked_for(
    wire: WireEngine, engine: DockerEngine, api_version: str, all: bool, filters: str | None
) -> None:
    wire.api_version = api_version
    wire.answers["POST /volumes/prune"] = (200, {"VolumesDeleted": ["data"], "SpaceReclaimed": 7})
    assert engine.prune(Prunable.VOLUMES, all=all).removed == ("data",)
    assert ("all" in wire.asked[-1].query) == (filters is not None)


def test_the_build_cache_is_pruned(wire: WireEngine, engine: DockerEngine) -> None:
    wire.answers["POST /build/prune"] = (200, {"CachesDeleted": ["c1"], "SpaceReclaimed": 9})
    pruned = engine.prune(Prunable.BUILD_CACHE, all=True)
    assert (pruned.removed, pruned.reclaimed_bytes) == (("c1",), 9)
