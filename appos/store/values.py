"""Ids and dates as PocketBase writes them."""

import secrets
import string
import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache

_ID_ALPHABET = string.ascii_lowercase + string.digits
_TOKEN_ALPHABET = string.ascii_letters + string.digits
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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
    # In whole microseconds, for a float may fall short of the one that it was made of.
    seconds, microseconds = divmod(time.time_ns() // 1000 if when is None else _microseconds(when), 1_000_000)
    return f"{_second(seconds)}.{microseconds // 1000:03d}Z"


def _microseconds(when: datetime) -> int:
    return (when.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1)


# Many are asked for within one second.
@lru_cache(maxsize=4)
def _second(seconds: int) -> str:
    return f"{_EPOCH + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S}"


def moment(text: str) -> datetime:
    """Return the moment that a `timestamp` names."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S.%fZ").replace(tzinfo=UTC)
