"""What scenarios of accounts are made of: auth collections, and tokens that are signed without a server.

A superuser may choose the secrets of a collection, the ids of its records and their token keys. So a token
can be signed before there is a server: its key is the record's `tokenKey` and the collection's secret.
"""

from typing import Any, Final

import jwt

from tests.conformance.scenarios.steps import STRANGER, Step, ask, create, made

PASSWORD: Final = "a long password"
NEW_PASSWORD: Final = "another password"
TOKEN_KEY: Final = "k" * 40
SECRET: Final = "s" * 40
NEVER: Final = 4_102_444_800
PAST: Final = 1_000_000_000
KINDS: Final = ("authToken", "passwordResetToken", "emailChangeToken", "verificationToken", "fileToken")


def accounts(*fields: Any, name: str = "{c}", **options: Any) -> Step:
    """Create an auth collection whose id is its name and whose secrets are known."""
    secrets: dict[str, Any] = {kind: {"secret": f"{kind}{SECRET}", "duration": 600} for kind in KINDS}
    alert = {"enabled": False}
    return made(*fields, name=name, id=f"id_{name}", type="auth", authAlert=alert, **secrets, **options)


def account(record: str, email: str = "a@{c}.com", **values: Any) -> Step:
    """Create an account with an id of 15 characters, a known token key and the usual password."""
    into = values.pop("into", "{c}")
    body = {"id": record, "email": email, "password": PASSWORD, "passwordConfirm": PASSWORD}
    return create({**body, "tokenKey": TOKEN_KEY + record, **values}, into=into)


def token(collection: str, record: str, kind: str, *, key: str = "", **claims: Any) -> str:
    """Sign a token of a kind (`auth`, `verification`, …) of an account.

    The collection is called by the name that stands in place of `{c}`. A claim that is None is left out.
    """
    payload = {"id": record, "collectionId": f"id_{collection}", "type": kind, "exp": NEVER} | claims
    kept = {name: value for name, value in payload.items() if value is not None}
    return jwt.encode(kept, key or f"{TOKEN_KEY}{record}{kind}Token{SECRET}", "HS256")


def auth_token(collection: str, record: str, **claims: Any) -> dict[str, str]:
    """Return the header with the token of an account."""
    return {"Authorization": token(collection, record, "auth", **({"refreshable": True} | claims))}


def post(action: str, body: Any, *, of: str = "{c}", who: str = STRANGER, **rest: Any) -> Step:
    """Ask for one of the actions of an auth collection."""
    return ask("POST", f"/api/collections/{of}/{action}", body, who=who, **rest)


def sign_in(identity: Any = "a@{c}.com", password: Any = PASSWORD, /, **rest: Any) -> Step:
    """Sign in; `more` are other parts of the body."""
    more = rest.pop("more", {})
    return post("auth-with-password", {"identity": identity, "password": password, **more}, **rest)
