"""Accounts, which are records of auth collections, and who is signed in."""

from functools import cached_property

import msgspec

from appos.audit.models import Actor
from appos.records.models import Collection, Record


class Account(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What every account has, whatever else the fields of its collection are."""

    id: str
    email: str
    email_visibility: bool
    verified: bool
    password: str
    token_key: str
    # "" where the collection keeps none.
    created: str = ""
    updated: str = ""

    def __repr__(self) -> str:
        return f"Account(id={self.id!r})"

    @classmethod
    def of(cls, record: Record) -> "Account":
        """Return the account that a record is."""
        values = record.values
        return cls(
            id=record.id,
            email=values["email"],
            email_visibility=values["emailVisibility"],
            verified=values["verified"],
            password=values["password"].hash,
            token_key=values["tokenKey"],
            created=str(values.get("created", "")),
            updated=str(values.get("updated", "")),
        )


class Identity(msgspec.Struct, frozen=True, dict=True):
    """Somebody who is known: an account, as a record of its collection."""

    record: Record

    @cached_property
    def account(self) -> Account:
        """The account."""
        return Account.of(self.record)

    @property
    def collection(self) -> Collection:
        """The auth collection that the account belongs to."""
        return self.record.collection

    @property
    def is_superuser(self) -> bool:
        """Whether this is a superuser, who may do everything."""
        return self.record.is_superuser

    @property
    def subject(self) -> str:
        """What the audit trail calls the account."""
        return f"{self.collection.name}:{self.account.email or self.account.id}"

    def actor(self, address: str) -> Actor:
        """Return the one who acts, for jobs and the audit trail."""
        account = self.account
        return Actor(name=account.email, id=account.id, collection=self.collection.name, address=address)


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """An identity and the token that proves it."""

    identity: Identity
    token: str

    def __repr__(self) -> str:
        return f"SignedIn(identity={self.identity!r})"
