"""The first schema of data.db."""

import json
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest

from appos.store.migrations import AUXILIARY, DATA
from appos.store.migrations.d0001_initial import upgrade

JOB = "INSERT INTO jobs (id, kind, subject, state, scheduledFor, timeoutSeconds, created, updated) VALUES "


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.row_factory = sqlite3.Row
    upgrade(connection)
    yield connection
    connection.close()


def collection(db: sqlite3.Connection, name: str) -> dict[str, Any]:
    found = dict(db.execute("SELECT * FROM _collections WHERE name = ?", (name,)).fetchone())
    return found | {part: json.loads(found[part]) for part in ("fields", "indexes", "options")}


@pytest.mark.parametrize(
    ("name", "id_", "system", "rule", "seconds"),
    [
        ("_superusers", "pbc_3142635823", 1, None, 86400),
        ("users", "_pb_users_auth_", 0, "id = @request.auth.id", 604800),
    ],
)
def test_an_auth_collection_is_pocketbases(
    db: sqlite3.Connection, name: str, id_: str, system: int, rule: str | None, seconds: int
) -> None:
    found = collection(db, name)

    assert (found["id"], found["type"], found["system"]) == (id_, "auth", system)
    assert {found[f"{verb}Rule"] for verb in ("list", "view", "update", "delete")} == {rule}
    assert found["options"]["authToken"]["duration"] == seconds
    assert found["options"]["passwordResetToken"]["duration"] == 1800


def test_nobody_can_register_before_a_superuser_opens_it(db: sqlite3.Connection) -> None:
    assert collection(db, "users")["createRule"] is None


@pytest.mark.parametrize("name", ["_superusers", "users"])
def test_a_collection_names_the_columns_of_its_table(db: sqlite3.Connection, name: str) -> None:
    columns = {found["name"] for found in db.execute(f"PRAGMA table_info({name})")}

    assert {field["name"] for field in collection(db, name)["fields"]} == columns


@pytest.mark.parametrize("name", ["_superusers", "users"])
def test_hash_and_token_key_are_hidden(db: sqlite3.Connection, name: str) -> None:
    hidden = {field["name"] for field in collection(db, name)["fields"] if field["hidden"]}

    assert hidden == {"password", "tokenKey"}


def test_every_installation_has_secrets_of_its_own(db: sqlite3.Connection) -> None:
    other = sqlite3.connect(":memory:")
    other.row_factory = sqlite3.Row
    upgrade(other)

    def secrets(connection: sqlite3.Connection) -> set[str]:
        found = {str(each["value"]) for each in connection.execute("SELECT value FROM _params")}
        for name in ("_superusers", "users"):
            options = collection(connection, name)["options"]
            found |= {value["secret"] for key, value in options.items() if key.endswith("Token")}
        return found

    mine = secrets(db)
    assert len(mine) == 12
    assert mine & secrets(other) == set()
    other.close()


def test_the_claim_token_fits_into_a_link(db: sqlite3.Connection) -> None:
    (value,) = db.execute("SELECT value FROM _params WHERE id = 'claimToken'").fetchone()

    assert len(json.loads(value)) == 43
    assert json.loads(value).isalnum()


def test_there_is_one_claim_for_ever(db: sqlite3.Connection) -> None:
    db.execute("INSERT INTO _claim VALUES (1, 'a', '')")
    for id_ in (1, 2):
        with pytest.raises(sqlite3.IntegrityError):
            db.execute("INSERT INTO _claim VALUES (?, 'b', '')", (id_,))


def test_one_job_at_a_time_runs_on_a_subject(db: sqlite3.Connection) -> None:
    db.execute(
        f"{JOB} ('a', 'k', 'app', 'running', '', 1, '', ''), ('b', 'k', 'app', 'queued', '', 1, '', '')"
    )
    db.execute(f"{JOB} ('c', 'k', '', 'running', '', 1, '', ''), ('d', 'k', '', 'running', '', 1, '', '')")
    with pytest.raises(sqlite3.IntegrityError, match="jobs.subject"):
        db.execute("UPDATE jobs SET state = 'running' WHERE id = 'b'")


def test_a_schedule_fires_once_a_minute(db: sqlite3.Connection) -> None:
    db.execute(
        f"{JOB} ('a', 'k', '', 'queued', '12:00', 1, '', ''), ('b', 'l', '', 'queued', '12:00', 1, '', '')"
    )
    with pytest.raises(sqlite3.IntegrityError, match="scheduledFor"):
        db.execute(f"{JOB} ('c', 'k', '', 'queued', '12:00', 1, '', '')")


def test_a_job_has_one_of_six_states(db: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        db.execute(f"{JOB} ('a', 'k', '', 'lost', '', 1, '', '')")


def test_an_address_belongs_to_one_account_of_a_collection(db: sqlite3.Connection) -> None:
    db.execute("INSERT INTO users (id, tokenKey, email) VALUES ('a', '1', 'a@b.co'), ('b', '2', '')")
    db.execute("INSERT INTO users (id, tokenKey, email) VALUES ('c', '3', '')")
    with pytest.raises(sqlite3.IntegrityError, match="email"):
        db.execute("INSERT INTO users (id, tokenKey, email) VALUES ('d', '4', 'a@b.co')")


def test_request_logs_have_pocketbases_columns() -> None:
    connection = sqlite3.connect(":memory:")
    for step in AUXILIARY:
        step(connection)
    columns = [found[1] for found in connection.execute("PRAGMA table_info(_logs)")]
    connection.close()

    assert columns == ["id", "level", "message", "data", "created"]
    assert DATA[0] is upgrade
