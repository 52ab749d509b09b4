"""Requests that are counted against rate limits, by the rules that are set before they are sent."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.conformance.peers import Ask
from tests.conformance.settings_cases import JSON, TOKEN, rule

USERS, SUPERUSERS = "/api/collections/users", "/api/collections/_superusers"
HEALTH, METHODS, SIGN_IN = "/api/health", f"{USERS}/auth-methods", f"{USERS}/auth-with-password"
RECORD = f"{USERS}/records/nothing"
WINDOW = 600
# The last part of a label, and a request that has it.
ACTIONS: Mapping[str, tuple[str, str]] = {
    "listAuthMethods": ("GET", METHODS),
    "authRefresh": ("POST", f"{USERS}/auth-refresh"),
    "authWithPassword": ("POST", SIGN_IN),
    "auth": ("POST", SIGN_IN),
    "requestPasswordReset": ("POST", f"{USERS}/request-password-reset"),
    "confirmPasswordReset": ("POST", f"{USERS}/confirm-password-reset"),
    "requestVerification": ("POST", f"{USERS}/request-verification"),
    "confirmVerification": ("POST", f"{USERS}/confirm-verification"),
    "requestEmailChange": ("POST", f"{USERS}/request-email-change"),
    "confirmEmailChange": ("POST", f"{USERS}/confirm-email-change"),
    "list": ("GET", f"{USERS}/records?fields=email&sort=email"),
    "view": ("GET", RECORD),
    "create": ("POST", f"{USERS}/records"),
    "update": ("PATCH", RECORD),
    "delete": ("DELETE", RECORD),
    "file": ("GET", "/api/files/users/nothing/nothing.png"),
}
PATHS = (
    *(("GET", path) for path in (HEALTH, "/api/nope", "/api", "/nope", METHODS, "/api/realtime2")),
    *(("GET", f"/api/{name}") for name in ("settings", "crons", "logs", "backups", "backups/x")),
    *(("GET", path) for path in ("/api/collections/nope/auth-methods", "/api/oauth2-redirect", RECORD)),
    *(("POST", path) for path in ("/api/batch", "/api/realtime", "/api/files/token", SIGN_IN)),
    ("OPTIONS", HEALTH),
)


def change(settings: str) -> Ask:
    """Return a change of the settings."""
    return Ask("PATCH", "/api/settings", settings, (TOKEN, JSON))


def rules(*limits: tuple[str, str, int]) -> list[dict[str, Any]]:
    """Return rate limits by label, audience and the most requests that they let pass."""
    return [rule(label, audience, WINDOW, most) for label, audience, most in limits]


def times(count: int, method: str, path: str, who: str = "") -> list[Ask]:
    """Return the same request a number of times; `who` is whose token it has."""
    body = "{}" if method in ("POST", "PATCH") else ""
    token = (("Authorization", f"{{{who}}}"),) if who else ()
    return [Ask(method, path, body, (*token, *((JSON,) if body else ())))] * count


Case = tuple[list[dict[str, Any]], Sequence[Ask]]

CASES: Mapping[str, Case] = {
    "a path": (
        rules(("/api/health", "", 2)),
        [
            *times(3, "GET", HEALTH),
            *times(2, "HEAD", HEALTH),
            *times(2, "GET", f"{HEALTH}/"),
            *times(2, "GET", f"{HEALTH}?x=1"),
            *times(3, "GET", HEALTH, "superuser"),
            *times(2, "GET", HEALTH, "user"),
        ],
    ),
    "a path with a method": (
        rules(("GET /api/health", "", 1)),
        [*times(2, "GET", HEALTH), *times(2, "HEAD", HEALTH)],
    ),
    **{
        f"the beginning of paths, {method} {path}": (rules(("/api/", "", 1)), times(2, method, path))
        for method, path in PATHS
    },
    "the beginning of all": (rules(("/", "", 1)), [*times(2, "GET", "/nope"), *times(1, "GET", HEALTH)]),
    "the beginning of the paths of a collection": (
        rules(("GET /api/collections/", "", 1)),
        [*times(2, "GET", METHODS), *times(2, "POST", SIGN_IN)],
    ),
    "the path of an action": (rules((METHODS, "", 1)), times(2, "GET", METHODS)),
    **{
        f"{who}:{action}": (rules((f"{who}:{action}", "", 1)), times(2, *request))
        for action, request in ACTIONS.items()
        for who in ("users", "*")
    },
    **{
        f"*:{action} of {audience}": (
            rules((f"*:{action}", audience, 1)),
            [*times(2, *ACTIONS[action]), *times(2, *ACTIONS[action], "user")],
        )
        for action in ("listAuthMethods", "list", "view")
        for audience in ("@guest", "@auth")
    },
    "one for guests and one for all others": (
        rules(("*:list", "@guest", 1), ("*:list", "@auth", 2)),
        [
            *times(2, *ACTIONS["list"]),
            *times(3, *ACTIONS["list"], "user"),
            *times(4, *ACTIONS["list"], "superuser"),
        ],
    ),
    "one collection before all": (
        rules(("users:auth", "", 1), ("*:auth", "", 2)),
        [
            *times(2, "POST", SIGN_IN),
            *times(3, "POST", f"{SUPERUSERS}/auth-with-password"),
            *times(2, "POST", "/api/collections/_pb_users_auth_/auth-with-password"),
            *times(2, "POST", "/api/collections/USERS/auth-with-password"),
        ],
    ),
    "one action, wherever": (
        rules(("users:listAuthMethods", "", 1), ("*:listAuthMethods", "", 3)),
        [*times(2, "GET", METHODS), *times(4, "GET", f"{SUPERUSERS}/auth-methods")],
    ),
    "a label before a path": (
        rules(("/api/", "", 5), ("users:create", "", 1)),
        times(3, *ACTIONS["create"]),
    ),
    **{
        f"two paths of one route, {first} first": (
            rules(("/api/", "", 3), (f"{USERS}/records/one", "", 2)),
            [*times(4, "GET", f"{USERS}/records/{first}"), *times(4, "GET", f"{USERS}/records/{second}")],
        )
        for first, second in (("one", "two"), ("two", "one"))
    },
    **{
        f"a path and a method, {first} first": (
            rules((f"GET {METHODS}", "", 1), ("/api/", "", 3)),
            [*times(3, first, METHODS), *times(3, second, METHODS)],
        )
        for first, second in (("GET", "HEAD"), ("HEAD", "GET"))
    },
    "a path for guests and one for all others": (
        rules(("/api/", "@guest", 1), ("/api/", "@auth", 2)),
        [*times(2, "GET", METHODS), *times(3, "GET", METHODS, "user")],
    ),
    "a path for guests and an action for all others": (
        rules(("/api/", "@guest", 1), ("users:listAuthMethods", "@auth", 2)),
        [*times(3, "GET", METHODS, "user"), *times(2, "GET", METHODS)],
    ),
    "none that fits": (rules(("posts:list", "", 1), ("/other", "", 1)), times(3, *ACTIONS["list"])),
}
