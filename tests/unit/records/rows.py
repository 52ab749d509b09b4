"""Rows of collections' tables, past the services."""

from typing import Any

from appos.services import Services
from appos.store.values import new_id


def insert(services: Services, table: str, **values: Any) -> str:
    """Insert one row and return its id."""
    row = {"id": new_id(), **values}
    with services.databases.data.transaction():
        services.databases.data.insert(table, row)
    return str(row["id"])


def tables(services: Services) -> set[str]:
    """The names of all tables."""
    found = services.databases.data.fetch("SELECT name FROM sqlite_master WHERE type = 'table'", {})
    return {str(name) for (name,) in found}
