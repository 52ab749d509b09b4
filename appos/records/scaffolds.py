"""What every new collection has: its id, its own fields, its indexes and its options.

Source: PocketBase 0.36, "Collections", "Base collection" and "Auth collection".
"""

import zlib
from collections.abc import Collection as Several
from collections.abc import Mapping, Sequence
from typing import TypeVar

from msgspec.structs import replace

from appos.records import templates
from appos.records.auth_options import AuthAlert, AuthOptions, Mfa, Otp, PasswordAuth, TokenOptions
from appos.records.fields import (
    AnyField,
    BoolField,
    EmailField,
    Field,
    PasswordField,
    TextField,
    arrange,
)
from appos.records.fields.text import DEFAULT_ID_PATTERN
from appos.records.indexes import unique_index
from appos.records.models import Collection, CollectionType
from appos.store.values import new_id, random_text

SECRET_LENGTH = 50
MOST_INDEX_NAME = 64
# What tells the indexes of nameless collections apart.
RANDOM_INDEX_NAME = 10
# How many collections may have the same generated id but for the number at its end.
MOST_NUMBERED = 1000

F = TypeVar("F", bound=Field)

ID = TextField(
    name="id",
    system=True,
    primary_key=True,
    required=True,
    min=15,
    max=15,
    pattern=DEFAULT_ID_PATTERN,
    autogenerate_pattern="[a-z0-9]{15}",
)
PASSWORD = PasswordField(name="password", system=True, hidden=True, required=True, min=8)
TOKEN_KEY = TextField(
    name="tokenKey",
    system=True,
    hidden=True,
    required=True,
    min=30,
    max=60,
    autogenerate_pattern="[a-zA-Z0-9]{50}",
)
EMAIL = EmailField(name="email", system=True, required=True)
EMAIL_VISIBILITY = BoolField(name="emailVisibility", system=True)
VERIFIED = BoolField(name="verified", system=True)


_SECRET = {"system": True, "hidden": True, "required": True}
# The fields of every account, and what must hold of each, whatever a client says.
ACCOUNT_FIELDS: tuple[tuple[AnyField, Mapping[str, bool]], ...] = (
    (PASSWORD, _SECRET),
    (TOKEN_KEY, _SECRET),
    # Who sees it, `emailVisibility` says.
    (EMAIL, {"system": True, "hidden": False}),
    (EMAIL_VISIBILITY, {"system": True}),
    (VERIFIED, {"system": True}),
)


def scaffold(kind: str, name: str) -> Collection:
    """Return a new collection to which nothing was added; of an unknown kind it is a base one."""
    known = CollectionType(kind) if kind in list(CollectionType) else CollectionType.BASE
    collection = Collection(
        id=generated_id(known, name) if name else "",
        name=name,
        type=known,
        auth=default_auth_options() if known is CollectionType.AUTH else None,
    )
    return complete(collection)


def generated_id(kind: str, name: str, taken: Several[str] = ()) -> str:
    """Return the id that a collection has by its type and name, with a number if that one is taken."""
    base = f"pbc_{zlib.crc32((kind + name).encode())}"
    numbered = (f"{base}{number}" for number in range(2, MOST_NUMBERED))
    return base if base not in taken else next((id_ for id_ in numbered if id_ not in taken), base)


def complete(collection: Collection) -> Collection:
    """Return a collection with the fields and indexes that one of its type always has."""
    if collection.type not in (CollectionType.BASE, CollectionType.AUTH):
        return collection
    fields = list(collection.fields)
    own = _found(fields, TextField, "id")
    if own is None:
        fields.insert(0, ID)
    else:
        pattern = own.pattern or DEFAULT_ID_PATTERN
        _put(
            fields,
            own,
            replace(own, system=True, required=True, primary_key=True, hidden=False, pattern=pattern),
        )
    if collection.type == CollectionType.AUTH:
        _complete_auth(fields)
    collection = replace(collection, fields=arrange(fields))
    return _with_auth_indexes(collection) if collection.type == CollectionType.AUTH else collection


def default_auth_options() -> AuthOptions:
    """Return the options of a new auth collection, with secrets of its own."""
    return AuthOptions(
        auth_rule="",
        auth_alert=AuthAlert(enabled=True, email_template=templates.AUTH_ALERT),
        password_auth=PasswordAuth(enabled=True, identity_fields=("email",)),
        mfa=Mfa(duration=1800),
        otp=Otp(duration=180, length=8, email_template=templates.OTP),
        auth_token=_token(604_800),
        password_reset_token=_token(1800),
        email_change_token=_token(1800),
        verification_token=_token(259_200),
        file_token=_token(180),
        verification_template=templates.VERIFICATION,
        reset_password_template=templates.RESET_PASSWORD,
        confirm_email_change_template=templates.CONFIRM_EMAIL_CHANGE,
    )


def new_secret() -> str:
    """Return a new half of a signing key."""
    return random_text(SECRET_LENGTH)


def _token(seconds: int) -> TokenOptions:
    return TokenOptions(secret=new_secret(), duration=seconds)


def _found(fields: Sequence[Field], kind: type[F], name: str) -> F | None:
    field = next((field for field in fields if field.name == name), None)
    return field if isinstance(field, kind) else None


def _put(fields: list[AnyField], old: AnyField, new: AnyField) -> None:
    fields[fields.index(old)] = new


def _complete_auth(fields: list[AnyField]) -> None:
    """Add the fields of accounts, and set again what must hold of those that are there."""
    for default, must in ACCOUNT_FIELDS:
        found = _found(fields, type(default), default.name)
        if found is None:
            # A field of its name but of another type gives way.
            fields[:] = arrange([*fields, default])
        else:
            _put(fields, found, replace(found, **must))


def _with_auth_indexes(collection: Collection) -> Collection:
    indexes = list(collection.indexes)
    owner = collection.id or collection.name or new_id()[:RANDOM_INDEX_NAME]
    for field, condition in (("tokenKey", ""), ("email", " WHERE `email` != ''")):
        if unique_index(indexes, field) is None:
            name = f"idx_{field}_{owner}"[:MOST_INDEX_NAME]
            indexes.append(f"CREATE UNIQUE INDEX `{name}` ON `{collection.name}` (`{field}`){condition}")
    return replace(collection, indexes=tuple(indexes))
