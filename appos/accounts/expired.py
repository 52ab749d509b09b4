"""What proves somebody for a while: second factors and one-time passwords."""

import dataset

from appos.records.models import Collection
from appos.store.database import execute

TABLES = ("_mfas", "_otps")


def delete_expired(db: dataset.Database, table: str, collection: Collection, before: str) -> int:
    """Delete what a collection's accounts were given before a timestamp; return how much that was."""
    if table not in TABLES:
        raise ValueError(f"{table} holds nothing that expires")
    return execute(
        db,
        f"DELETE FROM {table} WHERE collectionRef = :collection AND created < :before",  # noqa: S608 - a constant
        collection=collection.id,
        before=before,
    )
