"""Streams of a real engine: among greenlets, and when the engine goes away under them."""

import gc
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from appos.engine.docker import DockerEngine
from appos.engine.models import Event
from appos.errors import EngineUnavailableError
from tests.engine_daemon import PrivateEngine, running_engine
from tests.engine_images import client_of, load_tiny_image
from tests.serving import ROOT


@pytest.fixture
def container(engine_host: str, tiny_image: str) -> Iterator[str]:
    """A container that says nothing."""
    with client_of(engine_host) as client:
        made = client.containers.run(tiny_image, ["sleep", "1000"], detach=True, network="none")
        yield made.id
        made.remove(force=True)


def test_streams_end_with_their_greenlets(engine_host: str, container: str) -> None:
    program = Path(__file__).with_name("engine_greenlets.py")
    done = subprocess.run(
        [sys.executable, str(program), engine_host, container],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert len(told) == 9
    for way, (seconds, left) in told.items():
        assert seconds < 2, way
        assert left == 0, way


def test_a_command_may_leave_its_input_unread(engine_host: str, container: str) -> None:
    engine = DockerEngine(engine_host)
    done = engine.exec_run(container, ["head", "-c", "5"], stdin=b"x" * 5_000_000)
    assert (done.exit_code, done.stdout) == (0, b"xxxxx")
    engine.close()


def test_a_command_ends_when_it_ends_and_not_when_it_falls_silent(engine_host: str, container: str) -> None:
    engine = DockerEngine(engine_host)
    done = engine.exec_run(container, ["sh", "-c", "echo on; echo err >&2; exec >&- 2>&-; sleep 0.5; exit 7"])
    assert (done.exit_code, done.stdout, done.stderr) == (7, b"on\n", b"err\n")
    engine.close()


def test_a_terminal_has_a_size_and_gets_every_key(engine_host: str, container: str) -> None:
    engine = DockerEngine(engine_host)
    # ctrl-p, which the engine would hold back as the beginning of the keys that leave a terminal.
    program = "stty raw -echo; echo ready; head -c 1 | od -An -tx1; stty size; exit 4"
    with engine.exec_open(container, ["sh", "-c", program], tty=True, env={"TERM": "xterm"}) as session:
        read = b""
        while b"ready" not in read:
            read += session.read()
        session.resize(91, 31)
        session.write(b"\x10")
        while chunk := session.read():
            read += chunk
    assert b" 10" in read
    assert b"31 91" in read
    assert session.exit_code() == 4
    engine.close()


def test_long_lines_and_those_of_terminals_are_whole(engine_host: str, tiny_image: str) -> None:
    program = "head -c 40000 /dev/zero | tr '\\0' x; echo; echo end"
    engine = DockerEngine(engine_host)
    with client_of(engine_host) as client:
        for tty in (False, True):
            made = client.containers.run(
                tiny_image, ["sh", "-c", program], detach=True, network="none", tty=tty
            )
            made.wait()
            try:
                assert [line.text for line in engine.logs(made.id)] == ["x" * 40000, "end"]
                timed = list(engine.logs(made.id, timestamps=True))
                assert timed[-1].text == "end"
                assert all(line.time.endswith("Z") for line in timed)
            finally:
                made.remove()
    engine.close()


@pytest.fixture
def private_engine() -> Iterator[PrivateEngine]:
    with running_engine() as running:
        yield running


def test_an_engine_that_restarts_ends_its_streams_and_is_found_again(private_engine: PrivateEngine) -> None:
    image = load_tiny_image(private_engine.host)
    with client_of(private_engine.host) as client:
        made = client.containers.run(image, ["sleep", "1000"], detach=True, network="none", name="restarts")
        container = made.id
    engine = DockerEngine(private_engine.host)
    told: list[Event] = []
    ends: list[str] = []

    def read() -> None:
        try:
            with engine.events() as events:
                told.extend(events)
            ends.append("end")
        except EngineUnavailableError as error:
            ends.append(error.code)

    session = engine.exec_open(container, ["cat"])
    session.write(b"begun")
    assert session.read() == b"begun"
    reader = threading.Thread(target=read)
    reader.start()
    private_engine.stop()
    reader.join(30)
    assert ends in (["end"], ["engine_unavailable"])
    assert session.read() == b""
    session.close()
    with pytest.raises(EngineUnavailableError):
        engine.container(container)
    private_engine.start()
    assert engine.container("restarts").id == container
    assert engine.container(container).state == "exited"
    engine.start(container)
    assert engine.exec_run(container, ["echo", "back"]).stdout == b"back\n"
    engine.close()
    gc.collect()
