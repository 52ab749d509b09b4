"""`appos app exec` against a running AppOS: at a terminal, and in a pipe."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator

import pytest

from tests.integration.app_site import AppSite, app_site, web
from tests.serving import wait_for

EXEC = [sys.executable, "-m", "appos.cli", "app", "exec"]


@pytest.fixture(scope="module")
def site(engine_host: str, tiny_image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppSite]:
    with app_site(tmp_path_factory.mktemp("exec"), engine_host, tiny_image) as running:
        running.deployed("shell", web(tiny_image), settings={"watchSeconds": 1})
        yield running


def piped(site: AppSite, *words: str, said: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [*EXEC, *words], input=said, capture_output=True, env=site.server.env, timeout=60, check=False
    )


def test_a_command_in_a_pipe_is_exact_and_ends_with_its_code(site: AppSite) -> None:
    said = bytes(range(256)) * 4000
    done = piped(site, "shell", "web", "--", "cat", said=said)
    assert (done.returncode, done.stdout == said, done.stderr) == (0, True, b"")
    options = ("--user", "nobody", "--workdir", "/tmp")
    told = piped(site, *options, "shell", "web", "--", "sh", "-c", "id -un; pwd; exit 9")
    assert (told.returncode, told.stdout) == (9, b"nobody\n/tmp\n")


def test_what_is_not_there_is_told(site: AppSite) -> None:
    done = subprocess.run(
        [*EXEC, "shell", "nothing"], env=site.server.env, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, "no service 'nothing'" in done.stderr) == (1, True), done.stderr


def test_a_terminal_is_raw_and_follows_its_size(site: AppSite) -> None:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 90, 0, 0))
    before = termios.tcgetattr(theirs)
    running = subprocess.Popen(
        [*EXEC, "shell", "web"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=site.server.env,
        start_new_session=True,
    )
    try:
        output = b""

        def said(wanted: bytes) -> bool:
            nonlocal output
            if select.select([ours], [], [], 0.2)[0]:
                output += os.read(ours, 65536)
            return wanted in output

        wait_for(lambda: said(b"# "), 20, "a prompt")
        os.write(ours, b"stty size\r")
        wait_for(lambda: said(b"30 90"), 10, "the size")
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 41, 111, 0, 0))
        running.send_signal(signal.SIGWINCH)
        time.sleep(0.3)
        os.write(ours, b"stty size\r")
        wait_for(lambda: said(b"41 111"), 10, "the new size")
        os.write(ours, b"sleep 100\r")
        time.sleep(0.5)
        os.write(ours, b"\x03")
        os.write(ours, b"exit 4\r")
        assert running.wait(20) == 4
        assert termios.tcgetattr(theirs) == before
    finally:
        running.kill()
        running.wait()
        os.close(ours)
        os.close(theirs)
