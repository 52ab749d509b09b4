"""Ids and dates as PocketBase writes them."""

import secrets
import string
from datetime import UTC, datetime

_ID_ALPHABET = string.ascii_lowercase + string.digits
_TOKEN_ALPHABET = string.ascii_letters + string.digits


def new_id() -> str:
    """Return a random id of 15 characters `[a-z0-9]`."""
    return "".join(secrets.choice(_ID_ALPHABET) for _ in range(15))


def random_text(length: int) -> str:
    """Return `length` random letters and digits, fit for keys."""
    return "".join(secrets.choice(_TOKEN_ALPHABET) for _ in range(length))


def timestamp(when: datetime | None = None) -> str:
    """Return a moment (default: now) in UTC as `2006-01-02 15:04:05.000Z`."""
    moment = (when or datetime.now(UTC)).astimezone(UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def moment(text: str) -> datetime:
    """Return the moment that a `timestamp` names."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S.%fZ").replace(tzinfo=UTC)
