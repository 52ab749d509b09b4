"""Tokens, in PocketBase's format: HS256, signed with the account's key and the collection's secret."""

import math
import time
from collections.abc import Mapping
from typing import Any

import jwt

from appos.accounts.models import Account
from appos.records.auth_options import TokenKind
from appos.records.models import Collection

ALGORITHM = "HS256"
# PyJWT knows no token that never expires; for whom and of whom a token is counts as little as in PocketBase.
_OPTIONS: Any = {
    "require": ["id", "type"],
    "verify_exp": False,
    **dict.fromkeys(("verify_aud", "verify_sub", "verify_jti"), False),
}


def sign(
    account: Account, collection: Collection, kind: TokenKind, *, seconds: int | None = None, **claims: Any
) -> str:
    """Return a token for an account, for `seconds` or as long as the collection lets one live.

    It dies when the account's token key changes.
    """
    options = collection.auth_options.token(kind)
    payload = {
        "id": account.id,
        "type": kind.value,
        "collectionId": collection.id,
        "exp": int(time.time()) + (options.duration if seconds is None else seconds),
        **claims,
    }
    return jwt.encode(payload, account.token_key + options.secret, ALGORITHM)


def read_unverified(token: str) -> dict[str, Any]:
    """Return what a token claims, without any proof; {} if it is no token. Tells where the key to it is."""
    if len(token) > 4096:
        return {}
    try:
        claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError):
        return {}
    return claims


def expires_at(claims: Mapping[str, Any]) -> float:
    """Return when a token with these claims expires, in seconds since 1970; one that does not say never does.

    Source: PocketBase 0.36, whose server makes no such token, but takes one that was signed with its secrets.
    """
    expires = claims.get("exp")
    if expires is None:
        return math.inf
    is_number = isinstance(expires, int | float) and not isinstance(expires, bool)
    return (expires or math.inf) if is_number else -math.inf


def is_valid(token: str, account: Account, collection: Collection, kind: TokenKind) -> bool:
    """Whether a token of this kind was signed for this account and has not expired."""
    key = account.token_key + collection.auth_options.token(kind).secret
    try:
        claims = jwt.decode(token, key, algorithms=[ALGORITHM], options=_OPTIONS)
    except (jwt.PyJWTError, ValueError):
        return False
    return bool(
        time.time() < expires_at(claims)
        and claims["type"] == kind.value
        and claims["id"] == account.id
        and claims.get("collectionId") == collection.id
    )
