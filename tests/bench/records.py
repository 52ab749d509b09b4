"""Records under load: lists, single ones, writes, fan-out, and what becomes of lists as records grow."""

import json
import random
import sqlite3
import urllib.request
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tests.bench import measures
from tests.bench.candidates import Candidate
from tests.bench.crowd import crowd
from tests.bench.report import Row

CONNECTIONS = 64
RECORDS = 10_000
GROWTH = (1_000, 10_000, 100_000, 1_000_000)
CLIENTS = 1_000
COLLECTION = "posts"
SEED = 36
TARGET = "record000000042"
FIELDS = [
    {"name": "title", "type": "text"},
    {"name": "size", "type": "number"},
    {"name": "done", "type": "bool"},
    {"name": "day", "type": "date"},
    {"name": "created", "type": "autodate", "onCreate": True},
    {"name": "updated", "type": "autodate", "onCreate": True, "onUpdate": True},
]
BODY = {"title": "One more of many.", "size": 5, "done": True, "day": "2026-01-01 00:00:00.000Z"}
LIST = f"/api/collections/{COLLECTION}/records"
FILTERED = f"{LIST}?filter=done%3Dtrue%26%26size%3E500&sort=-size,title"


class Request(NamedTuple):
    """What is asked again and again, and the least ratio to PocketBase that is aimed at."""

    name: str
    method: str
    path: str
    aim: str


REQUESTS = (
    Request("list 30 of 10,000 records", "GET", LIST, "≥ 1"),
    Request("the same, filtered and sorted", "GET", FILTERED, "≥ 1"),
    Request("view", "GET", f"{LIST}/{TARGET}", "≥ 0.5"),
    Request("create", "POST", LIST, "≥ 0.5"),
    Request("update", "PATCH", f"{LIST}/{TARGET}", "≥ 0.5"),
)


def rows(pair: Sequence[Candidate], folder: Path, seconds: int, rounds: int, *, most: int) -> Iterator[Row]:
    """Measure both servers in turns on the same records, up to `most` of them."""
    for candidate in pair:
        with candidate.running():
            _make_collection(candidate)
        fill(candidate.database, RECORDS)
    for request in REQUESTS:
        yield from _loaded(pair, request, folder, seconds, rounds)
    yield _fan_out(pair, rounds)
    yield from _growing(pair, folder, seconds, most)


def _make_collection(candidate: Candidate) -> None:
    everybody = {f"{action}Rule": "" for action in ("list", "view", "create", "update")}
    body = {"name": COLLECTION, "type": "base", "fields": FIELDS, **everybody}
    request = urllib.request.Request(  # noqa: S310 - a server of our own
        f"http://127.0.0.1:{candidate.port}/api/collections",
        json.dumps(body).encode(),
        {"Content-Type": "application/json", "Authorization": candidate.token},
    )
    with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310 - as above
        response.read()


def fill(database: Path, count: int) -> None:
    """Put the same records into a server that does not run, in the place of those that it has."""
    chance = random.Random(SEED)
    moment = "2026-01-01 00:00:00.000Z"
    made = (
        (
            f"record{number:09d}",
            f"Title {chance.random()}",
            chance.randrange(1000),
            number % 2,
            moment,
            moment,
            moment,
        )
        for number in range(count)
    )
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(f"DELETE FROM {COLLECTION}")  # noqa: S608 - a constant
        connection.executemany(
            f"INSERT INTO {COLLECTION} (id, title, size, done, day, created, updated) "  # noqa: S608
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            made,
        )


def _loaded(
    pair: Sequence[Candidate], request: Request, folder: Path, seconds: int, rounds: int
) -> Iterator[Row]:
    found: dict[str, list[measures.Load]] = defaultdict(list)
    for _ in range(rounds):
        for candidate in pair:
            found[candidate.name].append(_load(candidate, request, folder, seconds))
    for field, unit, aim in (("rate", "/s", request.aim), ("p99", "ms", "")):
        ours, theirs = ([getattr(it, field) for it in found[each.name]] for each in pair)
        yield Row(f"{request.name}: {field}", unit, ours, theirs, aim=aim)


def _load(candidate: Candidate, request: Request, folder: Path, seconds: int) -> measures.Load:
    """Load one server while the other does not run."""
    script = folder / f"{request.method}.lua"
    head = f'wrk.method = "{request.method}"\n'
    body = f'wrk.headers["Content-Type"] = "application/json"\nwrk.body = {json.dumps(json.dumps(BODY))}\n'
    script.write_text(head + (body if request.method != "GET" else ""), encoding="utf-8")
    with candidate.running():
        ask = partial(measures.load, candidate.port, CONNECTIONS, path=request.path, script=script)
        ask(seconds=1)
        return ask(seconds=seconds)


def _fan_out(pair: Sequence[Candidate], rounds: int) -> Row:
    """Measure how long one change takes to reach all who listen."""
    milliseconds: dict[str, list[float]] = defaultdict(list)
    for candidate in pair:
        address = f"127.0.0.1:{candidate.port}"
        with candidate.running(), crowd(address, f"{COLLECTION}/*") as listeners:
            listeners.join(CLIENTS)
            listeners.reach(COLLECTION, values=BODY)
            for _ in range(3 * rounds):
                milliseconds[candidate.name].append(1000 * listeners.reach(COLLECTION, values=BODY))
    ours, theirs = (milliseconds[each.name] for each in pair)
    return Row(f"one change, to {CLIENTS:,} realtime clients", "ms", ours, theirs, aim="≤ 1")


def _growing(pair: Sequence[Candidate], folder: Path, seconds: int, most: int) -> Iterator[Row]:
    for count in GROWTH:
        if count > most:
            return
        for candidate in pair:
            fill(candidate.database, count)
        for name, path in (("list", LIST), ("filtered and sorted", FILTERED)):
            request = Request(name, "GET", path, "")
            ours, theirs = ([_load(each, request, folder, seconds).rate] for each in pair)
            yield Row(f"{name}, {count:,} records: rate", "/s", ours, theirs)
