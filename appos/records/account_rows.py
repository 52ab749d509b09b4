"""What is kept true of the rows of accounts, whoever writes them.

Source: PocketBase 0.36, hooks of records of auth collections.
"""

import dataset

from appos.errors import InvalidError
from appos.records.collections import Collections
from appos.records.fields import Problem
from appos.records.models import SUPERUSERS, Record
from appos.store.database import execute, row
from appos.store.rows import quoted
from appos.store.values import random_text

TOKEN_KEY_LENGTH = 50
# What belongs to an account and goes with it.
BELONGINGS = ("_externalAuths", "_mfas", "_otps", "_authOrigins")


def settle_account(record: Record, original: Record | None) -> Record:
    """Return an account as it is stored: a new password or address ends its tokens."""
    values = dict(record.values)
    if record.is_superuser:
        values["verified"] = True
    if original is not None and values["tokenKey"] == original.values["tokenKey"]:
        is_changed = values["email"] != original.values["email"]
        if is_changed or values["password"].hash != original.values["password"].hash:
            values["tokenKey"] = random_text(TOKEN_KEY_LENGTH)
    return Record(record.collection, values)


def check_account(db: dataset.Database, collections: Collections, record: Record) -> dict[str, Problem]:
    """Return what is wrong with the id of an account: no two accounts of whatever collections share one."""
    for other in collections.all():
        if not other.is_auth or other.id == record.collection.id:
            continue
        if row(db, f"SELECT 1 FROM {quoted(other.name)} WHERE id = :id", id=record.id):  # noqa: S608 - it is quoted
            message = "Invalid or duplicated auth record id."
            return {"id": {"code": "validation_invalid_auth_id", "message": message}}
    return {}


def keep_a_superuser(db: dataset.Database) -> None:
    """Refuse to delete the last superuser.

    Raises:
        InvalidError: `last_superuser`.
    """
    left = row(db, f"SELECT count(*) AS number FROM {SUPERUSERS}")  # noqa: S608 - a constant
    if left is not None and left["number"] < 2:
        raise InvalidError("You can't delete the only existing superuser.", code="last_superuser")


def forget_account(db: dataset.Database, record: Record) -> None:
    """Delete what belongs to an account that has been deleted."""
    for name in BELONGINGS:
        execute(
            db,
            f"DELETE FROM {name} WHERE collectionRef = :collection AND recordRef = :record",  # noqa: S608 - constants
            collection=record.collection.id,
            record=record.id,
        )
