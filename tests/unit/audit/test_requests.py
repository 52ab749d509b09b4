"""The request log."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from appos.audit import requests as module
from appos.audit import table
from appos.audit.requests import RequestLog
from appos.errors import StoreError
from appos.store import database as store
from appos.store.database import Database
from appos.store.migrations import AUXILIARY
from appos.store.query import ListQuery
from appos.store.values import timestamp


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with closing(sqlite3.connect(tmp_path / "auxiliary.db")) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        for step in AUXILIARY:
            step(connection)
    return tmp_path / "auxiliary.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    opened = Database(path)
    yield opened
    opened.close()


@pytest.fixture
def requests(database: Database) -> RequestLog:
    return RequestLog(database)


def add(requests: RequestLog, count: int, first: int = 0) -> None:
    for number in range(first, first + count):
        requests.add(0, f"GET /{number}", {"status": 200})


def written(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [found[0] for found in connection.execute("SELECT message FROM _logs ORDER BY rowid")]


def test_a_request_waits_in_memory_until_it_is_written(requests: RequestLog, path: Path) -> None:
    add(requests, 2)
    before = written(path)
    requests.flush()

    assert (before, written(path)) == ([], ["GET /0", "GET /1"])


def test_a_request_is_written_once(requests: RequestLog, path: Path) -> None:
    add(requests, 2)
    requests.flush()
    requests.flush()

    assert written(path) == ["GET /0", "GET /1"]


def test_many_requests_are_written_in_their_order(
    requests: RequestLog, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", 10)
    add(requests, 35)
    requests.flush()

    assert written(path) == [f"GET /{number}" for number in range(35)]


def test_what_cannot_be_written_is_kept_and_written_later(
    requests: RequestLog, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "BUSY_SECONDS", 0.01)
    add(requests, 3)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError):
            requests.flush()
    add(requests, 1, first=3)
    requests.flush()

    assert written(path) == ["GET /0", "GET /1", "GET /2", "GET /3"]


def test_the_oldest_are_let_go_when_too_many_wait(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WAITING", 3)
    requests = RequestLog(database)
    add(requests, 5)
    requests.flush()

    assert written(database.path) == ["GET /2", "GET /3", "GET /4"]


def test_two_that_write_at_once_write_each_request_once(requests: RequestLog, database: Database) -> None:
    add(requests, 3)
    threads = [threading.Thread(target=requests.flush) for _ in range(2)]
    with database.transaction():
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(0.05)
    for thread in threads:
        thread.join()

    assert written(database.path) == ["GET /0", "GET /1", "GET /2"]


def test_what_is_let_go_while_it_is_written_takes_nothing_else_along(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WAITING", 3)
    requests = RequestLog(database)
    insert = table.insert_requests

    def insert_slowly(*args: Any) -> None:
        insert(*args)
        if not requests._waiting[-1].message.endswith("9"):
            add(requests, 2, first=8)

    monkeypatch.setattr(table, "insert_requests", insert_slowly)
    add(requests, 3)
    requests.flush()

    assert written(database.path) == ["GET /0", "GET /1", "GET /2", "GET /8", "GET /9"]


def test_a_full_batch_is_written_at_once(
    requests: RequestLog, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", 5)
    monkeypatch.setattr(module, "FLUSH_SECONDS", 60.0)
    flushed = threading.Event()
    flush = requests.flush

    def note() -> None:
        flush()
        flushed.set()

    monkeypatch.setattr(requests, "flush", note)
    stopping = threading.Event()
    thread = threading.Thread(target=requests.run, args=(stopping,))
    thread.start()
    add(requests, 5)
    was_flushed = flushed.wait(5)
    stopping.set()
    requests.stop()
    thread.join()

    assert was_flushed
    assert written(path) == [f"GET /{number}" for number in range(5)]


def test_a_stop_writes_what_is_left(requests: RequestLog, path: Path) -> None:
    stopping = threading.Event()
    thread = threading.Thread(target=requests.run, args=(stopping,))
    thread.start()
    add(requests, 1)
    stopping.set()
    requests.stop()
    thread.join()

    assert written(path) == ["GET /0"]


def test_a_stop_is_not_held_up_by_the_database(
    requests: RequestLog, path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(store, "BUSY_SECONDS", 0.01)
    add(requests, 1)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        requests.stop()

    assert [record.message for record in caplog.records] == ["request_log_not_written"]


def test_a_page_holds_what_is_not_written_yet(requests: RequestLog) -> None:
    add(requests, 2)
    page = requests.page(ListQuery())

    assert [item.message for item in page.items] == ["GET /1", "GET /0"]
    assert page.items[0].data == {"status": 200}


def test_old_requests_are_deleted(requests: RequestLog, path: Path) -> None:
    add(requests, 2)
    requests.flush()
    with closing(sqlite3.connect(path)) as other:
        other.execute("UPDATE _logs SET created = '2020-01-01 00:00:00.000Z' WHERE message = 'GET /0'")
        other.commit()

    assert requests.clean("2021-01-01 00:00:00.000Z") == 1
    assert written(path) == ["GET /1"]
    assert requests.clean(timestamp()) == 1
