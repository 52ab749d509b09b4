"""What a container uses, out of the kernel's files: nobody is asked, and it takes a tenth of a millisecond.

They are to be seen where AppOS runs on the host itself. A container sees its own alone, unless the host's
/sys/fs/cgroup is mounted into it together with its processes. Source: cgroups(7); the kernel's
Documentation/admin-guide/cgroup-v1 and cgroup-v2.
"""

import os
import re
import time
from pathlib import Path

from appos.system.metrics.host import network_bytes
from appos.system.metrics.models import Reading

ROOT = Path("/sys/fs/cgroup")
PROC = Path("/proc")
# What engines call the cgroup of a container, by their driver: cgroupfs and systemd. Where it lies is theirs.
_NAMES = re.compile(r"(?:docker-)?([0-9a-f]{64})(?:\.scope)?")


class Cgroups:
    """Reads the counters of containers by their whole ids."""

    def __init__(self, root: Path = ROOT, proc: Path = PROC) -> None:
        self._proc = proc
        self._is_unified = (root / "cgroup.controllers").exists()
        self._root = root
        # Where the files of containers lie below the root of a hierarchy, and whose are nowhere.
        self._places: dict[str, str] = {}
        self._missing: set[str] = set()

    def read(self, container: str, *, has_network: bool) -> Reading | None:
        """Read a container; None where its files are not to be seen.

        Without a network of its own (`has_network`) the one that its processes see is the host's.
        """
        place = self._place(container)
        if not place:
            return None
        try:
            seconds, memory = self._unified(place) if self._is_unified else self._separate(place)
            received, sent = self._network(place) if has_network else (None, None)
        except (OSError, ValueError):
            # It has just ended.
            self._places.pop(container, None)
            return None
        return Reading(
            time=time.time(),
            cpu_seconds=seconds,
            memory_bytes=memory,
            received_bytes=received,
            sent_bytes=sent,
        )

    def forget(self, containers: set[str]) -> None:
        """Keep in mind only these containers."""
        self._missing &= containers
        self._places = {each: place for each, place in self._places.items() if each in containers}

    def _place(self, container: str) -> str:
        """Return where the files of a container lie, "" where they are not to be seen."""
        if container not in self._places and container not in self._missing:
            self._places |= self._seen()
            if container not in self._places:
                self._missing.add(container)
        return self._places.get(container, "")

    def _seen(self) -> dict[str, str]:
        """Look for the cgroups of all containers."""
        top = self._top()
        found = {}
        for directory, names, _ in os.walk(top):
            for name in names:
                named = _NAMES.fullmatch(name)
                if named:
                    found[named[1]] = os.path.relpath(os.path.join(directory, name), top)
        return found

    def _top(self) -> str:
        """Return the root of the hierarchy that is looked at."""
        return str(self._root if self._is_unified else self._root / "memory")

    def _unified(self, place: str) -> tuple[float, int]:
        """Return seconds of processors and bytes of memory, of version 2."""
        at = f"{self._root}/{place}"
        used = int(_text(f"{at}/memory.current"))
        cache = _value(f"{at}/memory.stat", "inactive_file ")
        return _value(f"{at}/cpu.stat", "usage_usec ") / 1e6, max(0, used - cache)

    def _separate(self, place: str) -> tuple[float, int]:
        """Return the same of version 1, where each kind of thing has a hierarchy of its own."""
        memory = f"{self._root}/memory/{place}"
        used = int(_text(f"{memory}/memory.usage_in_bytes"))
        cache = _value(f"{memory}/memory.stat", "total_inactive_file ")
        return int(_text(f"{self._root}/cpuacct/{place}/cpuacct.usage")) / 1e9, max(0, used - cache)

    def _network(self, place: str) -> tuple[int | None, int | None]:
        """Return what a container has received and sent, as one of its processes sees it."""
        process = _text(f"{self._top()}/{place}/cgroup.procs").partition("\n")[0]
        # A process that another namespace does not see is 0 there.
        if process in ("", "0"):
            return None, None
        found = network_bytes(self._proc / process / "net" / "dev")
        own = [counted for name, counted in found.items() if name != "lo"]
        return sum(one[0] for one in own), sum(one[1] for one in own)


def _text(path: str) -> str:
    with open(path, encoding="ascii") as file:
        return file.read()


def _value(path: str, name: str) -> int:
    """Return the number behind a name at the begin of a line.

    Raises:
        ValueError: the file has no such line.
    """
    text = f"\n{_text(path)}"
    start = text.index(f"\n{name}") + 1 + len(name)
    return int(text[start : text.index("\n", start)])
