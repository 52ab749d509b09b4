"""The figures as a table, and docs/performance.md around it."""

import platform
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

TEXT = """# Performance

Each measure of AppOS stands beside a peer's: both on one machine, over the loopback interface, measured in
turns within one run. The first figure is the ratio, for it means something on other machines too.

`{command}` measures all of this and writes this page; with `--quick` it takes four minutes and says less.

## As a server

AppOS beside PocketBase, which is one program in Go.

{servers}

- Machine: {machine}.
- Start: from the start of the command to the first answer to `GET /api/health`, on existing data.
- Memory: of all processes a few seconds after the start. RSS counts what they share for each of them, PSS
  once.
- The container: AppOS with nginx, Redis and supervisord in it, on existing data; its first answer comes
  through nginx. It is measured where a Docker Engine has the image.
- Idle CPU: of one core, over {idle} seconds in which nobody asks anything.
- Requests: `GET /api/health` with `wrk`, one thread, {seconds} s each, {rounds} rounds in turns; medians. The
  idle streams are job logs in AppOS and realtime connections in PocketBase, open all the while.
- AppOS answers a health check of a stranger before it parses it further. The signed-in list goes the way of
  every request: of jobs in AppOS, of superusers in PocketBase, each read from SQLite with one row in it.
- Records: one collection with six fields and rules that let everybody in, filled with the same rows on both
  sides; 64 connections. AppOS answers these before Flask looks at them (`appos/web/shortcut.py`), and lets
  SQLite write the JSON. A record of AppOS is on the disk when it is acknowledged (`appos/store/durable.py`);
  PocketBase, with `synchronous=NORMAL`, waits for no disk.
- One change to many: from the request that creates a record to the last of the clients that has heard of it.
- The load generator shares the processor with the server. PocketBase uses every core, AppOS one of them.

## In a browser

The dashboard beside PocketBase's own, in Chromium, whose processor is slowed down {slower} times.

{pages}

- The page to sign in is opened in a new profile, with nothing in its cache; Home in one that has been there.
- Interactive is a page that shows what it is for, after the last task of over 50 ms before five quiet
  seconds.
- Apps and lines are scrolled through with the wheel, on a processor as it is; 0 means that no task took
  longer than 50 ms.

## {containers} containers

AppOS and the engine that it asks, whose API and whose own command answer the same question.

{fleet}

- The engine is one of the benchmark's own, with {containers} containers of {apps} apps that AppOS deployed.
- A list is asked for over one connection that is kept, in turns with the engine's, whose answer is read from
  its socket (`GET /containers/json?all=1`). `docker ps --all` is a process a question.
- Idle CPU: of one core, over {idle} seconds in which nobody looks and nothing happens to a container; beside
  an AppOS whose engine has no container.
- Memory: what AppOS, started anew, has of RSS more than with no container, for each of them.
- A deployment is one service with a health check, from files that are new to when it is seen healthy: a job
  of AppOS with all of its steps and with `watchSeconds` 0, and `docker compose up --detach --wait`.

## Keystrokes

From a key to its echo: in a shell through a terminal of AppOS, and in one through `docker exec --interactive
--tty` in a pty.

{keys}

- Every session types {pace} keys a second, for {typing} s; the client shares the processor.
"""


class Row(NamedTuple):
    """One measure of AppOS and of its peer, if it has one, and what is aimed at."""

    name: str
    unit: str
    appos: Sequence[float]
    peer: Sequence[float] = ()
    aim: str = ""

    def cells(self) -> list[str]:
        """Return the row as text."""
        ours = median(self.appos)
        theirs = median(self.peer) if self.peer else None
        ratio = f"{ours / theirs:.2f}" if theirs else "-"
        beside = "-" if theirs is None else f"{_number(theirs)} {self.unit}"
        return [self.name, ratio, f"{_number(ours)} {self.unit}", beside, self.aim]


def table(rows: Sequence[Row], peer: str = "PocketBase") -> str:
    """Return the rows as a table in Markdown."""
    head = ["measure", "ratio", "AppOS", peer, "aim"]
    lines = [head, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    texts = [
        " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines
    ]
    rule = " | ".join("-" * width for width in widths)
    return "\n".join(f"| {text} |" for text in (texts[0], rule, *texts[1:]))


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def machine(versions: Mapping[str, str]) -> str:
    """Say in one sentence what was measured on what."""
    names = ", ".join(f"{name} {version}" for name, version in versions.items())
    info = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines())
    gigabytes = int(info["MemTotal"].split()[0]) / 2**20
    cores = len(Path("/proc/stat").read_text(encoding="ascii").split("\ncpu")) - 1
    python = f"Python {platform.python_version()}"
    return f"{cores} cores, {gigabytes:.0f} GB of memory, {platform.machine()}; {names}, {python}"


def write(path: Path, **values: object) -> None:
    """Write the page."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(TEXT.format(**values), encoding="utf-8")
    sys.stdout.write(f"Wrote {path.name}.\n")
