"""What listens on the host, read from the kernel's tables."""

import contextlib
import ipaddress
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

PROC = Path("/proc")
TABLES = ("tcp", "tcp6", "udp", "udp6")
# States of a socket that others cannot bind beside: TCP listens, UDP waits for anybody.
# Source: Linux, Documentation/networking/proc_net_tcp.rst; include/net/tcp_states.h.
_HELD = {"tcp": "0A", "tcp6": "0A", "udp": "07", "udp6": "07"}


class Socket(NamedTuple):
    """A socket that holds a port; `inode` names it in `/proc/PID/fd`."""

    host_ip: str
    port: int
    protocol: str
    inode: int


def read_tables(proc: Path = PROC) -> dict[str, str]:
    """Read the kernel's tables of sockets, as this process' network sees them."""
    tables = {}
    for name in TABLES:
        try:
            tables[name] = (proc / "net" / name).read_text(encoding="ascii")
        except FileNotFoundError:
            # A kernel without IPv6 has no table for it.
            continue
    return tables


def held(tables: Mapping[str, str]) -> Iterator[Socket]:
    """Yield the sockets of tables that hold a port."""
    for name, text in tables.items():
        for line in text.splitlines()[1:]:
            fields = line.split()
            if len(fields) > 9 and fields[3] == _HELD[name]:
                address, _, port = fields[1].partition(":")
                yield Socket(_address(address), int(port, 16), name[:3], int(fields[9]))


def _address(text: str) -> str:
    """Read an address that the kernel writes in words of 32 bits, each in the machine's own order."""
    words = [bytes.fromhex(text[start : start + 8]) for start in range(0, len(text), 8)]
    packed = b"".join(word[::-1] if sys.byteorder == "little" else word for word in words)
    address = ipaddress.ip_address(packed)
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def owners(inodes: frozenset[int], proc: Path = PROC) -> dict[int, str]:
    """Return the names of the programs that have these sockets open, of those that AppOS may look at."""
    found: dict[int, str] = {}
    wanted = {f"socket:[{inode}]": inode for inode in inodes}
    for process in proc.iterdir():
        if not wanted.keys() - {f"socket:[{inode}]" for inode in found}:
            break
        if process.name.isdigit():
            for inode in _open_sockets(process, wanted):
                found.setdefault(inode, _name(process))
    return found


def _open_sockets(process: Path, wanted: Mapping[str, int]) -> Iterator[int]:
    # A process may end or close a file meanwhile, or belong to somebody whom AppOS may not look at.
    with contextlib.suppress(OSError):
        for entry in (process / "fd").iterdir():
            with contextlib.suppress(OSError):
                link = os.readlink(entry)
                if link in wanted:
                    yield wanted[link]


def _name(process: Path) -> str:
    try:
        return (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
