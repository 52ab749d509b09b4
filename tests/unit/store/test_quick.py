"""Reads without SQLAlchemy."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from appos.store import quick
from appos.store.offload import offload
from appos.store.quick import QuickReader

COUNT = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :most) SELECT count(*) FROM n"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with closing(sqlite3.connect(tmp_path / "data.db")) as connection, connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE items (id)")
    return tmp_path / "data.db"


@pytest.fixture
def reader(path: Path) -> Iterator[QuickReader]:
    made = QuickReader(path)
    yield made
    made.close()


def test_a_stamp_changes_with_the_database(path: Path, reader: QuickReader) -> None:
    before = reader.stamp()
    assert reader.stamp() == before

    with closing(sqlite3.connect(path)) as other, other:
        other.execute("INSERT INTO items VALUES (1)")
    assert reader.stamp() != before
    assert reader.fetch("SELECT id FROM items", {}) == [(1,)]


def test_what_is_asked_often_never_counts_as_long(reader: QuickReader) -> None:
    # SQLite sums up the steps of a statement that it keeps: these are more than one read may take.
    stamps = {reader.stamp() for _ in range(100_000)}
    rows = {tuple(reader.fetch(COUNT, {"most": 5})) for _ in range(10_000)}

    assert (len(stamps), rows) == (1, {((5,),)})


def test_a_long_read_runs_in_a_thread(reader: QuickReader, monkeypatch: pytest.MonkeyPatch) -> None:
    offloaded: list[Callable[[], object]] = []

    def note(call: Callable[[], object]) -> object:
        offloaded.append(call)
        return offload(call)

    monkeypatch.setattr(quick, "offload", note)
    assert reader.fetch(COUNT, {"most": 10}) == [(10,)]
    assert offloaded == []
    assert reader.fetch(COUNT, {"most": 100_000}) == [(100_000,)]
    assert len(offloaded) == 1


def test_a_read_that_takes_too_long_is_given_up(reader: QuickReader, monkeypatch: pytest.MonkeyPatch) -> None:
    endless = COUNT.replace("WHERE i < :most", "")
    monkeypatch.setattr(quick, "LONGEST_SECONDS", 0.2)
    began = time.monotonic()
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        reader.fetch(endless, {})

    assert 0.2 <= time.monotonic() - began < 5
    assert reader.fetch(COUNT, {"most": 100_000}) == [(100_000,)]


def test_nothing_is_written(reader: QuickReader) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.fetch("INSERT INTO items VALUES (1)", {})
