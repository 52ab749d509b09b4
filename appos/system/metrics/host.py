"""What the host uses, out of /proc: in a container, too, processors, memory and load are the host's there."""

import os
import shutil
import time
from pathlib import Path

import msgspec

from appos.system.metrics.models import HostReading, HostUsage

PROC = Path("/proc")
SYS = Path("/sys")


class Host:
    """Reads the host's counters; `disk` is a path on the disk that is looked at."""

    def __init__(self, disk: Path, *, proc: Path = PROC, sys: Path = SYS) -> None:
        self._disk = disk
        self._proc = proc
        self._sys = sys
        self.cpus = os.cpu_count() or 1

    def read(self) -> HostReading:
        """Read every counter now."""
        busy, ticks = self._ticks()
        total, used = self._memory()
        disk = shutil.disk_usage(self._disk)
        network = self._network()
        return HostReading(
            time=time.time(),
            busy_ticks=busy,
            all_ticks=ticks,
            memory_total_bytes=total,
            memory_used_bytes=used,
            disk_total_bytes=disk.total,
            disk_used_bytes=disk.total - disk.free,
            load=float((self._proc / "loadavg").read_text().split(" ", 1)[0]),
            received_bytes=None if network is None else network[0],
            sent_bytes=None if network is None else network[1],
        )

    def _ticks(self) -> tuple[int, int]:
        """Return the ticks that processors were busy, and all there were.

        Source: proc(5), /proc/stat; the fields are user, nice, system, idle, iowait, irq, softirq, steal, and
        then those of guests, which are in user and nice already.
        """
        with (self._proc / "stat").open() as file:
            ticks = [int(field) for field in file.readline().split()[1:9]]
        return sum(ticks) - ticks[3] - ticks[4], sum(ticks)

    def _memory(self) -> tuple[int, int]:
        """Return all memory and what is used of it, in bytes. Source: proc(5), /proc/meminfo."""
        found = {}
        with (self._proc / "meminfo").open() as file:
            for line in file:
                name, _, value = line.partition(":")
                found[name] = value
                if name == "MemAvailable":
                    break
        total, available = (int(found[name].split()[0]) << 10 for name in ("MemTotal", "MemAvailable"))
        return total, total - available

    def _network(self) -> tuple[int, int] | None:
        """Return the bytes received and sent by the host's own interfaces, which have a device behind them.

        None where none is seen: a container has a network of its own.
        """
        found = network_bytes(self._proc / "net" / "dev")
        own = [
            counted for name, counted in found.items() if (self._sys / "class/net" / name / "device").exists()
        ]
        return (sum(one[0] for one in own), sum(one[1] for one in own)) if own else None


def network_bytes(path: Path) -> dict[str, tuple[int, int]]:
    """Return the bytes that each interface has received and sent. Source: proc(5), /proc/net/dev."""
    found = {}
    for line in path.read_text().splitlines()[2:]:
        name, _, told = line.partition(":")
        fields = told.split()
        found[name.strip()] = (int(fields[0]), int(fields[8]))
    return found


def host_usage(before: HostReading | None, now: HostReading) -> HostUsage:
    """Return what was used between two readings; without the first one, what one reading tells."""
    level = HostUsage(memory_bytes=now.memory_used_bytes, disk_bytes=now.disk_used_bytes, load=now.load)
    if before is None or now.all_ticks <= before.all_ticks:
        return level
    share = (now.busy_ticks - before.busy_ticks) / (now.all_ticks - before.all_ticks)
    seconds = now.time - before.time
    return msgspec.structs.replace(
        level,
        cpu_percent=round(min(1.0, max(0.0, share)) * 100, 2),
        received_bytes_per_second=rate(before.received_bytes, now.received_bytes, seconds),
        sent_bytes_per_second=rate(before.sent_bytes, now.sent_bytes, seconds),
    )


def rate(before: float | None, now: float | None, seconds: float) -> float | None:
    """Return how much a counter grew in a second; None where it is not known or began anew."""
    if before is None or now is None or now < before or seconds <= 0:
        return None
    return round((now - before) / seconds, 4)
