"""The processes of this machine, as the kernel tells of them in /proc."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

POLL_SECONDS = 0.1
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Process:
    """One process at one moment. Its start is counted in ticks from the boot."""

    pid: int
    parent: int
    session: int
    cpu_seconds: float
    start_ticks: int
    memory_bytes: int

    @property
    def age_seconds(self) -> float:
        """How long it has run."""
        uptime = float(Path("/proc/uptime").read_text(encoding="ascii").split()[0])
        return max(uptime - self.start_ticks / TICKS_PER_SECOND, 0.01)

    @property
    def directory(self) -> str:
        """Where it works, or nothing where that may not be known."""
        try:
            return str(Path(f"/proc/{self.pid}/cwd").readlink())
        except OSError:
            return ""


def find(pid: int) -> Process | None:
    """Look a process up. One that has ended and only waits to be collected is none.

    Source: proc(5), /proc/pid/stat.
    """
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name in parentheses may hold spaces and parentheses; after it comes the state, which is field 3.
    fields = text.rpartition(")")[2].split()
    if fields[0] in "ZX":
        return None
    return Process(
        pid=pid,
        parent=int(fields[1]),
        session=int(fields[3]),
        cpu_seconds=(int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND,
        start_ticks=int(fields[19]),
        memory_bytes=int(fields[21]) * PAGE_BYTES,
    )


def in_session(session: int) -> list[Process]:
    """The living processes of a session, the oldest first."""
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]
    members = [it for it in map(find, pids) if it and it.session == session]
    return sorted(members, key=lambda it: (it.start_ticks, it.pid))


def boot_id() -> str:
    """What tells this boot of the machine from every other."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait for a condition; tell whether it came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True
