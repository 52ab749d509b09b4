"""Addresses without the secrets in them, fit to be logged."""

import re
from urllib.parse import unquote_plus

MASK = "***"

# Parameters that are, or may be, as good as a password.
_SECRET_NAMES = re.compile(
    "token|secret|passw|pwd|key|code|state|auth|jwt|bearer|sess|sig|otp|credential|ticket|nonce",
    re.IGNORECASE,
)
# Whatever its name: a JSON Web Token, or what is as long and without order as a key.
_TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*")
_KEY = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])[\w+/=-]{24,}")


def masked(address: str) -> str:
    """Return a path with its query, secrets in both replaced by three asterisks."""
    path, mark, query = address.partition("?")
    shown = "&".join(_parameter(part) for part in query.split("&")) if query else ""
    return _TOKEN.sub(MASK, path) + mark + shown


def without_query(address: str) -> str:
    """Return an address up to its path, a token in that masked."""
    return _TOKEN.sub(MASK, re.split("[?#]", address, maxsplit=1)[0])


def _parameter(text: str) -> str:
    name, sign, value = text.partition("=")
    plain = unquote_plus(value)
    is_secret = _SECRET_NAMES.search(unquote_plus(name)) or _TOKEN.search(plain) or _KEY.fullmatch(plain)
    return f"{name}{sign}{MASK}" if value and is_secret else text
