"""Files of a kernel, written by hand."""

from pathlib import Path

from appos.engine.models import ContainerSummary
from appos.system.metrics.cgroups import Cgroups

WIKI = "a" * 64


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="ascii")


def container(id_: str = WIKI, app: str = "wiki", *, state: str = "running") -> ContainerSummary:
    labels = {"com.docker.compose.project": app} if app else {}
    return ContainerSummary(
        id=id_, name=id_[:4], image="nginx", image_id="sha256:1", state=state, labels=labels
    )


def kernel(root: Path, *, idle: int = 900, busy: int = 100, received: int = 1000) -> tuple[Path, Path]:
    """A /proc and a /sys of a host with one interface of its own."""
    proc, sys = root / "proc", root / "sys"
    write(proc / "stat", f"cpu  {busy} 0 0 {idle} 0 0 0 0 7 7\ncpu0 1 2 3\n")
    write(proc / "meminfo", "MemTotal: 1000 kB\nMemFree: 1 kB\nMemAvailable: 400 kB\nBuffers: 1 kB\n")
    write(proc / "loadavg", "0.25 0.50 0.75 1/100 4711\n")
    network(proc / "net/dev", eth0=(received, 500), lo=(9, 9), veth1=(7, 7))
    (sys / "class/net/eth0/device").mkdir(parents=True, exist_ok=True)
    return proc, sys


def network(path: Path, **interfaces: tuple[int, int]) -> None:
    head = "Inter-| Receive | Transmit\n face |bytes packets | bytes packets\n"
    lines = (f"{name}: {one[0]} 1 0 0 0 0 0 0 {one[1]} 1\n" for name, one in interfaces.items())
    write(path, head + "".join(lines))


def unified(root: Path, *, microseconds: int = 2_000_000, place: str = f"docker/{WIKI}") -> Cgroups:
    """The files of version 2 of a container with one process."""
    write(root / "cgroup/cgroup.controllers", "cpu memory\n")
    at = root / "cgroup" / place
    write(at / "cpu.stat", f"usage_usec {microseconds}\nuser_usec 1\n")
    write(at / "memory.current", "5000\n")
    write(at / "memory.stat", "anon 1\ninactive_file 2000\nactive_file 3\n")
    write(at / "cgroup.procs", "4711\n4712\n")
    network(root / "proc/4711/net/dev", lo=(5, 5), eth0=(300, 200))
    return Cgroups(root / "cgroup", root / "proc")


def separate(root: Path, place: str) -> Cgroups:
    """The files of version 1."""
    write(root / f"cgroup/cpuacct/{place}/cpuacct.usage", "3000000000\n")
    memory = root / "cgroup/memory" / place
    write(memory / "memory.usage_in_bytes", "5000\n")
    write(memory / "memory.stat", "inactive_file 1\ntotal_inactive_file 1500\n")
    write(memory / "cgroup.procs", "4711\n")
    network(root / "proc/4711/net/dev", eth0=(300, 200))
    return Cgroups(root / "cgroup", root / "proc")
