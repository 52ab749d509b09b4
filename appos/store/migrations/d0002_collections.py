"""Every collection that PocketBase has from the start, and AppOS's own tables as collections."""

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from appos.store.migrations.d0002_documents import (
    ACCOUNT_TABLES,
    ACCOUNTS,
    KEY,
    SERVICES,
    SYSTEM,
    TEXT,
    Collection,
)
from appos.store.values import timestamp

COUNT = "UPDATE _params SET value = value + 1 WHERE id = 'collectionsVersion'"


def upgrade(connection: sqlite3.Connection) -> None:
    """Complete the tables of accounts, create those of PocketBase's system collections, and describe all."""
    kept = {row[0]: row[1:] for row in connection.execute("SELECT name, options, created FROM _collections")}
    for name, columns in ACCOUNT_TABLES.items():
        _rebuild(connection, name, columns)
    for collection in SYSTEM:
        columns = {field["name"]: KEY if field["name"] == "id" else TEXT for field in collection.fields}
        _create(connection, collection.name, columns)
        for statement in collection.indexes:
            connection.execute(statement)
    # Rows are listed in the order in which they were made, and PocketBase makes its system collections first.
    connection.execute("DELETE FROM _collections")
    now = timestamp()
    for collection in (*SYSTEM, *ACCOUNTS, *SERVICES):
        options, created = kept.get(collection.name, ("{}", now))
        _insert(connection, collection, json.loads(options), created, now)
    _count_changes(connection, now)


def _create(connection: sqlite3.Connection, table: str, columns: Mapping[str, str]) -> None:
    definitions = ", ".join(f"`{name}` {definition}" for name, definition in columns.items())
    connection.execute(f"CREATE TABLE `{table}` ({definitions})")


def _rebuild(connection: sqlite3.Connection, table: str, columns: Mapping[str, str]) -> None:
    """Make a table anew with other definitions of its columns, its rows and its indexes."""
    indexes = connection.execute(
        "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL", (table,)
    ).fetchall()
    names = ", ".join(f"`{name}`" for name in columns)
    _create(connection, f"{table}_new", columns)
    connection.execute(f"INSERT INTO `{table}_new` ({names}) SELECT {names} FROM `{table}`")  # noqa: S608 - constants
    connection.execute(f"DROP TABLE `{table}`")
    connection.execute(f"ALTER TABLE `{table}_new` RENAME TO `{table}`")
    for (statement,) in indexes:
        connection.execute(statement)


def _insert(
    connection: sqlite3.Connection, new: Collection, kept: Mapping[str, Any], created: str, now: str
) -> None:
    tokens = {name: value for name, value in kept.items() if name.endswith("Token")}
    texts = [json.dumps(value) for value in (new.fields, new.indexes, {**new.options, **tokens})]
    connection.execute(
        "INSERT INTO _collections (id, name, type, system, fields, indexes, options, "
        "listRule, viewRule, createRule, updateRule, deleteRule, created, updated) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (new.id, new.name, new.type, new.system, *texts, *new.rules, created, now),
    )


def _count_changes(connection: sqlite3.Connection, now: str) -> None:
    """Let the database count the changes of collections, so that nobody has to read them to know of one."""
    connection.execute("INSERT INTO _params VALUES ('collectionsVersion', '1', ?, ?)", (now, now))
    for change in ("INSERT", "UPDATE", "DELETE"):
        connection.execute(
            f"CREATE TRIGGER collections_{change.lower()} AFTER {change} ON _collections BEGIN {COUNT}; END"
        )
