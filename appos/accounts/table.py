"""Lists of accounts, and the claim of the installation."""

import dataset
import sqlalchemy as sa

from appos.accounts.models import Account
from appos.records.models import Collection
from appos.store.database import Row, row
from appos.store.query import ListQuery, Page, list_page
from appos.store.values import timestamp

# What lists show, sort and filter by; the hash and the token key are not among it.
LISTED_FIELDS = ("id", "email", "emailVisibility", "verified", "created", "updated")


def list_accounts(db: dataset.Database, collection: Collection, query: ListQuery) -> Page[Account]:
    """Return one page of a collection's accounts, without hashes and token keys."""
    listed = sa.table(collection.name, *(sa.column(name) for name in LISTED_FIELDS))
    return list_page(db, listed, query, _listed, columns=tuple(listed.c), default_sort="-created")


def _listed(found: Row) -> Account:
    return Account(
        id=found["id"],
        email=found["email"],
        email_visibility=bool(found["emailVisibility"]),
        verified=bool(found["verified"]),
        password="",
        token_key="",
        created=found["created"],
        updated=found["updated"],
    )


def is_claimed(db: dataset.Database) -> bool:
    """Return whether the installation has had its first superuser."""
    return row(db, "SELECT 1 FROM _claim") is not None


def insert_claim(db: dataset.Database, account_id: str) -> None:
    """Close the claim for ever; its table takes one row, so a second claim fails here.

    Raises:
        ConflictError: at the end of the transaction or here, `not_unique`.
    """
    db["_claim"].insert({"id": 1, "claimedBy": account_id, "created": timestamp()})
