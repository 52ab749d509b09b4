"""The tables of collections and parameters."""

from typing import Any

import dataset
import msgspec

from appos.records.models import AuthCollection
from appos.store.database import row
from appos.store.values import timestamp


def find_auth_collection(db: dataset.Database, id_or_name: str) -> AuthCollection | None:
    """Return the auth collection with this id or name."""
    found = row(
        db,
        "SELECT id, name, system, fields, options FROM _collections "
        "WHERE type = 'auth' AND (id = :key OR name = :key COLLATE NOCASE)",
        key=id_or_name,
    )
    if found is None:
        return None
    values = found | {name: msgspec.json.decode(found[name]) for name in ("fields", "options")}
    return msgspec.convert(values | {"system": bool(found["system"])}, AuthCollection)


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
