"""Ids and dates as PocketBase writes them."""

import secrets
import string
from datetime import UTC, datetime

_ID_ALPHABET = string.ascii_lowercase + string.digits
_TOKEN_ALPHABET = string.ascii_letters + string.digits


def new_id() -> str:
    """Return a random id of 15 characters `[a-z0-9]`."""
    return _random(_ID_ALPHABET, 15)


def random_text(length: int) -> str:
    """Return `length` random letters and digits, fit for keys."""
    return _random(_TOKEN_ALPHABET, length)


def _random(alphabet: str, length: int) -> str:
    """Return random characters, each as likely as any other: bytes that would favour some are left out."""
    size = len(alphabet)
    usable = 256 - 256 % size
    text = ""
    while len(text) < length:
        text += "".join(alphabet[byte % size] for byte in secrets.token_bytes(2 * length) if byte < usable)
    return text[:length]


def timestamp(when: datetime | None = None) -> str:
    """Return a moment (default: now) in UTC as `2006-01-02 15:04:05.000Z`."""
    moment = (when or datetime.now(UTC)).astimezone(UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def moment(text: str) -> datetime:
    """Return the moment that a `timestamp` names."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S.%fZ").replace(tzinfo=UTC)
