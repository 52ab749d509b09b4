"""Password hashes, as PocketBase makes them, and which passwords AppOS refuses for superusers."""

import re
import string
from itertools import pairwise

from appos.errors import InvalidError
from appos.records import hashing

# bcrypt reads 72 bytes; PocketBase therefore takes at most 71 characters.
MOST_BYTES = 71
COST = hashing.DEFAULT_COST
LEAST_CHARACTERS = 10
LEAST_DISTINCT = 5

# Compared with when there is no account, so that the answer takes as long as for a wrong password.
_NOBODY = b"$2b$10$ELhhUeYyANyJ39zEuhDkB.v2.5EebIW8KdC7HbTsJOHxkSftinzjm"

# Words that well-known passwords are made of, in lower case, with digits and signs taken out or read as
# letters.
_WELL_KNOWN = frozenset(
    """
    abc abcd abcdef access account adm admin administrator appos asdf asdfgh asdfghjkl baseball batman captain
    change changeit changeme changethis charlie cisco coolify computer default demo docker dokku dokploy
    dragon
    easy enter example football foobar freedom god guest hello hunter iloveyou iloveu internet jordan killer
    letmein
    login love manager master me michael monkey mustang my mysql new ninja nopass nopassword oracle owner p
    pass
    passwd password passw passphrase please pocketbase portainer postgres princess pw qazwsx qwe qwer qwert
    qwerty
    qwertz qwertyuiop root samsung sec secret secure server shadow solo starwars sunshine super superadmin
    superman
    superuser sysadmin system temp temporary test tester testing the this toor trustno trustnoone user
    username welcome whatever x xxx you your zaq zxcvbn zxcvbnm
    """.split()  # noqa: SIM905
)
_LEET = str.maketrans("013457@$!", "oleastasi")


def hash_password(password: str, cost: int = 0) -> str:
    """Return the bcrypt hash of a password, of the usual cost for 0; runs off the event loop.

    Source: PocketBase's password field (bcrypt, cost 10).
    """
    return hashing.hash_password(password, cost or COST)


def check_password(password: str, password_hash: str | None) -> bool:
    """Compare a password with a hash, in the same time when there is none; runs off the event loop."""
    is_equal = hashing.check_password(password, password_hash or _NOBODY.decode())
    return is_equal and bool(password_hash)


def refuse_weak(password: str, email: str = "") -> None:
    """Refuse a password that is short, long, monotonous or well known.

    Raises:
        InvalidError: `weak_password`, and what is wrong with it, never the password.
    """
    problem = _weakness(password, email)
    if problem:
        raise InvalidError(
            f"Choose another password: {problem}.",
            code="weak_password",
            fields={"password": {"code": "weak_password", "message": f"{problem.capitalize()}."}},
        )


def _weakness(password: str, email: str) -> str:
    if len(password) < LEAST_CHARACTERS:
        return f"it needs at least {LEAST_CHARACTERS} characters"
    if len(password.encode()) > MOST_BYTES:
        return f"it may have at most {MOST_BYTES} bytes"
    if "\x00" in password:
        return "it may not hold a NUL character"
    if len(set(password.lower())) < LEAST_DISTINCT:
        return f"it needs at least {LEAST_DISTINCT} different characters"
    if _is_sequence(password):
        return "it is a sequence of neighbours"
    if _is_well_known(password, email):
        return "it is well known or easy to guess"
    return ""


def _is_sequence(password: str) -> bool:
    """Whether most neighbours are neighbours in the alphabet, the digits or on the keyboard."""
    rows = [string.ascii_lowercase, "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qazwsxedcrfvtgbyhn"]
    steps = {pair for row in rows for pair in pairwise(row)}
    steps |= {(second, first) for first, second in steps}
    pairs = list(pairwise(password.lower()))
    return sum(pair in steps or pair[0] == pair[1] for pair in pairs) >= 0.75 * len(pairs)


def _is_well_known(password: str, email: str) -> bool:
    """Whether nothing is left of the password once well-known words, digits and signs are gone."""
    own = {part for part in re.split(r"[^a-z]+", email.lower()) if len(part) > 2}
    words = sorted(_WELL_KNOWN | own, key=len, reverse=True)
    lower = password.lower()
    bare = lower.strip(string.digits + string.punctuation)
    readings = [
        # Letters beyond ASCII stay: no word of the list has any.
        re.sub(r"[\x00-\x60\x7b-\x7f]", " ", text)
        for text in (lower, lower.translate(_LEET), bare.translate(_LEET))
    ]
    return any(all(_is_made_of(part, words) for part in reading.split()) for reading in readings)


def _is_made_of(text: str, words: list[str]) -> bool:
    """Whether a text is words put one behind the other."""
    reachable = {0}
    for start in range(len(text)):
        if start in reachable:
            reachable |= {start + len(word) for word in words if text.startswith(word, start)}
    return len(text) in reachable
