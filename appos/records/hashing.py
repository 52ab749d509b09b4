"""Hashes of passwords, as PocketBase makes them."""

import bcrypt

from appos.store.offload import offload

# Go's bcrypt.DefaultCost. Source: PocketBase 0.36, the password field.
DEFAULT_COST = 10
LEAST_COST = 4
MOST_COST = 31
# bcrypt reads no more of a password.
MOST_BYTES = 72


def hash_password(password: str, cost: int = DEFAULT_COST) -> str:
    """Return the bcrypt hash of a password of at most 72 bytes; runs off the event loop."""
    return offload(lambda: bcrypt.hashpw(password.encode(), bcrypt.gensalt(cost)).decode())


def check_password(password: str, password_hash: str) -> bool:
    """Compare a password with a bcrypt hash; runs off the event loop."""
    given = password.encode()
    is_equal = offload(lambda: bcrypt.checkpw(given[:MOST_BYTES], password_hash.encode()))
    return is_equal and len(given) <= MOST_BYTES
