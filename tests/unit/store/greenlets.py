"""A program for test_greenlets.py: uses the store under gevent and prints what it saw, as JSON."""

# ruff: noqa: E402 - nothing may be imported before the patch
from gevent import monkey

monkey.patch_all()

import json
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any

import gevent

from appos.store.database import Database, execute, row
from appos.store.offload import offload
from appos.store.opening import open_databases

GREENLETS = 300
LOCKED_SECONDS = 1.0
native_thread = monkey.get_original("_thread", "get_ident")


def write(database: Database, key: int) -> None:
    """Write, look, and write again, in two transactions."""
    with database.transaction() as db:
        execute(db, "INSERT INTO _params VALUES (:id, '1', '', '')", id=f"key{key}")
    with database.read() as db:
        found = row(db, "SELECT value FROM _params WHERE id = :id", id=f"key{key}")
    assert found == {"value": "1"}
    gevent.sleep(0)
    with database.transaction() as db:
        execute(db, "UPDATE _params SET value = '2' WHERE id = :id", id=f"key{key}")


def crowd(database: Database) -> dict[str, int]:
    """Let hundreds of greenlets write at once."""
    greenlets = [gevent.spawn(write, database, number) for number in range(GREENLETS)]
    gevent.joinall(greenlets, timeout=60, raise_error=True)
    with database.read() as db:
        found = row(db, "SELECT count(*) AS number FROM _params WHERE value = '2'")
    assert found is not None
    return {
        "finished": sum(greenlet.successful() for greenlet in greenlets),
        "written": int(found["number"]),
        **still_open(database),
    }


def still_open(database: Database) -> dict[str, int]:
    inner = database._database
    engine: Any = inner.engine
    return {"connections": len(inner.connections), "checked_out": engine.pool.checkedout()}


def locked(database: Database) -> dict[str, object]:
    """Let another program hold the lock while a greenlet wants to write."""
    worst, last = 0.0, time.monotonic()
    other = sqlite3.connect(database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = gevent.spawn(write, database, GREENLETS)
    end = last + LOCKED_SECONDS
    while time.monotonic() < end:
        gevent.sleep(0.01)
        worst, last = max(worst, time.monotonic() - last), time.monotonic()
    was_waiting = not waiting.dead
    other.rollback()
    waiting.join(timeout=5)
    return {"was_waiting": was_waiting, "worst_seconds": worst, "written": waiting.successful()}


def killed(database: Database) -> dict[str, object]:
    """End a greenlet in the middle of its transaction."""

    def begin() -> None:
        with database.transaction() as db:
            execute(db, "INSERT INTO _params VALUES ('killed', '', '', '')")
            gevent.sleep(60)

    greenlet = gevent.spawn(begin)
    gevent.sleep(0.01)
    greenlet.kill()
    with gevent.Timeout(5), database.transaction() as db:
        found = row(db, "SELECT 1 FROM _params WHERE id = 'killed'")
    return {"left": found, **still_open(database)}


def main() -> None:
    databases = open_databases(Path(sys.argv[1]))
    report = {
        "crowd": crowd(databases.data),
        "locked": locked(databases.data),
        "killed": killed(databases.data),
        "offloaded": offload(native_thread) != native_thread(),
    }
    databases.close()
    print(json.dumps(report))


if __name__ == "__main__":
    main()
