"""Commands that are imported when they are called."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from appos import cli
from appos.cli import LATE
from tests.serving import ROOT

# Runs a command, but becomes no server.
COMMAND = "import os; from appos import cli; os.execv = lambda *_: None; cli.main({arguments})"
# What these commands need and `serve` does not.
HEAVY = {"docker", "requests", "yaml", "appos.compose", "appos.apps", "appos.engine.docker"}


def imported(code: str, data_dir: Path) -> set[str]:
    """Run code in a new process, and return the modules that it has imported."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; import sys; print(*sys.modules)"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "APPOS_DATA": str(data_dir)},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.splitlines()[-1].split())


def imported_by(arguments: Sequence[str], data_dir: Path) -> set[str]:
    """Run a command in a new process, and return the modules that it has imported."""
    return imported(COMMAND.format(arguments=list(arguments)), data_dir)


def help_of(arguments: Sequence[str], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as caught:
        cli.main([*arguments, "--help"])
    assert caught.value.code == 0
    return " ".join(capsys.readouterr().out.split())


def test_the_help_lists_them(capsys: pytest.CaptureFixture[str]) -> None:
    told = help_of([], capsys)

    assert LATE
    for name, help_ in LATE.items():
        assert f"{name} {help_}" in told


@pytest.mark.parametrize("name", LATE)
def test_each_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = help_of([name], capsys)

    assert told.startswith(f"usage: appos {name} ")
    assert LATE[name] in told


def test_the_verbs_of_compose_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    told = help_of(["compose"], capsys)

    for verb in ("check", "config", "plan", "up", "down", "ps", "logs", "pull"):
        assert f" {verb} " in told
        assert help_of(["compose", verb], capsys).startswith(f"usage: appos compose {verb} ")


def test_a_compose_command_that_is_misused_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(["compose"])

    assert caught.value.code == 2
    assert "usage: appos compose" in capsys.readouterr().err


def test_serving_imports_nothing_of_theirs(tmp_path: Path) -> None:
    modules = imported_by(["serve"], tmp_path)

    assert "appos.cli.server" in modules
    assert modules & HEAVY == set()
    assert not {f"appos.cli.{name}" for name in LATE} & modules


def test_checking_files_imports_neither_docker_nor_the_store(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services: {web: {image: tiny}}", encoding="utf-8")
    modules = imported_by(["compose", "--project-directory", str(tmp_path), "check"], tmp_path)

    assert {"appos.cli.compose", "yaml"} <= modules
    assert not {"docker", "requests", "gevent", "sqlalchemy", "dataset"} & modules


def test_the_server_itself_begins_without_them(tmp_path: Path) -> None:
    modules = imported("import wsgi; wsgi.application.close()", tmp_path / "data")

    assert "appos.web.app" in modules
    assert not {"docker", "requests", "yaml"} & modules
