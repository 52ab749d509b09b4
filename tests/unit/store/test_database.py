"""Transactions on one SQLite file."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from appos.errors import AppOSError, ConflictError, ForbiddenError, StoreError
from appos.store import database as module
from appos.store.database import Database, execute, row, rows

SCHEMA = """
PRAGMA auto_vacuum=INCREMENTAL;
PRAGMA journal_mode=WAL;
CREATE TABLE _probe (id INTEGER PRIMARY KEY CHECK (id = 1), written REAL NOT NULL);
CREATE TABLE people (id TEXT PRIMARY KEY, email TEXT UNIQUE, age INTEGER CHECK (age >= 0));
CREATE TABLE pets (owner TEXT NOT NULL REFERENCES people (id));
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "100% people & pets?.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SCHEMA)
    return path


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    opened = Database(path)
    yield opened
    opened.close()


def checked_out(database: Database) -> int:
    """How many connections are in use."""
    engine: Any = database._database.engine
    return int(engine.pool.checkedout())


def add(database: Database, id_: str, email: str = "") -> None:
    with database.transaction() as db:
        db["people"].insert({"id": id_, "email": email or f"{id_}@example.com"})


def ids(database: Database) -> list[str]:
    with database.read() as db:
        return [found["id"] for found in rows(db, "SELECT id FROM people ORDER BY id")]


def test_a_transaction_is_kept_when_it_ends(database: Database, path: Path) -> None:
    add(database, "ada")

    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT id FROM people").fetchall() == [("ada",)]


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    def insert_and_fail() -> None:
        with database.transaction() as db:
            db["people"].insert({"id": "ada"})
            raise KeyError

    with pytest.raises(KeyError):
        insert_and_fail()

    assert ids(database) == []


def test_one_within_another_joins_it(database: Database) -> None:
    def add_and_fail() -> None:
        with database.transaction():
            add(database, "ada")
            raise KeyError

    with pytest.raises(KeyError):
        add_and_fail()

    assert ids(database) == []


def test_a_read_within_a_transaction_sees_what_it_wrote(database: Database) -> None:
    with database.transaction() as db:
        db["people"].insert({"id": "ada"})
        assert ids(database) == ["ada"]


def test_a_read_is_one_view_of_the_database(database: Database) -> None:
    add(database, "ada")
    with database.read():
        before = ids(database)
        writer = threading.Thread(target=add, args=(database, "bob"))
        writer.start()
        writer.join()
        assert ids(database) == before

    assert ids(database) == ["ada", "bob"]


def test_a_transaction_within_a_read_is_refused(database: Database) -> None:
    with database.read(), pytest.raises(RuntimeError, match="cannot begin inside a read"):
        add(database, "ada")

    add(database, "bob")
    assert ids(database) == ["bob"]


def test_the_writers_connection_alone_stays_open_behind_a_transaction(database: Database) -> None:
    add(database, "ada")
    ids(database)
    with pytest.raises(ConflictError):
        add(database, "ada")

    assert checked_out(database) == 1


def test_what_is_written_with_sqlalchemy_and_past_it_is_one_transaction(database: Database) -> None:
    with database.transaction() as db:
        database.insert("people", {"id": "ada"})
        execute(db, "INSERT INTO people (id) VALUES ('bob')")
        database.insert("people", {"id": "eve"})

    def fail() -> None:
        with database.transaction() as db:
            database.delete("people", "ada")
            execute(db, "DELETE FROM people WHERE id = 'bob'")
            raise LookupError

    with pytest.raises(LookupError):
        fail()

    assert ids(database) == ["ada", "bob", "eve"]


@pytest.mark.parametrize("uses_sqlalchemy", [False, True])
def test_a_commit_that_is_refused_leaves_nothing(database: Database, uses_sqlalchemy: bool) -> None:
    with database.transaction() as db:
        execute(
            db,
            "CREATE TABLE toys (id TEXT, owner TEXT REFERENCES people (id) DEFERRABLE INITIALLY DEFERRED)",
        )

    def orphan() -> None:
        with database.transaction() as db:
            database.insert("people", {"id": "ada"})
            database.insert("toys", {"id": "ball", "owner": "nobody"})
            if uses_sqlalchemy:
                execute(db, "UPDATE toys SET owner = 'no one'")

    with pytest.raises(ConflictError) as caught:
        orphan()

    assert caught.value.code == "constraint_failed"
    assert ids(database) == []
    add(database, "bob")
    assert ids(database) == ["bob"]


def test_a_taken_value_is_a_conflict_that_names_the_column(database: Database) -> None:
    add(database, "ada", "ada@example.com")
    with pytest.raises(ConflictError) as caught:
        add(database, "bob", "ada@example.com")

    assert caught.value.code == "not_unique"
    assert caught.value.fields == {
        "email": {"code": "validation_not_unique", "message": "Value must be unique."}
    }
    assert ids(database) == ["ada"]


@pytest.mark.parametrize(
    "sql",
    [
        pytest.param("INSERT INTO people (id, age) VALUES ('a', -1)", id="check"),
        pytest.param("INSERT INTO pets (owner) VALUES ('nobody')", id="foreign-key"),
        pytest.param("INSERT INTO pets (owner) VALUES (NULL)", id="not-null"),
    ],
)
def test_any_other_constraint_is_a_conflict(database: Database, sql: str) -> None:
    with pytest.raises(ConflictError) as caught, database.transaction() as db:
        execute(db, sql)

    assert caught.value.code == "constraint_failed"


def test_our_own_errors_pass_as_they_are(database: Database) -> None:
    error = ForbiddenError("No.")
    with pytest.raises(ForbiddenError) as caught, database.transaction():
        raise error

    assert caught.value is error


def test_writers_queue_and_lose_nothing(database: Database) -> None:
    with database.transaction() as db:
        db["people"].insert({"id": "ada", "age": 0})

    def grow() -> None:
        for _ in range(20):
            with database.transaction() as db:
                age = row(db, "SELECT age FROM people")
                assert age is not None
                execute(db, "UPDATE people SET age = :age", age=age["age"] + 1)

    threads = [threading.Thread(target=grow) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.read() as db:
        assert row(db, "SELECT age FROM people") == {"age": 80}


def locked(path: Path) -> sqlite3.Connection:
    """Another program's connection, in the middle of a write."""
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    return other


def test_another_programs_write_is_waited_for(database: Database, path: Path) -> None:
    other = locked(path)
    release = threading.Timer(0.1, other.rollback)
    release.start()
    add(database, "ada")
    release.join()
    other.close()

    assert ids(database) == ["ada"]


def test_a_read_waits_for_no_writer(database: Database, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _seconds: pytest.fail("it waited"))
    with closing(locked(path)):
        assert ids(database) == []


def test_a_database_that_stays_locked_is_busy(
    database: Database, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BUSY_SECONDS", 0.02)
    with closing(locked(path)), pytest.raises(StoreError) as caught:
        add(database, "ada")

    assert caught.value.code == "database_busy"
    assert checked_out(database) == 1
    add(database, "ada")
    assert ids(database) == ["ada"]


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("database is locked", "database_busy"),
        ("database table is locked", "database_busy"),
        ("database or disk is full", "disk_full"),
        ("attempt to write a readonly database", "database_readonly"),
        ("unable to open database file", "database_missing"),
        ("database disk image is malformed", "database_damaged"),
        ("file is not a database", "database_damaged"),
        ("interrupted", "interrupted"),
        ("disk I/O error", "store_failed"),
    ],
)
def test_what_sqlite_says_becomes_a_sentence_and_a_code(database: Database, reason: str, code: str) -> None:
    with pytest.raises(StoreError) as caught, database.transaction():
        raise sqlite3.OperationalError(reason)

    assert caught.value.code == code
    assert caught.value.message.endswith(".")


def test_a_statement_that_fails_is_ours_too(database: Database) -> None:
    with pytest.raises(StoreError) as caught, database.transaction() as db:
        execute(db, "SELECT id FROM nowhere")

    assert caught.value.code == "store_failed"
    assert "no such table" in caught.value.message


def test_rows_are_plain_dicts(database: Database) -> None:
    add(database, "ada")
    with database.read() as db:
        (found,) = rows(db, "SELECT id FROM people WHERE id = :id", id="ada")
        assert row(db, "SELECT id FROM people WHERE id = 'bob'") is None

    assert {type(key) for key in found} == {str}


def test_a_change_says_how_many_rows_it_changed(database: Database) -> None:
    add(database, "ada")
    add(database, "bob")
    with database.transaction() as db:
        assert execute(db, "UPDATE people SET age = 1") == 2


def test_the_probe_writes(database: Database, path: Path) -> None:
    database.probe()
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT count(*) FROM _probe WHERE written > 0").fetchone() == (1,)


def test_the_probe_makes_no_database_of_a_missing_one(database: Database, path: Path) -> None:
    path.unlink()
    with pytest.raises(StoreError) as caught:
        database.probe()

    assert caught.value.code == "database_missing"
    assert not path.exists()


def test_a_whole_database_is_ok(database: Database) -> None:
    assert database.check() == "ok"


def test_a_damaged_database_is_not_ok(tmp_path: Path) -> None:
    (tmp_path / "data.db").write_bytes(b"nothing that SQLite ever wrote" * 300)
    database = Database(tmp_path / "data.db")
    with pytest.raises(StoreError) as caught:
        database.check()

    assert caught.value.code == "database_damaged"


def fill(path: Path) -> None:
    """Write a lot and delete it, so that the file has free pages."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO people VALUES ('big', zeroblob(600000), 1)")
        connection.commit()
        connection.execute("DELETE FROM people")
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def test_maintenance_gives_back_free_pages(database: Database, path: Path) -> None:
    fill(path)
    before = path.stat().st_size
    database.maintain(lambda: False)

    assert before > 600_000
    assert path.stat().st_size < 60_000
    assert database.check() == "ok"


def test_maintenance_ends_where_pages_cannot_be_given_back(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SCHEMA.replace("INCREMENTAL", "NONE"))
    fill(path)
    asked = iter(range(50))
    Database(path).maintain(lambda: next(asked, None) is None)

    assert path.stat().st_size > 600_000


@pytest.mark.parametrize(
    "work",
    [
        pytest.param(lambda database: database.maintain(lambda: True), id="maintenance"),
        pytest.param(lambda database: database.check(lambda: True), id="check"),
    ],
)
def test_long_work_stops_when_told_to(
    database: Database, path: Path, work: Callable[[Database], AppOSError]
) -> None:
    with closing(sqlite3.connect(path)) as connection:
        people = ((f"p{number}", f"e{number}") for number in range(5000))
        connection.executemany("INSERT INTO people VALUES (?, ?, 1)", people)
        connection.execute("DELETE FROM people WHERE id < 'p2'")
        connection.commit()
    with pytest.raises(StoreError) as caught:
        work(database)

    assert caught.value.code == "interrupted"


def test_closing_empties_the_write_ahead_log(path: Path) -> None:
    database = Database(path)
    add(database, "ada")
    assert Path(f"{path}-wal").stat().st_size > 0
    database.close()

    assert not Path(f"{path}-wal").exists()


def test_a_connection_has_the_pragmas_that_it_needs(path: Path) -> None:
    database = Database(path)
    with database.read() as db:
        assert row(db, "PRAGMA synchronous") == {"synchronous": 1}
        assert row(db, "PRAGMA foreign_keys") == {"foreign_keys": 1}
        assert row(db, "PRAGMA journal_mode") == {"journal_mode": "wal"}
    database.close()
