"""Every collection that PocketBase has from the start, and AppOS's own tables as collections."""

import json
import sqlite3
from collections.abc import Iterator
from typing import Any
from zlib import crc32

import pytest

from appos.store.migrations import DATA
from appos.store.migrations.d0001_initial import upgrade as first
from appos.store.migrations.d0002_collections import upgrade

Row = dict[str, Any]
TOKENS = ("authToken", "passwordResetToken", "emailChangeToken", "verificationToken", "fileToken")
PARTS = ("fields", "indexes", "options")
NAMES = ["_mfas", "_otps", "_externalAuths", "_authOrigins", "_superusers", "users", "jobs", "audit"]


@pytest.fixture
def before() -> Iterator[sqlite3.Connection]:
    """The first schema, with an account and a job."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.row_factory = sqlite3.Row
    first(connection)
    connection.execute(
        "INSERT INTO users (id, email, tokenKey, name, verified) VALUES ('bob', 'b@c.de', 'key', 'Bob', TRUE)"
    )
    connection.execute("INSERT INTO _superusers (id, email, tokenKey) VALUES ('ada', 'a@c.de', 'key')")
    connection.execute(
        "INSERT INTO jobs (id, kind, state, timeoutSeconds, created, updated) "
        "VALUES ('job', 'k', 'queued', 1, '', '')"
    )
    connection.execute("INSERT INTO jobLogs (job, created, text) VALUES ('job', '', 'line')")
    yield connection
    connection.close()


@pytest.fixture
def db(before: sqlite3.Connection) -> sqlite3.Connection:
    upgrade(before)
    return before


def collections(db: sqlite3.Connection) -> dict[str, Row]:
    rows = [dict(row) for row in db.execute("SELECT * FROM _collections ORDER BY rowid")]
    return {row["name"]: row | {part: json.loads(row[part]) for part in PARTS} for row in rows}


def columns(db: sqlite3.Connection, table: str) -> list[str]:
    return [row["name"] for row in db.execute(f"PRAGMA table_info({table})")]


def test_it_comes_second() -> None:
    assert DATA[:2] == (first, upgrade)


def test_the_collections_come_in_pocketbases_order(db: sqlite3.Connection) -> None:
    assert list(collections(db)) == NAMES


def test_ids_are_those_that_pocketbase_would_generate(db: sqlite3.Connection) -> None:
    for name, row in collections(db).items():
        generated = f"pbc_{crc32((row['type'] + name).encode())}"
        assert row["id"] == ("_pb_users_auth_" if name == "users" else generated)
        assert row["system"] == (name != "users")


def test_accounts_jobs_and_lines_stay(db: sqlite3.Connection) -> None:
    user = dict(db.execute("SELECT * FROM users").fetchone())

    assert [user[name] for name in ("id", "email", "tokenKey", "name", "verified", "avatar")] == [
        *("bob", "b@c.de", "key", "Bob", 1, ""),
    ]
    assert [row["id"] for row in db.execute("SELECT id FROM _superusers")] == ["ada"]
    assert db.execute("SELECT count(*) FROM jobs JOIN jobLogs ON job = jobs.id").fetchone()[0] == 1


def test_secrets_and_dates_stay(before: sqlite3.Connection) -> None:
    old = collections(before)
    upgrade(before)
    new = collections(before)

    for name in ("_superusers", "users"):
        assert [new[name]["options"][token] for token in TOKENS] == [
            old[name]["options"][token] for token in TOKENS
        ]
        assert new[name]["created"] == old[name]["created"]


def test_a_row_without_an_id_gets_one(db: sqlite3.Connection) -> None:
    for table in NAMES[:6]:
        db.execute(f"INSERT INTO {table} (created) VALUES ('')")  # noqa: S608
        (key,) = db.execute(f"SELECT id FROM {table} ORDER BY rowid DESC").fetchone()  # noqa: S608
        assert (len(key), key[0]) == (15, "r")


def test_addresses_are_unique_after_it_too(db: sqlite3.Connection) -> None:
    for table, email in (("users", "b@c.de"), ("_superusers", "a@c.de")):
        with pytest.raises(sqlite3.IntegrityError, match="email"):
            db.execute(f"INSERT INTO {table} (email, tokenKey) VALUES (?, 'new')", (email,))  # noqa: S608
        with pytest.raises(sqlite3.IntegrityError, match="tokenKey"):
            db.execute(f"INSERT INTO {table} (email, tokenKey) VALUES ('new', 'key')")  # noqa: S608


@pytest.mark.parametrize("name", NAMES)
def test_fields_are_the_columns(db: sqlite3.Connection, name: str) -> None:
    row = collections(db)[name]

    assert {field["name"] for field in row["fields"]} == set(columns(db, name))
    for field in row["fields"]:
        assert field["id"] == f"{field['type']}{crc32(field['name'].encode())}"


@pytest.mark.parametrize("name", NAMES)
def test_indexes_are_those_of_the_table(db: sqlite3.Connection, name: str) -> None:
    named = {text.split("`")[1] for text in collections(db)[name]["indexes"]}
    sql = "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL"

    assert {row["name"] for row in db.execute(sql, (name,))} - named <= {"idx_jobs_open"}
    assert named <= {row["name"] for row in db.execute(sql, (name,))}


def test_nobody_registers_and_nobody_reads_what_services_keep(db: sqlite3.Connection) -> None:
    found = collections(db)
    rules = ("listRule", "viewRule", "createRule", "updateRule", "deleteRule")

    assert found["users"]["createRule"] is None
    assert {found[name][rule] for name in ("jobs", "audit", "_superusers") for rule in rules} == {None}
    assert {name for name, row in found.items() if row["options"].get("isWrittenByServices")} == {
        "jobs",
        "audit",
    }


def test_what_jobs_may_keep_for_themselves_is_hidden(db: sqlite3.Connection) -> None:
    hidden = {field["name"] for field in collections(db)["jobs"]["fields"] if field["hidden"]}

    assert hidden == {"args", "boot", "heartbeat"}


@pytest.mark.parametrize(
    ("template", "link"),
    [
        ("resetPasswordTemplate", "{APP_URL}/_/#/auth/confirm-password-reset/{TOKEN}"),
        ("verificationTemplate", "{APP_URL}/_/#/auth/confirm-verification/{TOKEN}"),
        ("confirmEmailChangeTemplate", "{APP_URL}/_/#/auth/confirm-email-change/{TOKEN}"),
    ],
)
@pytest.mark.parametrize("name", ["_superusers", "users"])
def test_mails_lead_where_pocketbases_lead(
    db: sqlite3.Connection, name: str, template: str, link: str
) -> None:
    mail = collections(db)[name]["options"][template]

    assert f'href="{link}"' in mail["body"]
    assert "{APP_NAME}" in mail["subject"]


def test_changes_of_collections_are_counted(db: sqlite3.Connection) -> None:
    def count() -> int:
        (value,) = db.execute("SELECT value FROM _params WHERE id = 'collectionsVersion'").fetchone()
        return int(value)

    counts = [count()]
    for change in (
        "UPDATE _collections SET listRule = '' WHERE name = 'users'",
        "INSERT INTO _collections (id, name, created, updated) VALUES ('a', 'b', '', '')",
        "DELETE FROM _collections WHERE id = 'a'",
        "UPDATE users SET name = 'x'",
    ):
        db.execute(change)
        counts.append(count())

    assert counts == [1, 2, 3, 4, 4]
