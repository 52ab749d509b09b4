"""What the requests about signing in are made of: accounts, tokens, headers and bodies."""

from collections.abc import Iterator

from tests.conformance.peers import Account, Ask

SUPERUSER = Account("_superusers", "oracle@example.com", "correct horse battery")
USER = Account("users", "user@example.com", "a user's password")
# Their passwords are set anew in the course of the tests.
CHANGING = Account("users", "changing@example.com", "before the change")
CHANGING_SUPERUSER = Account("_superusers", "changing@example.com", "before the change")
ACCOUNTS = (SUPERUSER, USER, CHANGING, CHANGING_SUPERUSER)

JSON = ("Content-Type", "application/json")
FORM = ("Content-Type", "application/x-www-form-urlencoded")
MULTIPART = ("Content-Type", "multipart/form-data; boundary=line")
ORIGIN = ("Origin", "https://example.org")

PREFIXES = ("Bearer ", "bearer ", "BEARER ", "Bearer  ", "Bearer", "Basic ")

# Tokens by name; `test_auth_oracle.py` makes them for each peer.
TOKENS = (
    "user",
    "superuser",
    "expired",
    "resetToken",
    "fileToken",
    "verificationToken",
    "strangeKey",
    "unsigned",
    "strangeId",
    "strangeCollection",
    "unrefreshable",
    "withoutExpiry",
    "withoutType",
    "withoutId",
    "withoutCollection",
    "broken",
)

Cases = Iterator[tuple[str, Ask]]


def signed(token: str) -> tuple[str, str]:
    """Return the header that carries a token."""
    return ("Authorization", token)


def multipart(**fields: str) -> str:
    """Return a form as a browser sends it with files."""
    parts = [
        f'--line\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    return "".join(parts) + "--line--\r\n"


def as_user(**changes: str) -> dict[str, object]:
    """Return the body of a sign-in as a user, with changes."""
    return {"identity": USER.email, "password": USER.password, **changes}


def form(**fields: object) -> str:
    """Return a form as a browser sends it."""
    return "&".join(f"{name}={str(value).replace(' ', '+')}" for name, value in fields.items())


def typed(value: str) -> tuple[str, str]:
    """Return the header that names the type of a body."""
    return ("Content-Type", value)
