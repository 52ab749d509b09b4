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


class Doors:
    """A lock that counts who has passed it."""

    def __init__(self) -> None:
        self.passed = 0
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_error: object) -> None:
        self.passed += 1
        self._lock.release()


class SlowDisk:
    """Syncs a log when it is told to, one after the other."""

    def __init__(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "data.db-wal").write_bytes(b"log")
        self.durability = Durability(tmp_path / "data.db")
        self.count = 0
        # The syncs that fail, and those within which the thread is ended.
        self.fails: set[int] = set()
        self.ends: set[int] = set()
        self.told: list[str] = []
        self.returned: list[int] = []
        self._doors = Doors()
        self._begun, self._go_on = threading.Event(), threading.Event()
        self._threads: list[threading.Thread] = []
        monkeypatch.setattr(self.durability, "_joining", self._doors)
        monkeypatch.setattr(os, "fdatasync", self._sync)

    def _sync(self, _file: int) -> None:
        self.count += 1
        self._begun.set()
        assert self._go_on.wait(10)
        if self.count in self.ends:
            raise SystemExit
        if self.count in self.fails:
            raise OSError(5, "Input/output error")

    def _wait(self) -> None:
        try:
            self.durability.wait()
        except StoreError as error:
            self.told.append(error.code)
        except SystemExit:
            self.told.append("ended")
        else:
            self.returned.append(self.count)

    def begin_to_wait(self, threads: int) -> None:
        """Let threads wait for the disk, the first of them until it syncs."""
        before = self._doors.passed
        started = [threading.Thread(target=self._wait) for _ in range(threads)]
        self._threads += started
        for thread in started:
            thread.start()
        if not self._begun.wait(10):
            pytest.fail("the disk was not asked")
        while self._doors.passed < before + threads:
            threading.Event().wait(0.001)

    def end(self) -> None:
        """Let the disk go on, and everybody end."""
        self._go_on.set()
        for thread in self._threads:
            thread.join(10)
        self.durability.close()


def test_many_who_wait_share_one_sync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = SlowDisk(tmp_path, monkeypatch)
    disk.begin_to_wait(1)
    disk.begin_to_wait(20)
    assert disk.returned == []
    disk.end()

    assert (disk.count, len(disk.returned)) == (2, 21)


def test_one_who_is_ended_while_it_syncs_for_others_leaves_it_to_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = SlowDisk(tmp_path, monkeypatch)
    disk.ends = {2}
    disk.begin_to_wait(1)
    disk.begin_to_wait(3)
    disk.end()

    # Of the three, one was ended; the others synced once more, together or each alone.
    assert (len(disk.returned), disk.told) == (3, ["ended"])
    assert disk.count >= 3


def test_a_disk_that_fails_fails_all_who_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = SlowDisk(tmp_path, monkeypatch)
    disk.fails = {2}
    disk.begin_to_wait(1)
    disk.begin_to_wait(5)
    disk.end()

    assert (len(disk.returned), disk.told) == (1, ["disk_failed"] * 5)


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
