"""The tables of auth collections, and the claim of the installation."""

from typing import Any

import dataset
import msgspec
import sqlalchemy as sa

from appos.accounts.models import Account
from appos.records.models import Collection
from appos.store.database import Row, plain_row, row
from appos.store.query import ListQuery, Page, list_page
from appos.store.values import new_id, random_text, timestamp

OWN_FIELDS = ("id", "email", "emailVisibility", "verified", "password", "tokenKey", "created", "updated")
# What lists show, sort and filter by; the hash and the token key are not among it.
LISTED_FIELDS = ("id", "email", "emailVisibility", "verified", "created", "updated")


def model(found: Row) -> Account:
    """Make an account of a row."""
    values = {name: found[name] for name in OWN_FIELDS if name in found}
    values |= {name: bool(found[name]) for name in ("emailVisibility", "verified")}
    profile = {name: value for name, value in found.items() if name not in OWN_FIELDS}
    values |= {"profile": profile, "row": found}
    return msgspec.convert({"password": "", "tokenKey": ""} | values, Account)


def find_by_id(db: dataset.Database, collection: Collection, account_id: str) -> Account | None:
    """Return an account by its id."""
    return _first(db, collection, id=account_id)


def find_by_email(db: dataset.Database, collection: Collection, email: str) -> Account | None:
    """Return an account by its e-mail address; as in PocketBase, its letters' case counts."""
    return _first(db, collection, email=email) if email else None


def _first(db: dataset.Database, collection: Collection, **values: str) -> Account | None:
    found = db[collection.name].find_one(**values)
    return None if found is None else model(plain_row(found.items()))


def insert_account(
    db: dataset.Database, collection: Collection, email: str, password_hash: str, *, verified: bool
) -> Account:
    """Insert an account and return it."""
    now = timestamp()
    values: dict[str, Any] = {
        "id": new_id(),
        "email": email,
        "password": password_hash,
        "tokenKey": random_text(50),
        "emailVisibility": False,
        "verified": verified,
        "created": now,
        "updated": now,
    }
    db[collection.name].insert(values)
    inserted = find_by_id(db, collection, values["id"])
    if inserted is None:
        raise RuntimeError("an account that has been inserted is not there")
    return inserted


def update_account(
    db: dataset.Database, collection: Collection, account_id: str, changes: dict[str, Any]
) -> bool:
    """Change columns of an account; False if there is none."""
    values = {**changes, "id": account_id, "updated": timestamp()}
    return bool(db[collection.name].update(values, ["id"], return_count=True))


def delete_account(db: dataset.Database, collection: Collection, account_id: str) -> bool:
    """Delete an account; False if there was none."""
    return db[collection.name].delete(id=account_id)


def count_accounts(db: dataset.Database, collection: Collection) -> int:
    """Return how many accounts a collection has."""
    return db[collection.name].count()


def list_accounts(db: dataset.Database, collection: Collection, query: ListQuery) -> Page[Account]:
    """Return one page of a collection's accounts, without hashes and token keys."""
    listed = sa.table(collection.name, *(sa.column(name) for name in LISTED_FIELDS))
    return list_page(db, listed, query, model, columns=tuple(listed.c), default_sort="-created")


def is_claimed(db: dataset.Database) -> bool:
    """Return whether the installation has had its first superuser."""
    return row(db, "SELECT 1 FROM _claim") is not None


def insert_claim(db: dataset.Database, account_id: str) -> None:
    """Close the claim for ever; its table takes one row, so a second claim fails here.

    Raises:
        ConflictError: at the end of the transaction or here, `not_unique`.
    """
    db["_claim"].insert({"id": 1, "claimedBy": account_id, "created": timestamp()})
