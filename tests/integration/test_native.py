"""AppOS on this machine without a container: build/native.py, in a clone whose path holds a space."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("appos", "build", "wsgi.py")
START_SECONDS = 60


@dataclass
class Clone:
    """A copy of the project with a data directory and a port of its own."""

    path: Path
    port: int
    env: dict[str, str] = field(default_factory=dict)

    def command(self, name: str, **settings: str) -> tuple[list[str], dict[str, str]]:
        return [sys.executable, str(self.path / "build" / "native.py"), name], {**self.env, **settings}

    def call(self, name: str, **settings: str) -> subprocess.CompletedProcess[str]:
        arguments, env = self.command(name, **settings)
        return subprocess.run(
            arguments, env=env, capture_output=True, text=True, timeout=START_SECONDS, check=False
        )

    @property
    def pid_file(self) -> Path:
        return self.path / "data" / "run" / "appos.pid"

    def run(self) -> dict[str, Any]:
        return dict(json.loads(self.pid_file.read_text(encoding="utf-8")))

    def health(self) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/api/health")
            return connection.getresponse().status
        finally:
            connection.close()


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Clone]:
    path = tmp_path / "a clone"
    path.mkdir()
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, path / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / part, path / part)
    (path / ".venv").symlink_to(sys.prefix)
    port = free_port()
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "HTTP_PORT": str(port),
        "DOCKER_HOST": f"unix://{tmp_path}/no-engine.sock",
    }
    copy = Clone(path, port, env)
    yield copy
    copy.call("stop")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def session(leader: int) -> list[int]:
    """The living processes of a session. Source: proc(5), /proc/pid/stat."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            fields = (entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if entry.name.isdecimal() and fields[0] != "Z" and int(fields[3]) == leader:
            found.append(int(entry.name))
    return found


def test_start_prints_the_address_and_the_claim_link(clone: Clone) -> None:
    started = clone.call("start")
    assert started.returncode == 0, started.stderr
    assert f"AppOS runs at http://127.0.0.1:{clone.port}\n" in started.stdout
    assert re.search(rf"^http://127\.0\.0\.1:{clone.port}/setup#token=\S+$", started.stdout, re.MULTILINE)
    assert clone.health() == 200


def test_make_names_the_port_port(clone: Clone) -> None:
    started = clone.call("start", HTTP_PORT="1", PORT=str(clone.port))
    assert started.returncode == 0, started.stderr
    assert clone.health() == 200


def test_a_second_start_changes_nothing(clone: Clone) -> None:
    clone.call("start")
    before = clone.run()
    again = clone.call("start", HTTP_PORT=str(free_port()))
    assert again.returncode == 0, again.stderr
    assert f"AppOS already runs at http://127.0.0.1:{clone.port}\n" in again.stdout
    assert f"http://127.0.0.1:{clone.port}/setup#token=" in again.stdout
    assert clone.run() == before


def test_two_starts_at_once_start_one(clone: Clone) -> None:
    arguments, env = clone.command("start")
    first, second = (subprocess.Popen(arguments, env=env, stdout=subprocess.DEVNULL) for _ in range(2))
    assert (first.wait(START_SECONDS), second.wait(START_SECONDS)) == (0, 0)
    assert clone.health() == 200
    log = (clone.path / "data" / "log" / "appos.log").read_text(encoding="utf-8")
    assert log.count('"event": "started"') == 1


def test_start_follows_a_killed_arbiter(clone: Clone) -> None:
    clone.call("start")
    killed = clone.run()["pid"]
    os.kill(killed, signal.SIGKILL)
    again = clone.call("start")
    assert again.returncode == 0, again.stderr
    assert clone.run()["pid"] != killed
    assert clone.health() == 200
    assert session(killed) == []


def test_stop_leaves_no_process(clone: Clone) -> None:
    clone.call("start")
    leader = clone.run()["pid"]
    assert len(session(leader)) >= 2
    stopped = clone.call("stop")
    assert stopped.returncode == 0, stopped.stderr
    assert stopped.stdout.endswith("AppOS has stopped.\n")
    assert session(leader) == []
    assert not clone.pid_file.exists()
    assert clone.call("status").returncode == 3


def test_stop_ends_what_a_killed_arbiter_left(clone: Clone) -> None:
    clone.call("start")
    leader = clone.run()["pid"]
    os.kill(leader, signal.SIGKILL)
    assert clone.call("stop").returncode == 0
    assert session(leader) == []


def test_stop_kills_what_does_not_answer(clone: Clone) -> None:
    clone.call("start")
    leader = clone.run()["pid"]
    for pid in session(leader):
        os.kill(pid, signal.SIGSTOP)
    stopped = clone.call("stop")
    assert stopped.returncode == 0, stopped.stderr
    assert "AppOS was killed" in stopped.stdout
    assert session(leader) == []


def test_stop_without_a_start_is_harmless(clone: Clone) -> None:
    stopped = clone.call("stop")
    assert (stopped.returncode, stopped.stdout) == (0, "AppOS is not running.\n")
    assert not (clone.path / "data").exists()


@pytest.mark.parametrize(
    "forged",
    [
        pytest.param({"start_ticks": 1}, id="another-start"),
        pytest.param({"boot": "another"}, id="another-boot"),
    ],
)
def test_stop_leaves_a_stranger_alone(clone: Clone, forged: dict[str, object]) -> None:
    stranger = subprocess.Popen(["sleep", "60"], cwd=clone.path, start_new_session=True)
    try:
        stat = Path(f"/proc/{stranger.pid}/stat").read_text(encoding="ascii")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        told: dict[str, object] = {
            "pid": stranger.pid,
            "start_ticks": int(stat.rpartition(")")[2].split()[19]),
            "boot": boot,
            "host": "127.0.0.1",
            "port": clone.port,
            "clone": str(clone.path),
        }
        clone.pid_file.parent.mkdir(parents=True)
        clone.pid_file.write_text(json.dumps(told | forged), encoding="utf-8")
        assert clone.call("stop").stdout == "AppOS is not running.\n"
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_bad_setting_stops_the_start_and_is_named(clone: Clone) -> None:
    started = clone.call("start", HTTP_PORT="abc")
    assert started.returncode == 1
    assert "HTTP_PORT" in started.stderr
    assert "whole number" in started.stderr
    assert "AppOS did not start" in started.stderr
    assert clone.call("status").returncode == 3


def test_a_port_in_use_is_said_plainly(clone: Clone) -> None:
    with socket.create_server(("127.0.0.1", clone.port)):
        started = clone.call("start")
    assert started.returncode == 1
    assert f"Port {clone.port} is used by another program" in started.stderr
    assert not clone.pid_file.exists()


def test_restart_starts_another(clone: Clone) -> None:
    clone.call("start")
    before = clone.run()["pid"]
    restarted = clone.call("restart")
    assert restarted.returncode == 0, restarted.stderr
    assert clone.run()["pid"] != before
    assert clone.health() == 200


def test_stats_names_the_arbiter_and_its_worker(clone: Clone) -> None:
    clone.call("start")
    lines = clone.call("stats").stdout.splitlines()
    assert [line.split()[1] for line in lines[:3]] == ["ROLE", "arbiter", "worker"]
    assert f"{clone.run()['pid']}" == lines[1].split()[0]


def test_logs_prints_the_end_of_the_log(clone: Clone) -> None:
    clone.call("start")
    assert '"event": "started"' in clone.call("logs").stdout


def test_without_an_engine_the_container_gives_way_and_says_why(clone: Clone) -> None:
    def container(command: str) -> subprocess.CompletedProcess[str]:
        program = str(clone.path / "build" / "container.py")
        return subprocess.run(
            [sys.executable, program, command],
            env=clone.env | {"ENGINE": "none"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
            check=False,
        )

    started = container("start")
    assert started.returncode == 0, started.stderr
    assert "No Docker Engine answers, so AppOS runs on this machine without a container" in started.stdout
    assert clone.health() == 200
    upgraded = container("upgrade")
    assert upgraded.returncode == 1
    assert "is for the container" in upgraded.stderr
    assert container("stop").stdout.endswith("AppOS has stopped.\n")
