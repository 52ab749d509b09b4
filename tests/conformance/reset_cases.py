"""Requests for a new password, and confirmations that set none."""

import json

from tests.conformance.auth_parts import (
    FORM,
    JSON,
    MULTIPART,
    ORIGIN,
    SUPERUSER,
    TOKENS,
    USER,
    Cases,
    form,
    multipart,
    signed,
)
from tests.conformance.peers import Ask

# Bodies of requests for a reset mail.
REQUESTS: dict[str, object] = {
    "nothing": {},
    "blank": {"email": ""},
    "spaces": {"email": "   "},
    "null": {"email": None},
    "a number": {"email": 1},
    "a list": {"email": []},
    "no address": {"email": "x"},
    "no host": {"email": "x@"},
    "no user": {"email": "@example.com"},
    "two at signs": {"email": "x@y@example.com"},
    "a space": {"email": "x y@example.com"},
    "no dot": {"email": "x@localhost"},
    "a dot at the end": {"email": "x@example."},
    "two dots": {"email": "x..y@example.com"},
    "two dots in the host": {"email": "x@example..com"},
    "a dot first": {"email": ".x@example.com"},
    "a hyphen first": {"email": "x@-example.com"},
    "a plus": {"email": "x+y@example.com"},
    "an umlaut": {"email": "ü@example.com"},
    "an umlaut in the host": {"email": "x@exämple.com"},
    "an IP address": {"email": "x@127.0.0.1"},
    "an IP address in brackets": {"email": "x@[127.0.0.1]"},
    "a quoted user": {"email": '"x y"@example.com'},
    "a name": {"email": "X <x@example.com>"},
    "a comma": {"email": "x@example.com,y@example.com"},
    "a line break": {"email": "x@example.com\nBcc: y@example.com"},
    "a NUL": {"email": "x\0@example.com"},
    "spaces around": {"email": " user@example.com "},
    "a long address": {"email": f"{'x' * 243}@example.com"},
    "255 characters": {"email": f"{'x' * 60}@{'y.' * 95}com"},
    "a very long address": {"email": f"{'x' * 60}@{'y.' * 150}com"},
    "a user of 65": {"email": f"{'x' * 65}@example.com"},
    "unknown": {"email": "unknown@example.com"},
    "known in another case": {"email": USER.email.upper()},
    "extra fields": {"email": "unknown@example.com", "other": 1},
}


def reset_requests() -> Cases:
    """Asking for a mail with a reset link."""
    for collection in ("users", "_superusers"):
        path = f"/api/collections/{collection}/request-password-reset"
        known = {"email": USER.email if collection == "users" else SUPERUSER.email}
        bodies = REQUESTS | {"known": known, "known, again": known}
        for name, body in bodies.items():
            yield f"{path} with {name}", Ask("POST", path, json.dumps(body), (JSON,))
        yield f"{path} form", Ask("POST", path, form(email="unknown@example.com"), (FORM,))
        yield f"{path} multipart", Ask("POST", path, multipart(email="unknown@example.com"), (MULTIPART,))
        headers = (JSON, ORIGIN, signed("{user}"))
        yield f"{path} signed in", Ask("POST", path, '{"email":"unknown@example.com"}', headers)
    for name in ("unknown", "_params", "_otps"):
        path = f"/api/collections/{name}/request-password-reset"
        yield path, Ask("POST", path, '{"email":"unknown@example.com"}', (JSON,))


def refused_confirmations() -> Cases:
    """Every combination of tokens and passwords that sets no password."""
    path = "/api/collections/users/confirm-password-reset"
    tokens = {"no": "", "a bad": "x", "an auth": "{user}"}
    tokens |= {"an expired": "{expiredReset}", "a good": "{resetToken}"}
    passwords = {
        "blank": ("", ""),
        "short": ("short", "short"),
        "seven": ("seven77", "seven77"),
        "long": ("x" * 256, "x" * 256),
        "of 72 bytes": ("x" * 72, "x" * 72),
        "of 71 characters in more bytes": ("ü" * 71, "ü" * 71),
        "of 255": ("x" * 255, "x" * 255),
        "unlike": ("long enough", "other enough"),
        "without confirmation": ("long enough", ""),
        "confirmation alone": ("", "long enough"),
        "short and unlike": ("short", "shorter"),
        "long and unlike": ("x" * 256, "y" * 256),
        "good": ("long enough", "long enough"),
        "four emojis": ("\U0001f600" * 4, "\U0001f600" * 4),
        "spaces": (" " * 10, " " * 10),
    }
    taken = {("a good", name) for name in ("good", "spaces")}
    for token_name, token in tokens.items():
        for name, (password, confirmation) in passwords.items():
            if (token_name, name) in taken:
                continue
            body = {"token": token, "password": password, "passwordConfirm": confirmation}
            yield f"confirm {token_name} token, {name}", Ask("POST", path, json.dumps(body), (JSON,))
    good = {"password": "long enough", "passwordConfirm": "long enough"}
    for name in (*TOKENS, "withoutEmail", "superuserReset"):
        if name == "resetToken":
            continue
        body = good | {"token": f"{{{name}}}"}
        yield f"confirm with {name}", Ask("POST", path, json.dumps(body), (JSON,))
    for name in ("unknown", "_params", "_otps"):
        other = f"/api/collections/{name}/confirm-password-reset"
        yield other, Ask("POST", other, json.dumps(good | {"token": "x"}), (JSON,))
    odd: dict[str, object] = {"token": 1, "password": 1, "passwordConfirm": []}
    for name, value in odd.items():
        body_ = good | {"token": "x", name: value}
        yield f"confirm with {name} {value!r}", Ask("POST", path, json.dumps(body_), (JSON,))
    yield "confirm form", Ask("POST", path, form(token="x", password="x", passwordConfirm="y"), (FORM,))
    parts = multipart(token="x", password="x", passwordConfirm="y")
    yield "confirm multipart", Ask("POST", path, parts, (MULTIPART,))
