"""A real supervisord, asked over its socket."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from appos.errors import ConflictError
from appos.system.supervisord import Supervisord
from tests.serving import wait_for

CONFIGURATION = """
[supervisord]
nodaemon=true
user=root
logfile=/dev/null
logfile_maxbytes=0
pidfile={folder}/pid
childlogdir={folder}
[unix_http_server]
file={folder}/socket
chmod=0700
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[program:steady]
command={python} -c "import time; time.sleep(600)"
startsecs=0
autorestart=true
[program:broken]
command=/nonexistent
startretries=0
"""


@pytest.fixture(scope="module")
def supervisord(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Supervisord]:
    folder = tmp_path_factory.mktemp("supervisord")
    file = folder / "supervisord.conf"
    file.write_text(CONFIGURATION.format(folder=folder, python=sys.executable), encoding="utf-8")
    command = [sys.executable, "-m", "supervisor.supervisord", "-c", str(file)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: (folder / "socket").exists(), 20, "supervisord")
        found = Supervisord(f"unix://{folder}/socket")
        wait_for(lambda: pid_of(found, "steady"), 20, "its process")
        yield found
    finally:
        process.terminate()
        process.wait(20)


def pid_of(supervisord: Supervisord, name: str) -> int:
    return int(next(told["pid"] for told in supervisord.processes() if told["name"] == name))


def test_processes_are_told(supervisord: Supervisord) -> None:
    states = {told["name"]: told["statename"] for told in supervisord.processes()}

    assert states["steady"] == "RUNNING"
    assert states["broken"] in ("BACKOFF", "FATAL")


def test_a_restarted_process_is_another_one(supervisord: Supervisord) -> None:
    before = pid_of(supervisord, "steady")
    supervisord.restart("steady")

    assert pid_of(supervisord, "steady") not in (0, before)


def test_a_process_that_a_signal_ends_is_started_again(supervisord: Supervisord) -> None:
    before = pid_of(supervisord, "steady")
    supervisord.signal("steady", "TERM")

    wait_for(lambda: pid_of(supervisord, "steady") not in (0, before), 20, "another process")


def test_what_has_ended_is_started_all_the_same(supervisord: Supervisord) -> None:
    supervisord._call("stopProcess", "steady")
    supervisord.restart("steady")

    assert pid_of(supervisord, "steady")


def test_what_it_refuses_is_told(supervisord: Supervisord) -> None:
    with pytest.raises(ConflictError) as caught:
        supervisord.restart("nobody")
    assert caught.value.code == "supervisor_refused"


def test_a_socket_that_nobody_listens_at_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConflictError) as caught:
        Supervisord(f"unix://{tmp_path}/none").processes()
    assert caught.value.code == "supervisor_unavailable"
