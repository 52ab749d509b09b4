"""What superusers look after: settings, logs, crons, backups, batches, import and health, asked by everybody.

What each of them answers to a superuser in every case is compared in `test_settings_oracle.py`.
"""

from collections.abc import Iterator
from typing import Any, Final

from tests.conformance.peers import Reply
from tests.conformance.scenarios.steps import (
    NOTHING,
    OTHER,
    OWNER,
    STRANGER,
    SUPERUSER,
    Form,
    Raw,
    Scenario,
    Step,
    ask,
)

EVERYBODY: Final = (STRANGER, OWNER, OTHER, SUPERUSER)
ID: Final = "x" * 15

# Routes that are a superuser's alone: method, path, body, and the status that a superuser gets.
CLOSED: dict[str, tuple[str, str, Any, int]] = {
    "settings": ("GET", "/api/settings?fields=logs", NOTHING, 200),
    "a change of settings": ("PATCH", "/api/settings?fields=logs", {}, 200),
    "a bad change of settings": ("PATCH", "/api/settings", {"logs": {"maxDays": -1}}, 400),
    "a test of a mail": ("POST", "/api/settings/test/email", {}, 400),
    "a test of a storage": ("POST", "/api/settings/test/s3", {}, 400),
    "a secret of Apple": ("POST", "/api/settings/apple/generate-client-secret", {}, 400),
    "logs": ("GET", "/api/logs?filter=level%3D77", NOTHING, 200),
    "a log": ("GET", f"/api/logs/{ID}", NOTHING, 404),
    "statistics of logs": ("GET", "/api/logs/stats?filter=level%3D77", NOTHING, 200),
    "a bad filter of logs": ("GET", "/api/logs?filter=nothing%3D1", NOTHING, 400),
    "a cron": ("POST", "/api/crons/__pbOTPCleanup__", NOTHING, 204),
    "an unknown cron": ("POST", "/api/crons/nothing", NOTHING, 404),
    "crons": ("GET", "/api/crons", NOTHING, 200),
    "backups": ("GET", "/api/backups", NOTHING, 200),
    "a backup with a bad name": ("POST", "/api/backups", {"name": "../x"}, 400),
    "an upload of no backup": ("POST", "/api/backups/upload", NOTHING, 400),
    "a restoration of nothing": ("POST", "/api/backups/nothing.zip/restore", NOTHING, 400),
    "an import of nothing": ("PUT", "/api/collections/import", {"collections": []}, 400),
    "an import of what is no list": ("PUT", "/api/collections/import", {"collections": "x"}, 400),
    "scaffolds": ("GET", "/api/collections/meta/scaffolds?fields=base.name", NOTHING, 200),
}


def scenarios() -> Iterator[Scenario]:
    """Each route for everybody, and the routes that are for all."""
    for name, (method, path, body, status) in CLOSED.items():
        yield Scenario(
            f"{name}, asked by everybody",
            *(
                ask(method, path, body, who=who, status={STRANGER: 401, SUPERUSER: status}.get(who, 403))
                for who in EVERYBODY
            ),
            ask(method, path, body, who=STRANGER, headers={"Authorization": "nonsense"}, status=401),
        )
    yield from _methods()
    yield from _health()
    yield from _batches()
    yield from _settings()
    yield from _limits()


def _methods() -> Iterator[Scenario]:
    for path, methods in {
        "/api/settings": "POST PUT DELETE",
        "/api/logs": "POST PATCH DELETE",
        "/api/logs/stats": "POST PATCH DELETE",
        "/api/crons": "POST PUT DELETE",
        "/api/crons/__pbOTPCleanup__": "PUT DELETE PATCH",
        "/api/collections/import": "POST",
        "/api/health": "POST PUT DELETE PATCH",
        "/api/files/token": "PUT DELETE",
        "/api/batch": "PUT DELETE",
    }.items():
        yield Scenario(
            f"methods of {path[5:]}",
            *(ask(method, path, {}, who=who, status=404) for method in methods.split() for who in EVERYBODY),
        )


def _names_of_data(reply: Reply) -> object:
    """The names of a superuser's health data; the address of who asks is not compared."""
    body = reply.json
    return {**body, "data": sorted(body["data"])}


def _health() -> Iterator[Scenario]:
    yield Scenario(
        "health, asked by everybody",
        *(ask("GET", "/api/health", who=who, seen=_names_of_data) for who in EVERYBODY),
        ask("HEAD", "/api/health", who=STRANGER),
        *(
            ask("GET", "/api/health", who=STRANGER, query={"fields": fields})
            for fields in ("code", "data", "message,code", "nothing")
        ),
    )


BATCHES: dict[str, Any] = {
    "no body": NOTHING,
    "no requests": {"requests": []},
    "one request": {"requests": [{"method": "GET", "url": "/api/health"}]},
    "a list": [],
    "a word": Raw("word", "text/plain"),
    "a form": Form((("@jsonPayload", '{"requests":[]}'),)),
}


def _batches() -> Iterator[Scenario]:
    yield Scenario(
        "batches, asked by everybody",
        *(
            ask("POST", "/api/batch", body, who=who, status=403)
            for body in BATCHES.values()
            for who in EVERYBODY
        ),
    )


def _settings() -> Iterator[Scenario]:
    bad: dict[str, Any] = {
        "meta": {"appName": "", "appURL": "no url", "senderName": "", "senderAddress": "nobody"},
        "logs": {"maxDays": -1},
        "smtp": {"enabled": True, "host": "", "port": -1, "authMethod": "NOTHING", "localName": "no host!"},
        "s3": {"enabled": True, "endpoint": "no url"},
        "backups": {"cron": "nonsense", "cronMaxKeep": -1},
        "batch": {"enabled": True, "maxRequests": -1, "timeout": -1, "maxBodySize": -1},
        "rateLimits": {"enabled": True, "rules": [{"label": "", "duration": -1, "maxRequests": 0}]},
        "trustedProxy": {"headers": "X-Real-IP"},
    }
    for part, values in bad.items():
        yield Scenario(
            f"settings that are refused: {part}",
            ask("PATCH", "/api/settings", {part: values}, status=400),
            *(ask("PATCH", "/api/settings", {part: value}, status=400) for value in UNLIKE),
            ask("GET", "/api/settings", query={"fields": part}),
        )
    yield Scenario(
        "settings that are changed and put back",
        *_changed_and_back("logs", {"maxDays": 9, "minLevel": 4, "logIP": False, "logAuthId": True}),
        *_changed_and_back("meta", {"senderName": "New", "senderAddress": "new@example.com"}),
        *_changed_and_back("batch", {"maxRequests": 9, "timeout": 9, "maxBodySize": 9}),
        *_changed_and_back("trustedProxy", {"headers": ["X-Unused"], "useLeftmostIP": True}),
        *_changed_and_back("smtp", {"host": "mail.example.com", "username": "me", "password": "hidden"}),
        ask("GET", "/api/settings"),
    )


# What no part of the settings can be.
UNLIKE: Final[tuple[Any, ...]] = ("text", 5, [])

DEFAULTS: dict[str, dict[str, Any]] = {
    "logs": {"maxDays": 5, "minLevel": 0, "logIP": True, "logAuthId": False},
    "meta": {"senderName": "Support", "senderAddress": "support@example.com"},
    "batch": {"maxRequests": 50, "timeout": 3, "maxBodySize": 0},
    "trustedProxy": {"headers": [], "useLeftmostIP": False},
    "smtp": {"host": "smtp.example.com", "username": "", "password": ""},
}


def _changed_and_back(part: str, values: dict[str, Any]) -> Iterator[Step]:
    for sent in (values, DEFAULTS[part]):
        yield ask("PATCH", "/api/settings", {part: sent}, query={"fields": part})
    yield ask("GET", "/api/settings", query={"fields": part})


def _limits() -> Iterator[Scenario]:
    limited = ({"label": label, "maxRequests": 2, "duration": 60} for label in ("/api/health", "users:list"))
    guests = {"label": "{c}:view", "maxRequests": 1, "duration": 60, "audience": "@guest"}
    known = {"label": "{c}:create", "maxRequests": 1, "duration": 60, "audience": "@auth"}
    records = "/api/collections/users/records"
    yield Scenario(
        "requests beyond a limit",
        _limit([*limited, guests, known]),
        *(ask("GET", "/api/health?fields=code", who=STRANGER, status=status) for status in (200, 200, 429)),
        ask("GET", "/api/health", seen=_names_of_data),
        *(ask("GET", f"{records}?fields=id", who=OWNER, status=status) for status in (200, 200, 429)),
        ask("GET", f"{records}?filter=id%3D%27x%27"),
        ask("GET", f"{records}/{ID}", who=STRANGER, status=404),
        _limit([], enabled=False),
        ask("GET", "/api/health?fields=code", who=STRANGER),
    )


def _limit(rules: list[dict[str, Any]], *, enabled: bool = True) -> Step:
    limits: dict[str, Any] = {"enabled": enabled} | ({"rules": rules} if rules else {})
    return ask("PATCH", "/api/settings", {"rateLimits": limits}, query={"fields": "rateLimits.enabled"})
