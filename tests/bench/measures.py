"""What is measured of a server: memory, idle processor time, and its answers under load."""

import re
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.bench.candidates import Candidate

UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


class Memory(NamedTuple):
    """Memory of all processes of a server in MiB. What they share counts in `rss` for each, in `pss` once."""

    rss: float
    pss: float


class Load(NamedTuple):
    """What came of a load: answers a second, and latencies in milliseconds."""

    rate: float
    p50: float
    p99: float


def memory(candidate: Candidate) -> Memory:
    """Look at the memory of all processes."""
    return memory_of([process.pid for process in candidate.processes()])


def memory_of(pids: Sequence[int]) -> Memory:
    """Look at the memory of processes."""
    rss = pss = 0
    for pid in pids:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
        rss += _kilobytes(text, "Rss")
        pss += _kilobytes(text, "Pss")
    return Memory(rss / 1024, pss / 1024)


def _kilobytes(text: str, name: str) -> int:
    return sum(int(value) for value in re.findall(rf"^{name}: +(\d+) kB", text, re.MULTILINE))


def idle_cpu(candidates: Sequence[Candidate], seconds: float) -> dict[str, float]:
    """Leave the servers alone and return how much of one core each used meanwhile, in percent."""
    pids = {candidate.name: [it.pid for it in candidate.processes()] for candidate in candidates}
    before = {name: cpu_seconds(each) for name, each in pids.items()}
    time.sleep(seconds)
    used = {name: cpu_seconds(each) - before[name] for name, each in pids.items()}
    return {name: 100 * value / seconds for name, value in used.items()}


def cpu_seconds(pids: Sequence[int]) -> float:
    """The time of processes with all of their threads, ended ones too: ticks are too coarse for what is idle.

    Source: Linux, include/linux/posix-timers.h: the clock of a process is its id and two bits for the kind.
    """
    return sum(time.clock_gettime(~pid << 3 | 2) for pid in pids)


def load(
    port: int,
    connections: int,
    seconds: int,
    path: str = "/api/health",
    token: str = "",
    script: Path | None = None,
) -> Load:
    """Ask for a path over so many connections for so long; `script` tells wrk what else to send.

    Raises:
        RuntimeError: an answer was an error, or a connection failed.
    """
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s", "--latency"]
    if script is not None:
        command += ["-s", str(script)]
    if token:
        command += ["-H", f"Authorization: {token}"]
    done = subprocess.run(
        [*command, f"http://127.0.0.1:{port}{path}"],
        check=True,
        capture_output=True,
        text=True,
        timeout=seconds + 30,
    )
    return parse(done.stdout)


def parse(text: str) -> Load:
    """Read what wrk printed."""
    problem = re.search(r"Non-2xx.*|Socket errors.*", text)
    if problem:
        raise RuntimeError(problem[0])
    rate = re.search(r"Requests/sec: +([\d.]+)", text)
    latencies = {name: float(number) * UNITS[unit] for name, number, unit in LATENCY.findall(text)}
    if rate is None or latencies.keys() != {"50", "99"}:
        raise RuntimeError(text)
    return Load(float(rate[1]), latencies["50"], latencies["99"])


LATENCY = re.compile(r"^ +(50|99)% +([\d.]+)(us|ms|s|m) *$", re.MULTILINE)
