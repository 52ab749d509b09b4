"""Accounts and what the outside sees of them."""

from functools import cached_property
from typing import Any

import msgspec

from appos.audit.models import Actor
from appos.records.models import Collection, Record


class Account(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One row of an auth collection."""

    id: str
    email: str
    email_visibility: bool
    verified: bool
    password: str
    token_key: str
    created: str
    updated: str
    # The fields that a collection has beyond those of every auth collection.
    profile: dict[str, Any] = msgspec.field(default_factory=dict)
    # The row that it was made of.
    row: dict[str, Any] = msgspec.field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Account(id={self.id!r})"


class Identity(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """An account together with its collection: somebody who is signed in."""

    account: Account
    collection: Collection

    @property
    def is_superuser(self) -> bool:
        """Whether this is a superuser, who may do everything."""
        return self.collection.is_superusers

    def actor(self, address: str) -> Actor:
        """Return the one who acts, for jobs and the audit trail."""
        account = self.account
        return Actor(name=account.email, id=account.id, collection=self.collection.name, address=address)

    @cached_property
    def record(self) -> Record:
        """The account as a record of its collection, as rules see it."""
        return Record.from_row(self.collection, self.account.row)

    def shown(self, *, with_email: bool = True) -> dict[str, Any]:
        """Return the account as PocketBase shows it, never with password or token key."""
        account = self.account
        record = account.profile | {
            "id": account.id,
            "collectionId": self.collection.id,
            "collectionName": self.collection.name,
            "emailVisibility": account.email_visibility,
            "verified": account.verified,
            "created": account.created,
            "updated": account.updated,
        }
        if with_email or account.email_visibility:
            record["email"] = account.email
        return dict(sorted(record.items()))


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """An identity and the token that proves it."""

    identity: Identity
    token: str

    def __repr__(self) -> str:
        return f"SignedIn(identity={self.identity!r})"
