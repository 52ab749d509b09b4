"""`kill -9` while records are written: what was acknowledged is there, and nothing is there by half."""

import http.client
import json
import os
import random
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.integration.site import Site
from tests.serving import Server, running_server

pytestmark = pytest.mark.campaign

KILLS = 20 if os.environ.get("CAMPAIGN") == "full" else 3
WRITES = 1000
WRITERS = 4
RECORDS = "/api/collections/pairs/records"
FIELDS = [{"name": "first", "type": "text"}, {"name": "second", "type": "text"}]
RULES = {f"{action}Rule": "" for action in ("list", "view", "create", "update", "delete")}
GONE = "gone"


@dataclass
class Written:
    """What one record may hold: the last value that was acknowledged, and the one that was being written."""

    acknowledged: str = GONE
    sent: str = GONE


@dataclass
class Writer:
    """Creates records, updates every second and deletes every fifth, and notes what was acknowledged."""

    server: Server
    names: list[str]
    records: dict[str, Written] = field(default_factory=dict)
    acknowledged: int = 0
    refused: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Write until all is written or the server is gone."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)) as connection:
            try:
                for number, name in enumerate(self.names):
                    self.records[name] = Written()
                    self.write(connection, "POST", name, "made")
                    if number % 2:
                        self.write(connection, "PATCH", name, "changed")
                    if number % 5 == 4:
                        self.write(connection, "DELETE", name, GONE)
            except (OSError, http.client.HTTPException):
                return

    def write(self, connection: http.client.HTTPConnection, method: str, name: str, value: str) -> None:
        record = self.records[name]
        record.sent = value
        path = RECORDS if method == "POST" else f"{RECORDS}/{name}"
        body = None if value == GONE else json.dumps({"id": name, "first": value, "second": value})
        connection.request(method, path, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        text = response.read().decode()
        if response.status not in (200, 204):
            self.refused.append(text)
            return
        record.acknowledged = value
        self.acknowledged += 1


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with running_server(tmp_path / "data") as server:
        token = server.claim()
        made = Site(server, token, {"superuser": token})
        made.done("POST", "/api/collections", {"name": "pairs", "type": "base", "fields": FIELDS, **RULES})
        yield made


def stored(site: Site) -> dict[str, Any]:
    """Every record that the server gives, by its id."""
    found: dict[str, Any] = {}
    page = 1
    while items := site.done("GET", f"{RECORDS}?perPage=1000&skipTotal=1&sort=id&page={page}")["items"]:
        found |= {item["id"]: item for item in items}
        page += 1
    return found


def strike(server: Server, writers: list[Writer], after: int) -> None:
    """Let the writers write, and kill the server once `after` writes were acknowledged."""
    threads = [threading.Thread(target=writer.run) for writer in writers]
    for thread in threads:
        thread.start()
    while sum(writer.acknowledged for writer in writers) < after and any(
        thread.is_alive() for thread in threads
    ):
        threads[0].join(0.001)
    server.kill()
    for thread in threads:
        thread.join(30)


def judge(records: dict[str, Written], found: dict[str, Any]) -> Counter[str]:
    """Compare what was acknowledged with what is there, and count what the blow interrupted."""
    counts: Counter[str] = Counter()
    assert set(found) <= set(records)
    for name, written in records.items():
        item = found.get(name)
        value = GONE if item is None else item["first"]
        assert item is None or item["first"] == item["second"], item
        assert value in (written.acknowledged, written.sent), (name, written, item)
        counts["records"] += 1
        if written.acknowledged != written.sent:
            counts["kept" if value == written.sent else "undone"] += 1
    return counts


def test_what_was_acknowledged_survives_a_kill(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    seed = int(os.environ.get("CAMPAIGN_SEED", 0)) or random.randrange(1, 1 << 31)
    chance = random.Random(seed)
    records: dict[str, Written] = {}
    acknowledged = 0
    for kill in range(KILLS):
        names = [f"k{kill:03}n{number:010}" for number in range(WRITES)]
        writers = [Writer(site.server, names[start::WRITERS]) for start in range(WRITERS)]
        strike(site.server, writers, chance.randrange(1, WRITES))
        for writer in writers:
            assert writer.refused == [], (seed, writer.refused)
            records |= writer.records
            acknowledged += writer.acknowledged
        site.server.start()
        judge(records, stored(site))
        with closing(sqlite3.connect(site.server.data_dir / "pb_data" / "data.db")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)], seed
    counts = judge(records, stored(site))
    assert counts["kept"] + counts["undone"] > 0, seed
    with capsys.disabled():
        print(
            f"\nkill -9 during record writes, seed {seed}: {KILLS} kills, {acknowledged} writes acknowledged "
            f"and there, {counts['records']} records, {counts['kept']} unacknowledged writes kept, "
            f"{counts['undone']} undone, 0 lost"
        )
