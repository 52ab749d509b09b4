"""Connections that are opened while others are closed."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from appos.errors import StoreError
from appos.store.database import Database, row

# Holds for a while the lock that a connection which is closed takes for a moment.
# Source: https://www.sqlite.org/lockingv3.html, "Locking", and PENDING_BYTE of SQLite's os.h.
HOLDER = """
import fcntl, sys, time
with open(sys.argv[1], "r+b") as file:
    fcntl.lockf(file, fcntl.LOCK_EX, 1, 0x40000000)
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "data.db"
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        connection.exec_driver_sql("CREATE TABLE things (id TEXT)")
    engine.dispose()
    return path


@contextmanager
def held(path: Path, seconds: float) -> Iterator[None]:
    """Another process has the file for some seconds."""
    command = [sys.executable, "-c", HOLDER, str(path), str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        try:
            yield
        finally:
            process.kill()


def test_a_new_connection_waits_for_one_that_is_closed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Whoever has waited long for others of this process begins when there is no time left to try twice.
    monkeypatch.setattr("appos.store.database.BUSY_SECONDS", -1.0)
    with closing(Database(path)) as database, held(path, 0.2):
        with database.read() as db:
            assert row(db, "SELECT count(*) AS number FROM things") == {"number": 0}
        with database.transaction():
            database.insert("things", {"id": "x"})


def test_it_does_not_wait_for_ever(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("appos.store.database.BUSY_SECONDS", -1.0)
    monkeypatch.setattr("appos.store.database.OPENING_SECONDS", 0.1)
    with closing(Database(path)) as database, held(path, 30), pytest.raises(StoreError) as caught:
        with database.read():
            pass

    assert caught.value.code == "database_busy"


def test_an_open_connection_waits_for_no_lock(path: Path) -> None:
    with closing(Database(path)) as database, database.read() as db:
        assert db.executable.exec_driver_sql("PRAGMA busy_timeout").scalar() == 0
