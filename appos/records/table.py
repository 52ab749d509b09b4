"""The tables of collections and parameters."""

from typing import Any

import dataset
import msgspec
import sqlalchemy as sa

from appos.records.models import Collection, CollectionType
from appos.store.database import Database, Row, execute, row, rows
from appos.store.query import ListQuery, Page, paginate, refuse_modifiers
from appos.store.values import timestamp

_JSON_COLUMNS = ("fields", "indexes", "options")
_COLUMNS = (
    "id",
    "system",
    "type",
    "name",
    *_JSON_COLUMNS,
    "listRule",
    "viewRule",
    "createRule",
    "updateRule",
    "deleteRule",
    "created",
    "updated",
)
COLLECTIONS = sa.table("_collections", *(sa.column(name) for name in _COLUMNS))
# What lists can be filtered and sorted by. Source: PocketBase 0.36, list of collections.
LISTED = {name: COLLECTIONS.c[name] for name in ("id", "created", "updated", "name", "system", "type")}
# Counts the changes of the table, whoever makes them: triggers of the table write it.
VERSION = "collectionsVersion"


def all_collections(db: dataset.Database) -> list[Collection]:
    """Return every collection, the oldest first."""
    return [collection(found) for found in rows(db, "SELECT * FROM _collections ORDER BY rowid")]


def list_collections(db: dataset.Database, query: ListQuery) -> Page[Collection]:
    """Return one page of the collections, the oldest first unless the query says otherwise.

    Raises:
        InvalidError: `invalid_filter`, `invalid_sort` or `unknown_field`.
    """
    refuse_modifiers(query)
    found, total = paginate(db, COLLECTIONS, query, fields=LISTED)
    return Page.of([collection(each) for each in found], query, total)


def collection(found: Row) -> Collection:
    """Make a collection of a row."""
    values = found | {name: msgspec.json.decode(found[name]) for name in _JSON_COLUMNS}
    options = values.pop("options")
    values["system"] = bool(found["system"])
    values["auth"] = options if found["type"] == CollectionType.AUTH else None
    values["isWrittenByServices"] = bool(options.get("isWrittenByServices"))
    return msgspec.convert(values, Collection)


def insert_collection(db: dataset.Database, new: Collection) -> None:
    """Insert the row of a new collection."""
    db.executable.execute(COLLECTIONS.insert().values(_row(new)))


def update_collection(db: dataset.Database, changed: Collection) -> None:
    """Write the row of a collection anew."""
    db.executable.execute(COLLECTIONS.update().where(COLLECTIONS.c.id == changed.id).values(_row(changed)))


def delete_collection(db: dataset.Database, id_: str) -> None:
    """Delete the row of a collection."""
    execute(db, "DELETE FROM _collections WHERE id = :id", id=id_)


def read_version(database: Database) -> int:
    """Return how often collections have changed."""
    ((version,),) = database.fetch("SELECT value FROM _params WHERE id = :name", {"name": VERSION})
    return int(version)


def _row(of: Collection) -> Row:
    options: Any = of.auth or ({"isWrittenByServices": True} if of.is_written_by_services else {})
    return {
        "id": of.id,
        "system": of.system,
        "type": str(of.type),
        "name": of.name,
        "fields": msgspec.json.encode(of.fields).decode(),
        "indexes": msgspec.json.encode(of.indexes).decode(),
        "options": msgspec.json.encode(options).decode(),
        "listRule": of.list_rule,
        "viewRule": of.view_rule,
        "createRule": of.create_rule,
        "updateRule": of.update_rule,
        "deleteRule": of.delete_rule,
        "created": of.created,
        "updated": of.updated,
    }


def read_parameter(db: dataset.Database, name: str) -> Any:
    """Return a parameter's value, or None."""
    found = row(db, "SELECT value FROM _params WHERE id = :name", name=name)
    return None if found is None else msgspec.json.decode(found["value"])


def write_parameter(db: dataset.Database, name: str, value: Any) -> None:
    """Set a parameter."""
    now = timestamp()
    text = msgspec.json.encode(value).decode()
    values = {"id": name, "value": text, "updated": now}
    if not db["_params"].update(values, ["id"]):
        db["_params"].insert(values | {"created": now})


def delete_parameter(db: dataset.Database, name: str) -> None:
    """Forget a parameter."""
    db["_params"].delete(id=name)
