"""The verbs of accounts: sign in, prove who one is, create, change, delete."""

import re
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, NamedTuple

from appos.accounts import table, tokens
from appos.accounts.limiter import FailureLimiter
from appos.accounts.models import Account, Identity, SignedIn
from appos.accounts.passwords import check_password, hash_password
from appos.audit.models import Actor, Result, stranger
from appos.audit.service import Audit
from appos.errors import FieldErrors, ForbiddenError, InvalidError, NotFoundError
from appos.records.auth_options import TokenKind
from appos.records.collections import Collections
from appos.records.fields import Password, PasswordField
from appos.records.indexes import unique_index
from appos.records.models import Collection, RequestInfo
from appos.records.service import Records
from appos.records.table import delete_parameter
from appos.store.database import Database
from appos.store.query import ListQuery, Page

FAILED = "Failed to authenticate."
NOT_ADMITTED = "The request doesn't satisfy the collection requirements to authenticate."
METHOD_OFF = "The collection is not configured to allow password authentication."
# What `@request.context` is while somebody signs in with a password. Source: PocketBase 0.36.
PASSWORD_CONTEXT = RequestInfo(context="password")

# An e-mail address as PocketBase takes it, but without quoted users and empty parts of the host.
_WIDE = "\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef"
_ATOM = rf"[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~{_WIDE}-]+"
_LABEL = rf"[A-Za-z0-9{_WIDE}](?:[A-Za-z0-9_~{_WIDE}-]*[A-Za-z0-9{_WIDE}])?"
_TOP = rf"[A-Za-z{_WIDE}](?:[A-Za-z0-9_~{_WIDE}-]*[A-Za-z{_WIDE}])?"
ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_TOP}\.?")

CLAIM_TOKEN = "claimToken"  # noqa: S105 - the name of a parameter


# How many tokens are known to be good, each only as long as nobody has changed the database.
MOST_PROOFS = 2_000


class _Proof(NamedTuple):
    identity: Identity
    # The state of the database that it holds for, and when the token expires, in seconds since 1970.
    stamp: int
    expires: float


class Accounts:
    """The accounts of every auth collection."""

    def __init__(self, database: Database, collections: Collections, records: Records, audit: Audit) -> None:
        self._database = database
        self._collections = collections
        self._records = records
        self._audit = audit
        self._limiter = FailureLimiter()
        # The tokens that proved somebody last.
        self._proofs: OrderedDict[str, _Proof] = OrderedDict()

    def sign_in(
        self,
        collection: Collection,
        name: str,
        password: str,
        address: str,
        *,
        field: str = "",
        info: Callable[[], RequestInfo] = lambda: PASSWORD_CONTEXT,
        action: str = "account.sign_in",
    ) -> SignedIn:
        """Sign in with a password; an unknown account answers like a wrong password, and as late.

        `name` is looked for in the identity `field`, or in all of the collection's. `info` says what rules
        may know of the request, and is asked once the password has proved to be right.

        Raises:
            ForbiddenError: the collection takes no passwords, or its auth rule does not admit the account.
            InvalidError: `sign_in_failed`.
            TooManyRequestsError: after 20 failures in a minute.
        """
        self.require_passwords(collection)
        key = f"{collection.id}:{name.lower()[:255]}"
        self._limiter.check(key, address)
        identity = self._named(collection, name, field)
        is_right = check_password(password, identity.account.password if identity else None)
        # Asked again: of many attempts at once, those that come after the last allowed failure learn nothing.
        self._limiter.check(key, address)
        if not is_right or identity is None:
            self._limiter.failed(key, address)
            subject = f"{collection.name}:{name}"[:300]
            self._audit.record(stranger(address), action, subject, result=Result.FAILURE)
            raise InvalidError(FAILED, code="sign_in_failed")
        self.require_admitted(identity, info())
        self._audit.record(identity.actor(address), action, identity.actor(address).label)
        return self.signed_in(identity)

    @staticmethod
    def require_passwords(collection: Collection) -> None:
        """Refuse a collection that takes no passwords.

        Raises:
            ForbiddenError: `passwords_off`.
        """
        if not collection.auth_options.password_auth.enabled:
            raise ForbiddenError(METHOD_OFF, code="passwords_off")

    def _named(self, collection: Collection, name: str, field: str) -> Identity | None:
        """Return the account with this name; as in PocketBase, what looks like an address is one first."""
        names = collection.auth_options.password_auth.identity_fields
        is_address = ADDRESS.fullmatch(name) is not None
        asked = [field] if field else sorted(names, key=lambda it: it != "email")
        for each in asked:
            if each in names and (field or is_address or each != "email"):
                found = self._find_by(collection, each, name)
                if found is not None:
                    return found
        return None

    def _find_by(self, collection: Collection, field: str, value: str) -> Identity | None:
        index = unique_index(collection.indexes, field)
        if index is None or not value:
            return None
        ignores_case = index.columns[0].collate.upper() == "NOCASE"
        record = self._records.find_by(collection, field, value, ignores_case=ignores_case)
        return Identity(record) if record else None

    def require_admitted(self, identity: Identity, info: RequestInfo) -> None:
        """Refuse an account that its collection's auth rule does not admit.

        Raises:
            ForbiddenError: `not_admitted`.
        """
        rule = identity.collection.auth_options.auth_rule
        if not self._records.visible(identity.collection, identity.account.id, rule, info):
            raise ForbiddenError(NOT_ADMITTED, code="not_admitted")

    def signed_in(self, identity: Identity) -> SignedIn:
        """Return an identity with a new token."""
        token = tokens.sign(identity.account, identity.collection, TokenKind.AUTH, refreshable=True)
        return SignedIn(identity=identity, token=token)

    def impersonate(self, identity: Identity, seconds: int, actor: Actor) -> SignedIn:
        """Return an identity with a token that cannot be refreshed, for `seconds` (0: as long as any)."""
        lasting = seconds or identity.collection.auth_options.auth_token.duration
        token = tokens.sign(
            identity.account, identity.collection, TokenKind.AUTH, seconds=lasting, refreshable=False
        )
        self._audit.record(actor, "account.impersonate", identity.subject)
        return SignedIn(identity=identity, token=token)

    def identify(self, token: str) -> Identity | None:
        """Return who a token proves to be; None for a token that proves nothing."""
        if not token:
            return None
        stamp, now = self._database.stamp(), time.time()
        known = self._proofs.get(token)
        if known is not None and known.stamp == stamp and now < known.expires:
            return known.identity
        identity = self.proven(token, TokenKind.AUTH)
        if identity is None:
            self._proofs.pop(token, None)
            return None
        expires = tokens.expires_at(tokens.read_unverified(token))
        self._proofs[token] = _Proof(identity, stamp, expires)
        if len(self._proofs) > MOST_PROOFS:
            self._proofs.popitem(last=False)
        return identity

    def identify_for_file(self, token: str) -> Identity | None:
        """Return who a token for protected files proves to be."""
        return self.proven(token, TokenKind.FILE) if token else None

    def proven(self, token: str, kind: TokenKind) -> Identity | None:
        """Return whose token of a kind this is; None for a token that proves nothing."""
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
        """Return an account by its id."""
        record = self._records.find(collection, account_id)
        return Identity(record) if record else None

    def find_by_email(self, collection: Collection, email: str) -> Identity | None:
        """Return an account by its e-mail address; whether letters' case counts, its index says."""
        return self._find_by(collection, "email", email)

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
            InvalidError: `validation_failed`, with what is wrong with e-mail or password; `not_unique`.
        """
        refuse({**email_problems(email), **password_problems(collection, password)})
        return self.insert(collection, email, hash_for(collection, password), actor)

    def insert(self, collection: Collection, email: str, password_hash: str, actor: Actor) -> Account:
        """Create an account from what has been checked; the first superuser closes the claim.

        Raises:
            InvalidError: `not_unique`.
        """
        values = {"email": email, "password": Password(hash=password_hash)}
        with self._database.transaction() as db:
            record = self._records.writer.insert(collection, values, actor)
            if collection.is_superusers and not table.is_claimed(db):
                table.insert_claim(db, record.id)
                delete_parameter(db, CLAIM_TOKEN)
        return Account.of(record)

    def change(self, identity: Identity, changes: dict[str, Any], actor: Actor) -> None:
        """Change e-mail, emailVisibility, verified, password or profile fields of an account.

        A new password or address ends every token and session of the account.

        Raises:
            InvalidError: what the fields of its collection refuse, or `not_unique`.
            NotFoundError: `not_found` if it was deleted meanwhile.
        """
        if "password" in changes:
            changes = changes | {"password": Password(plain=changes["password"])}
        self._records.writer.change(identity.record, changes, actor)

    def delete(self, identity: Identity, actor: Actor) -> None:
        """Delete an account.

        Raises:
            InvalidError: `last_superuser`.
            NotFoundError: `not_found` if it was deleted meanwhile.
        """
        self._records.deleter.remove(identity.record, actor)


def email_problems(email: str) -> FieldErrors:
    """Return what is wrong with an e-mail address, as field errors in PocketBase's codes."""
    if not email:
        return {"email": {"code": "validation_required", "message": "Cannot be blank."}}
    if not ADDRESS.fullmatch(email) or len(email.encode()) > 255:
        return {"email": {"code": "validation_is_email", "message": "Must be a valid email address."}}
    return {}


def password_problems(collection: Collection, password: str) -> FieldErrors:
    """Return what the password field of an auth collection refuses, in PocketBase's codes."""
    field = _password_field(collection)
    wrong = field.check_password(Password(plain=password))
    return {field.name: wrong} if wrong else {}


def hash_for(collection: Collection, password: str) -> str:
    """Return the hash of a password as the collection's password field makes it; off the event loop."""
    return hash_password(password, _password_field(collection).cost)


def _password_field(collection: Collection) -> PasswordField:
    return next(field for field in collection.fields if isinstance(field, PasswordField))


def refuse(problems: FieldErrors) -> None:
    """Raise if anything is wrong with the values of a form.

    Raises:
        InvalidError: `validation_failed`, with the problems in its fields.
    """
    if problems:
        raise InvalidError(
            "An error occurred while validating the submitted data.",
            code="validation_failed",
            fields=problems,
        )
