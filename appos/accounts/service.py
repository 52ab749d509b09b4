"""The verbs of accounts: sign in, prove who one is, create, change, delete."""

import re
from typing import Any

import dataset
import msgspec

from appos.accounts import table, tokens
from appos.accounts.limiter import FailureLimiter
from appos.accounts.models import Account, Identity, SignedIn
from appos.accounts.passwords import check_password, hash_password
from appos.audit.models import Actor, Result, stranger
from appos.audit.service import Audit
from appos.errors import ConflictError, FieldErrors, InvalidError, NotFoundError
from appos.records.auth_options import TokenKind
from appos.records.models import SUPERUSERS, Collection
from appos.records.collections import Collections
from appos.records.table import delete_parameter
from appos.store.database import Database
from appos.store.query import ListQuery, Page
from appos.store.values import random_text

FAILED = "Failed to authenticate."

# An e-mail address as PocketBase takes it, but without quoted users and empty parts of the host.
_WIDE = "\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef"
_ATOM = rf"[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~{_WIDE}-]+"
_LABEL = rf"[A-Za-z0-9{_WIDE}](?:[A-Za-z0-9_~{_WIDE}-]*[A-Za-z0-9{_WIDE}])?"
_TOP = rf"[A-Za-z{_WIDE}](?:[A-Za-z0-9_~{_WIDE}-]*[A-Za-z{_WIDE}])?"
ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_TOP}\.?")

CLAIM_TOKEN = "claimToken"  # noqa: S105 - the name of a parameter


class Accounts:
    """The accounts of every auth collection."""

    def __init__(self, database: Database, collections: Collections, audit: Audit) -> None:
        self._database = database
        self._collections = collections
        self._audit = audit
        self._limiter = FailureLimiter()

    def sign_in(
        self,
        collection: Collection,
        email: str,
        password: str,
        address: str,
        *,
        action: str = "account.sign_in",
    ) -> SignedIn:
        """Sign in with a password; an unknown account answers like a wrong password, and as late.

        Raises:
            InvalidError: `sign_in_failed`.
            TooManyRequestsError: after 20 failures in a minute.
        """
        key = f"{collection.id}:{email.lower()[:255]}"
        self._limiter.check(key, address)
        with self._database.read() as db:
            account = table.find_by_email(db, collection, email)
        is_right = check_password(password, account.password if account else None)
        # Asked again: of many attempts at once, those that come after the last allowed failure learn nothing.
        self._limiter.check(key, address)
        if not is_right or account is None:
            self._limiter.failed(key, address)
            self._audit.record(
                stranger(address), action, f"{collection.name}:{email}"[:300], result=Result.FAILURE
            )
            raise InvalidError(FAILED, code="sign_in_failed")
        identity = Identity(account=account, collection=collection)
        self._audit.record(identity.actor(address), action, identity.actor(address).label)
        return self.signed_in(identity)

    def signed_in(self, identity: Identity) -> SignedIn:
        """Return an identity with a new token."""
        token = tokens.sign(identity.account, identity.collection, TokenKind.AUTH, refreshable=True)
        return SignedIn(identity=identity, token=token)

    def identify(self, token: str) -> Identity | None:
        """Return who a token proves to be; None for a token that proves nothing."""
        return self._proven(token, TokenKind.AUTH) if token else None

    def identify_for_reset(self, token: str) -> Identity | None:
        """Return whose password a token may set anew."""
        identity = self._proven(token, TokenKind.PASSWORD_RESET)
        if identity and tokens.read_unverified(token).get("email") != identity.account.email:
            return None
        return identity

    def _proven(self, token: str, kind: TokenKind) -> Identity | None:
        claims = tokens.read_unverified(token)
        if claims.get("type") != kind.value:
            return None
        try:
            collection = self._collections.auth(str(claims.get("collectionId", "")))
        except NotFoundError:
            return None
        identity = self.find(collection, str(claims.get("id", "")))
        if identity is None or not tokens.is_valid(token, identity.account, collection, kind):
            return None
        return identity

    def refresh(self, identity: Identity, token: str) -> SignedIn:
        """Return a new token; one that is not refreshable is returned as it is."""
        if not tokens.read_unverified(token).get("refreshable"):
            return SignedIn(identity=identity, token=token)
        return self.signed_in(identity)

    def find(self, collection: Collection, account_id: str) -> Identity | None:
        """Return an account by its id, with its collection."""
        with self._database.read() as db:
            account = table.find_by_id(db, collection, account_id)
        return Identity(account=account, collection=collection) if account else None

    def find_by_email(self, collection: Collection, email: str) -> Identity | None:
        """Return an account by its e-mail address, with its collection."""
        with self._database.read() as db:
            account = table.find_by_email(db, collection, email)
        return Identity(account=account, collection=collection) if account else None

    def page(self, collection: Collection, query: ListQuery) -> Page[Account]:
        """Return one page of a collection's accounts, without hashes.

        Raises:
            InvalidError: `invalid_filter` or `unknown_field`.
        """
        with self._database.read() as db:
            return table.list_accounts(db, collection, query)

    def create(self, collection: Collection, email: str, password: str, actor: Actor) -> Account:
        """Create an account.

        Raises:
            InvalidError: `validation_failed`, with what is wrong with e-mail or password.
            ConflictError: `not_unique`.
        """
        _refuse({**email_problems(email), **password_problems(password)})
        password_hash = hash_password(password)
        with self._database.transaction() as db:
            return self.insert(db, collection, email, password_hash, actor)

    def insert(
        self, db: dataset.Database, collection: Collection, email: str, password_hash: str, actor: Actor
    ) -> Account:
        """Create an account within a transaction, from what has been checked; superusers close the claim.

        Raises:
            ConflictError: `not_unique`.
        """
        account = table.insert_account(
            db, collection, email, password_hash, verified=collection.is_superusers
        )
        if collection.is_superusers and not table.is_claimed(db):
            table.insert_claim(db, account.id)
            delete_parameter(db, CLAIM_TOKEN)
        self._audit.record(actor, "account.create", f"{collection.name}:{email}", db=db)
        return account

    def change(self, identity: Identity, changes: dict[str, Any], actor: Actor) -> None:
        """Change e-mail, emailVisibility, verified, password or profile fields of an account.

        A new password ends every token and session of the account.

        Raises:
            InvalidError: `validation_failed`.
            ConflictError: `not_unique`.
            NotFoundError: `not_found` if it was deleted meanwhile.
        """
        problems: dict[str, Any] = {}
        if "email" in changes:
            problems |= email_problems(changes["email"])
        if "password" in changes:
            problems |= password_problems(changes["password"])
        _refuse(problems)
        names = sorted(changes)
        if "password" in changes:
            changes = changes | {"password": hash_password(changes["password"]), "tokenKey": random_text(50)}
        collection = identity.collection
        with self._database.transaction() as db:
            if not table.update_account(db, collection, identity.account.id, changes):
                raise NotFoundError("The requested resource wasn't found.")
            subject = f"{collection.name}:{identity.account.email}"
            self._audit.record(actor, "account.update", subject, detail=", ".join(names), db=db)

    def delete(self, identity: Identity, actor: Actor) -> None:
        """Delete an account.

        Raises:
            ConflictError: `last_superuser`.
            NotFoundError: `not_found` if it was deleted meanwhile.
        """
        collection = identity.collection
        with self._database.transaction() as db:
            if collection.name == SUPERUSERS and table.count_accounts(db, collection) < 2:
                raise ConflictError(
                    "You can't delete the only existing superuser; create another one first.",
                    code="last_superuser",
                )
            if not table.delete_account(db, collection, identity.account.id):
                raise NotFoundError("The requested resource wasn't found.")
            self._audit.record(actor, "account.delete", f"{collection.name}:{identity.account.email}", db=db)


def email_problems(email: str) -> FieldErrors:
    """Return what is wrong with an e-mail address, as field errors in PocketBase's codes."""
    if not email:
        return {"email": {"code": "validation_required", "message": "Cannot be blank."}}
    if not ADDRESS.fullmatch(email) or len(email.encode()) > 255:
        return {"email": {"code": "validation_is_email", "message": "Must be a valid email address."}}
    return {}


def password_problems(password: str) -> FieldErrors:
    """Return what the password field of an auth collection refuses, in PocketBase's codes."""
    if not password:
        return {"password": {"code": "validation_required", "message": "Cannot be blank."}}
    if len(password.encode()) > 72:
        return {"password": {"code": "validation_invalid_value", "message": "Invalid value."}}
    if len(password) < 8:
        problem = {"code": "validation_min_text_constraint", "message": "Must be at least 8 character(s)."}
        return {"password": problem}
    if len(password) > 71:
        problem = {"code": "validation_max_text_constraint", "message": "Must be less than 71 character(s)."}
        return {"password": problem}
    return {}


def _refuse(problems: FieldErrors) -> None:
    if problems:
        raise InvalidError(
            "An error occurred while validating the submitted data.",
            code="validation_failed",
            fields=problems,
        )


def without_secrets(account: Account) -> Account:
    """Return an account that can be shown."""
    return msgspec.structs.replace(account, password="", token_key="")
