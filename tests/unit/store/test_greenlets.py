"""The store under gevent, which a process of its own has to be patched for."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = Path(__file__).with_name("greenlets.py")
GREENLETS = 300


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, str(PROGRAM), str(tmp_path_factory.mktemp("greenlets"))],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    parsed: dict[str, Any] = json.loads(done.stdout)
    return parsed


def test_hundreds_of_greenlets_write_and_leave_one_connection_open(report: dict[str, Any]) -> None:
    assert report["crowd"] == {
        "finished": GREENLETS,
        "written": GREENLETS,
        "connections": 0,
        "checked_out": 1,
    }


def test_the_loop_goes_on_while_another_program_holds_the_lock(report: dict[str, Any]) -> None:
    locked = report["locked"]

    assert (locked["was_waiting"], locked["written"]) == (True, True)
    assert locked["worst_seconds"] < 0.5


def test_a_greenlet_that_is_killed_in_a_transaction_leaves_nothing(report: dict[str, Any]) -> None:
    assert report["killed"] == {"left": None, "connections": 0, "checked_out": 1}


def test_offloaded_work_runs_in_a_native_thread(report: dict[str, Any]) -> None:
    assert report["offloaded"] is True
