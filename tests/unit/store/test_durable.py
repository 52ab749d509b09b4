"""A commit is on the disk before anybody is told of it."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from appos.errors import StoreError
from appos.store.database import Database
from appos.store.durable import Durability


@pytest.fixture
def syncs(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Give the size of the file at each sync of this process."""
    seen: list[int] = []
    real = os.fdatasync

    def sync(file: int) -> None:
        seen.append(os.fstat(file).st_size)
        real(file)

    monkeypatch.setattr(os, "fdatasync", sync)
    return seen


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(sqlite3.connect(tmp_path / "data.db")) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    database = Database(tmp_path / "data.db")
    yield database
    database.close()


def test_a_write_returns_with_its_log_synced(database: Database, syncs: list[int]) -> None:
    with database.transaction() as db:
        db.query("CREATE TABLE notes (title TEXT)")
        assert syncs == []

    assert syncs == [database.path.with_name("data.db-wal").stat().st_size]


def test_what_follows_a_commit_comes_after_the_disk(database: Database, syncs: list[int]) -> None:
    with database.transaction() as db:
        db.query("CREATE TABLE notes (title TEXT)")
        database.after_commit(lambda: syncs.append(-1))

    assert len(syncs) == 2
    assert syncs[-1] == -1


def test_a_read_waits_for_no_disk(database: Database, syncs: list[int]) -> None:
    with database.read() as db:
        list(db.query("SELECT 1"))

    assert syncs == []


def test_many_who_wait_share_one_sync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data.db-wal").write_bytes(b"log")
    durability = Durability(tmp_path / "data.db")
    begun, go_on = threading.Event(), threading.Event()
    count: list[int] = []

    def sync(file: int) -> None:
        count.append(file)
        begun.set()
        assert go_on.wait(10)

    monkeypatch.setattr(os, "fdatasync", sync)
    threads = [threading.Thread(target=durability.wait)]
    threads[0].start()
    assert begun.wait(10)
    threads += [threading.Thread(target=durability.wait) for _ in range(20)]
    for thread in threads[1:]:
        thread.start()
    while durability._committed < 21:
        threading.Event().wait(0.001)
    go_on.set()
    for thread in threads:
        thread.join(10)
    durability.close()

    assert len(count) == 2


def test_a_disk_that_fails_is_told(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_file: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", fail)
    with pytest.raises(StoreError) as caught, database.transaction() as db:
        db.query("CREATE TABLE notes (title TEXT)")

    assert caught.value.code == "disk_failed"
    assert "Input/output error" in caught.value.message


def test_a_log_that_was_replaced_is_opened_again(tmp_path: Path, syncs: list[int]) -> None:
    log = tmp_path / "data.db-wal"
    durability = Durability(tmp_path / "data.db")
    durability.wait()
    log.write_bytes(b"1")
    durability.wait()
    log.rename(tmp_path / "old")
    log.write_bytes(b"22")
    durability.wait()
    durability.close()

    assert syncs == [1, 2]


def test_what_follows_a_commit_is_all_done_though_one_part_fails(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[str] = []

    def fail() -> None:
        raise OSError("no such folder")

    with database.transaction() as db:
        db.query("CREATE TABLE notes (title TEXT)")
        database.after_commit(fail)
        database.after_commit(lambda: done.append("second"))

    assert done == ["second"]
    assert [(record.message, record.levelname) for record in caplog.records] == [
        ("after_commit_failed", "ERROR")
    ]
    assert "no such folder" in caplog.text
