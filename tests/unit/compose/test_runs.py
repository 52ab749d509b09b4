"""The directory of a run, and what is done about one whose driver was killed."""

import base64
import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from appos.compose.runs import Login, Runs, processes_of
from appos.errors import EngineError

ROOT = Path(__file__).resolve().parents[3]
# A driver that is killed: it has a run, something that stands in, and a Compose that goes on alone.
KILLED = """
import os, signal, subprocess, sys
from pathlib import Path
from appos.compose.runs import Runs
home, elsewhere = map(Path, sys.argv[1:])
with Runs(home).new() as run:
    run.log_in([])
    assert run.stand_in(elsewhere / "deep" / "er" / "compose.yaml", b"{}")
    environment = {"PATH": os.defpath, "DOCKER_CONFIG": str(run.directory)}
    subprocess.Popen(["sleep", "60"], env=environment, stdout=subprocess.DEVNULL)
    print(run.directory, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def mode_of(path: Path) -> int:
    """The permissions of a file."""
    return path.stat().st_mode & 0o777


def test_a_run_has_a_directory_that_is_gone_afterwards(tmp_path: Path) -> None:
    with Runs(tmp_path).new() as run:
        run.log_in([])
        assert mode_of(run.directory) == 0o700
        assert mode_of(run.directory / "config.json") == 0o600

    assert list((tmp_path / "runs").iterdir()) == []


@pytest.mark.parametrize("name", ["two\nlines", "gr\udcfc\udcdfe"])
def test_what_stands_in_is_gone_afterwards_whatever_its_name(tmp_path: Path, name: str) -> None:
    kept = tmp_path / "lines"
    kept.write_text("kept")
    with Runs(tmp_path / "home").new() as run:
        assert run.stand_in(tmp_path / name / "compose.yaml", b"{}")

    assert sorted(tmp_path.iterdir()) == [tmp_path / "home", kept]


def test_a_disk_that_refuses_is_told(tmp_path: Path) -> None:
    home = tmp_path / "file"
    home.write_text("no directory")

    with pytest.raises(EngineError, match=f"AppOS cannot write to {home}/runs") as caught, Runs(home).new():
        pass

    assert caught.value.code == "compose_unwritable"


def test_it_is_gone_after_an_exception(tmp_path: Path) -> None:
    with suppress(KeyboardInterrupt), Runs(tmp_path).new():
        raise KeyboardInterrupt

    assert list((tmp_path / "runs").iterdir()) == []


def test_credentials_are_written_as_docker_reads_them(tmp_path: Path) -> None:
    with Runs(tmp_path).new() as run:
        run.log_in(
            [
                Login(registry="registry.example.com:5000", username="ada", password="p:ss"),
                Login(registry="docker.io", username="bob", password="x"),
            ]
        )
        auths = json.loads((run.directory / "config.json").read_bytes())["auths"]

    assert {name: base64.b64decode(it["auth"]) for name, it in auths.items()} == {
        "registry.example.com:5000": b"ada:p:ss",
        "https://index.docker.io/v1/": b"bob:x",
    }


def test_a_password_is_not_in_the_repr() -> None:
    assert "p:ss" not in repr(Login(registry="r", username="ada", password="p:ss"))


def test_a_file_stands_in_until_the_run_ends(tmp_path: Path) -> None:
    path = tmp_path / "var" / "lib" / "shop" / "compose.yaml"
    with Runs(tmp_path / "home").new() as run:
        assert run.stand_in(path, b"content")
        assert path.read_bytes() == b"content"
        assert mode_of(path) == 0o600

    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize("kind", ["file", "directory", "dangling"])
def test_what_is_there_stays(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "compose.yaml"
    if kind == "file":
        path.write_bytes(b"mine")
    elif kind == "directory":
        path.mkdir()
    else:
        path.symlink_to(tmp_path / "nowhere")
    with Runs(tmp_path / "home").new() as run:
        assert not run.stand_in(path, b"content")

    assert os.path.lexists(path)
    assert kind != "file" or path.read_bytes() == b"mine"
    assert not (tmp_path / "nowhere").exists()


def test_a_directory_that_another_run_uses_stays(tmp_path: Path) -> None:
    runs, shared = Runs(tmp_path / "home"), tmp_path / "shared"
    with runs.new() as first:
        first.stand_in(shared / "a.yaml", b"a")
        with runs.new() as second:
            second.stand_in(shared / "b.yaml", b"b")
        assert [path.name for path in shared.iterdir()] == ["a.yaml"]

    assert not shared.exists()


def test_a_run_under_way_is_not_swept(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    with runs.new() as run:
        Runs(tmp_path).sweep()
        assert run.directory.exists()


def test_nothing_to_sweep_is_no_error(tmp_path: Path) -> None:
    Runs(tmp_path / "none").sweep()


def test_what_a_killed_driver_left_is_ended_and_removed(tmp_path: Path) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    elsewhere.mkdir()
    answer = subprocess.run(
        [sys.executable, "-c", KILLED, str(home), str(elsewhere)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        timeout=30,
        check=False,
    )
    directory = Path(answer.stdout.strip())
    assert directory.is_dir()
    assert (elsewhere / "deep" / "er" / "compose.yaml").exists()
    (orphan,) = processes_of(directory)

    Runs(home).sweep()

    assert processes_of(directory) == []
    assert not Path(f"/proc/{orphan}/cwd").exists()
    assert list((home / "runs").iterdir()) == []
    assert list(elsewhere.iterdir()) == []


def test_a_process_of_another_run_is_another(tmp_path: Path) -> None:
    environment = {"PATH": os.defpath, "DOCKER_CONFIG": f"{tmp_path}/run-ab"}
    with subprocess.Popen(["sleep", "60"], env=environment) as process:
        assert processes_of(tmp_path / "run-a") == []
        assert processes_of(tmp_path / "run-ab") == [process.pid]
        process.kill()
