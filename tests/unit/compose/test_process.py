"""Programs that run: what they write, their deadline, and their end."""

import contextlib
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from appos.compose import process
from appos.compose.process import Cancel, Command, Running, Source
from appos.errors import EngineError

# Far less than the minute that a program would take if nothing ended it.
SOON = 20.0


def shell(script: str, deadline_seconds: float | None = None) -> Command:
    """A command of a shell, as programs that do as they are told."""
    return Command(
        arguments=("/bin/sh", "-c", script),
        environment={"PATH": os.defpath, "WORD": "hidden-word"},
        directory=Path("/"),
        deadline_seconds=deadline_seconds,
    )


def run(command: Command, cancel: Cancel | None = None) -> tuple[int, bytes, bytes]:
    """Run a command to its end."""
    written = {source: b"" for source in Source}
    with Running(command, cancel or Cancel()) as running:
        for source, chunk in running.read():
            written[source] += chunk
        return running.status, written[Source.OUTPUT], written[Source.MESSAGES]


def code_of(call: Callable[[], object]) -> str:
    """The code of the error that a call ends with."""
    with pytest.raises(EngineError) as caught:
        call()
    return caught.value.code


def is_gone(pid: int) -> bool:
    """Whether a process has ended, or is about to after a SIGKILL."""
    give_up_at = time.monotonic() + SOON
    while time.monotonic() < give_up_at:
        try:
            stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
        except (FileNotFoundError, ProcessLookupError):
            return True
        if stat.rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.01)
    return False


def test_both_outputs_and_the_status_are_read() -> None:
    assert run(shell("echo out; echo err >&2; exit 3")) == (3, b"out\n", b"err\n")


def test_its_environment_is_the_one_given() -> None:
    _, output, _ = run(shell("env"))

    assert b"WORD=hidden-word" in output
    assert set(output.splitlines()) <= {
        b"PATH=" + os.defpath.encode(),
        b"WORD=hidden-word",
        b"PWD=/",
        b"_=/usr/bin/env",
        b"OLDPWD=/",
        b"SHLVL=0",
    }


def test_its_input_is_empty() -> None:
    assert run(shell("cat; echo end"))[1] == b"end\n"


def test_much_output_is_read_whole() -> None:
    _, output, messages = run(shell("head -c 3000000 /dev/zero; head -c 2000000 /dev/zero >&2"))

    assert (len(output), len(messages)) == (3_000_000, 2_000_000)


def test_a_command_tells_nothing_of_its_environment() -> None:
    assert "hidden-word" not in repr(shell("true"))


def test_what_cannot_be_started_is_told() -> None:
    command = Command(arguments=("/nowhere/compose",), environment={}, directory=Path("/"))

    assert code_of(lambda: run(command)) == "compose_missing"


def test_a_deadline_ends_it() -> None:
    began = time.monotonic()

    assert code_of(lambda: run(shell("sleep 60", deadline_seconds=0.2))) == "compose_timeout"
    assert time.monotonic() - began < SOON


def test_what_heeds_no_signal_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "GRACE_SECONDS", 0.3)
    command = shell("trap '' TERM; sleep 60 & wait; sleep 60", deadline_seconds=0.2)

    assert code_of(lambda: run(command)) == "compose_timeout"


def test_what_ends_well_in_time_is_not_blamed() -> None:
    assert run(shell("trap 'exit 0' TERM; sleep 60 & wait", deadline_seconds=0.2))[0] == 0


@pytest.mark.parametrize("way", ["thread", "asked", "signal", "before"])
def test_a_cancel_ends_it(way: str) -> None:
    began = time.monotonic()
    cancel = Cancel((lambda: time.monotonic() > began + 0.2) if way == "asked" else lambda: False)
    timer = threading.Timer(0.2, cancel.set)
    before = signal.signal(signal.SIGALRM, lambda *_: cancel.set())
    try:
        if way == "thread":
            timer.start()
        elif way == "signal":
            signal.setitimer(signal.ITIMER_REAL, 0.2)
        elif way == "before":
            cancel.set()
        assert code_of(lambda: run(shell("sleep 60"), cancel)) == "compose_cancelled"
    finally:
        timer.cancel()
        signal.signal(signal.SIGALRM, before)
    assert time.monotonic() - began < SOON


def test_a_cancel_ends_all_that_runs_under_it() -> None:
    cancel = Cancel()
    ended: list[str] = []
    threads = [
        threading.Thread(target=lambda: ended.append(code_of(lambda: run(shell("sleep 60"), cancel))))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    time.sleep(0.3)

    cancel.set()
    for thread in threads:
        thread.join(SOON)

    assert ended == ["compose_cancelled"] * 3


def test_a_cancel_that_comes_too_late_changes_nothing() -> None:
    cancel = Cancel()

    with Running(shell("echo done"), cancel) as running:
        list(running.read())
        cancel.set()
        assert running.status == 0


def test_leaving_ends_its_whole_group(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    with Running(shell(f"sleep 60 & echo $! > {note}; echo ready; sleep 60"), Cancel()) as running:
        next(running.read())

    assert is_gone(int(note.read_text(encoding="utf-8")))


def test_it_takes_no_more_memory_than_it_may() -> None:
    script = "import time; time.sleep(0.5); bytearray(200 << 20)"
    command = Command(
        arguments=(sys.executable, "-S", "-c", script),
        environment={},
        directory=Path("/"),
        most_bytes=100 << 20,
    )

    status, _, messages = run(command)

    assert status == 1
    assert b"MemoryError" in messages


def test_what_it_leaves_in_its_group_is_ended(tmp_path: Path) -> None:
    note = tmp_path / "pid"

    status, output, _ = run(shell(f"sleep 60 & echo $! > {note}; echo out"))

    assert (status, output) == (0, b"out\n")
    assert is_gone(int(note.read_text(encoding="utf-8")))


def test_what_it_writes_just_before_it_ends_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    note, gate = tmp_path / "pid", tmp_path / "gate"
    script = f"echo $$ > {note}; while [ ! -e {gate} ]; do sleep 0.01; done; echo out"

    class Slow:
        """Sees nothing at first, and before it says so the program writes and ends."""

        def __init__(self) -> None:
            self._poll = select_poll()
            self.register, self.unregister = self._poll.register, self._poll.unregister
            self._looks = 0

        def poll(self, timeout_ms: float) -> list[tuple[int, int]]:
            self._looks += 1
            if self._looks > 1:
                return self._poll.poll(timeout_ms)
            while not (note.exists() and note.read_text(encoding="utf-8")):
                time.sleep(0.01)
            gate.touch()
            assert is_gone(int(note.read_text(encoding="utf-8")))
            return []

    select_poll = select.poll
    monkeypatch.setattr(select, "poll", Slow)

    assert run(shell(script))[1] == b"out\n"


def test_an_exception_while_it_is_read_ends_it() -> None:
    pids: list[int] = []

    def read() -> None:
        with Running(shell("echo $$; sleep 60"), Cancel()) as running:
            for _, chunk in running.read():
                pids.append(int(chunk))
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read()

    assert is_gone(pids[0])


def test_no_descriptor_is_left_open() -> None:
    run(shell("true"))
    before = len(os.listdir("/proc/self/fd"))

    for _ in range(5):
        run(shell("echo out"))
        with contextlib.suppress(EngineError):
            run(shell("sleep 60", deadline_seconds=0.05))

    assert len(os.listdir("/proc/self/fd")) == before


UNDER_GEVENT = """
from gevent import monkey
monkey.patch_all()
import gevent
from pathlib import Path
from appos.compose.process import Cancel, Command, Running
from appos.errors import EngineError

def command(script):
    return Command(arguments=("/bin/sh", "-c", script), environment={}, directory=Path("/"))

def run(script, cancel):
    with Running(command(script), cancel) as running:
        return b"".join(chunk for _, chunk in running.read())

beats = 0
def beat():
    global beats
    while True:
        gevent.sleep(0.005)
        beats += 1

beating = gevent.spawn(beat)
cancel = Cancel()
slow = gevent.spawn(run, "sleep 3; echo slow", Cancel())
many = gevent.spawn(run, "i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done", Cancel())
endless = gevent.spawn(run, "sleep 60", cancel)
gevent.sleep(0.3)
cancel.set()
assert not slow.ready() and beats, "nothing else ran while a program did"
gevent.joinall([slow, many, endless], timeout=30)
assert slow.value == b"slow\\n", slow.value
assert many.value.count(b"\\n") == 2000
assert isinstance(endless.exception, EngineError) and endless.exception.code == "compose_cancelled"
killed = gevent.spawn(run, "sleep 60", Cancel())
gevent.sleep(0.2)
killed.kill(timeout=30)
assert killed.dead
"""


def test_other_greenlets_go_on_meanwhile() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", UNDER_GEVENT], capture_output=True, text=True, timeout=60, check=False
    )

    said = [line for line in answer.stderr.splitlines() if "Traceback" not in line]
    assert answer.returncode == 0, "\n".join(said)
