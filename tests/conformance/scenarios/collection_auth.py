"""Auth collections: their system fields and options."""

from collections.abc import Iterator
from typing import Any

from tests.conformance.scenarios.steps import Scenario, Step, ask, changed, create, field, made, shown

TOKENS = ("authToken", "passwordResetToken", "emailChangeToken", "verificationToken", "fileToken")
TEMPLATES = ("verificationTemplate", "resetPasswordTemplate", "confirmEmailChangeTemplate")

WRONG_OPTIONS: tuple[dict[str, Any], ...] = (
    {"passwordAuth": 5},
    {"passwordAuth": {"enabled": "yes"}},
    {"passwordAuth": {"enabled": True, "identityFields": "email"}},
    {"authToken": {"duration": "1"}},
    {"authToken": 5},
    {"mfa": True},
    {"otp": []},
    {"oauth2": "x"},
    {"authRule": 5},
    {"verificationTemplate": "x"},
    {"authAlert": {"enabled": 1}},
)


def scenarios() -> Iterator[Scenario]:
    """Creation, fields, passwords, tokens, templates and what is switched off."""
    yield from _creation()
    yield from _fields()
    yield from _password()
    yield from _tokens()
    yield from _templates()
    yield from _switched_off()


def _tried(good: tuple[Any, ...], bad: tuple[Any, ...]) -> Iterator[Step]:
    yield made(field("name"), type="auth")
    yield from (changed(body) for body in good)
    yield from (changed(body, status=400) for body in bad)
    yield shown()


def _creation() -> Iterator[Scenario]:
    yield Scenario(
        "an auth collection with its defaults",
        made(field("name"), type="auth"),
        shown(),
        ask("GET", "/api/collections/{c}/auth-methods", who=""),
        create({"email": "a@example.com", "password": "12345678", "passwordConfirm": "12345678"}),
        create({"email": "A@example.com", "password": "12345678", "passwordConfirm": "12345678"}),
        create({"email": "a@example.com", "password": "12345678", "passwordConfirm": "12345678"}, status=400),
    )
    yield Scenario(
        "an auth collection of wrong options",
        *(
            made(name=f"{{c}}_{number}", type="auth", status=400, **options)
            for number, options in enumerate(WRONG_OPTIONS)
        ),
    )
    yield Scenario(
        "options of auth collections in a base collection",
        made(field("a"), passwordAuth={"enabled": True}, authToken={"duration": 5}, authRule="unknown = 1"),
        shown(),
        changed({"authToken": {"duration": -5}, "manageRule": "unknown ="}),
        ask("GET", "/api/collections/{c}/auth-methods", status=404),
    )


def _fields() -> Iterator[Scenario]:
    yield Scenario(
        "system fields of an auth collection",
        made(field("name"), type="auth"),
        changed({"fields": [field("name")]}),
        changed({"fields": [field("email", "email", required=True)]}, status=200),
        changed({"fields": [field("password", "password", min=10, cost=4)]}),
        changed({"fields": [field("password", "password", required=False, hidden=False)]}),
        changed({"fields": [field("tokenKey", min=1, required=False, hidden=False)]}),
        changed({"fields": [field("tokenKey", min=20, max=10)]}, status=400),
        changed({"fields": [field("verified", "text")]}, status=400),
        changed({"fields": [field("email", "text")]}, status=400),
        changed({"fields": [field("email", "email", onlyDomains=["example.com"], hidden=True)]}),
        shown(),
    )
    yield Scenario(
        "system fields of an auth collection given at its start",
        made(field("email"), type="auth"),
        made(field("email", "email", onlyDomains=["example.com"]), name="{c}_1", type="auth"),
        made(field("password"), name="{c}_2", type="auth"),
        made(field("verified", "number"), name="{c}_3", type="auth"),
        made(field("password", "password", cost=32), name="{c}_4", type="auth", status=400),
        made(field("passwordConfirm"), field("oldPassword"), name="{c}_5", type="auth", status=400),
    )
    yield Scenario(
        "indexes of an auth collection",
        made(field("name"), type="auth"),
        changed({"indexes": []}),
        changed({"indexes": ["CREATE INDEX `i_{c}` ON `{c}` (`email`)"]}, status=200),
        changed({"indexes": ["CREATE UNIQUE INDEX `t_{c}` ON `{c}` (`tokenKey`)"]}, status=200),
        shown(),
    )


def _password() -> Iterator[Scenario]:
    def identity(*fields: str, **more: object) -> dict[str, object]:
        return {"passwordAuth": {"enabled": True, "identityFields": list(fields)} | more}

    unique = "CREATE UNIQUE INDEX `u_{c}` ON `{c}` (`name`)"
    yield Scenario(
        "identity fields need a unique index",
        made(field("name"), field("other"), type="auth"),
        changed(identity("email")),
        changed(identity("name"), status=400),
        changed(identity("email", "unknown"), status=400),
        changed(identity("email", "name"), status=400),
        changed({"indexes": [unique], **identity("email", "name")}),
        shown(),
        changed({"indexes": []}, status=400),
        changed({"fields": [field("other")]}, status=400),
        changed({"indexes": ["CREATE UNIQUE INDEX `u_{c}` ON `{c}` (`name`, `other`)"]}, status=400),
        changed({"indexes": ["CREATE UNIQUE INDEX `u_{c}` ON `{c}` (`name`) WHERE `name` != ''"]}),
        changed(identity("password"), status=400),
        changed(identity("id"), status=400),
        changed(identity("tokenKey")),
        changed(identity("email", "email")),
        ask("GET", "/api/collections/{c}/auth-methods"),
    )
    yield Scenario(
        "password auth on and off",
        *_tried(
            (
                identity("email", enabled=False),
                identity(enabled=False),
                {"passwordAuth": {"enabled": False}},
                {"passwordAuth": {}},
                identity("email"),
                {"passwordAuth": None},
            ),
            (identity(), {"passwordAuth": {"enabled": 5}}, identity(""), {"passwordAuth": []}),
        ),
        changed({"passwordAuth": {"enabled": False}}),
        ask("GET", "/api/collections/{c}/auth-methods"),
        ask(
            "POST",
            "/api/collections/{c}/auth-with-password",
            {"identity": "a", "password": "b"},
            who="",
            status=403,
        ),
    )


def _tokens() -> Iterator[Scenario]:
    for token in TOKENS:
        yield Scenario(
            f"{token} of a duration",
            *_tried(
                (
                    {token: {"duration": 10}},
                    {token: {"duration": 94670856}},
                    {token: {}},
                    {token: {"secret": "x" * 30}},
                ),
                (
                    {token: {"duration": 0}},
                    {token: {"duration": 9}},
                    {token: {"duration": -1}},
                    {token: {"duration": 94670857}},
                    {token: {"duration": "100"}},
                    {token: {"duration": 1.5}},
                    {token: {"secret": "x" * 29, "duration": 100}},
                    {token: {"secret": "x" * 256, "duration": 100}},
                    {token: {"secret": 5}},
                ),
            ),
        )


def _templates() -> Iterator[Scenario]:
    for template in TEMPLATES:
        yield Scenario(
            f"{template} of an auth collection",
            *_tried(
                (
                    {template: {"subject": "Hello", "body": "To {APP_URL}/{TOKEN}"}},
                    {template: {"subject": "Hello {RECORD:name}", "body": "{ACTION_URL} without a token"}},
                    {template: {}},
                    {template: {"subject": "a", "body": "b", "unknown": 1}},
                ),
                (
                    {template: {"subject": "", "body": "b"}},
                    {template: {"subject": "a", "body": ""}},
                    {template: {"subject": None, "body": 5}},
                    {template: {"subject": "a" * 256, "body": ""}},
                ),
            ),
        )
    yield Scenario(
        "alerts of new places of sign-in",
        *_tried(
            (
                {"authAlert": {"enabled": True}},
                {"authAlert": {"enabled": False, "emailTemplate": {"subject": "a", "body": "b"}}},
            ),
            (
                {"authAlert": {"enabled": True, "emailTemplate": {"subject": "", "body": ""}}},
                {"authAlert": {"enabled": "x"}},
            ),
        ),
    )


def _switched_off() -> Iterator[Scenario]:
    path = "/api/collections/{c}"
    yield Scenario(
        "one-time passwords that are switched off",
        made(type="auth"),
        ask("POST", f"{path}/request-otp", {"email": "a@example.com"}, who="", status=403),
        ask("POST", f"{path}/request-otp", {}, who="", status=403),
        ask("POST", f"{path}/auth-with-otp", {"otpId": "a", "password": "b"}, who="", status=403),
        ask("POST", f"{path}/auth-with-otp", who="", status=403),
        ask("GET", f"{path}/request-otp", who="", status=404),
        ask("POST", "/api/collections/unknown/request-otp", {}, who="", status=404),
        changed({"otp": {"enabled": False, "duration": 0, "length": 0}}),
        changed({"otp": {"duration": "x"}}, status=400),
    )
    yield Scenario(
        "OAuth2 that is switched off",
        made(type="auth"),
        ask("POST", f"{path}/auth-with-oauth2", {"provider": "google", "code": "a"}, who="", status=403),
        ask("POST", f"{path}/auth-with-oauth2", who="", status=403),
        ask("POST", "/api/collections/unknown/auth-with-oauth2", {}, who="", status=404),
        changed({"oauth2": {"enabled": False, "providers": []}}),
        changed({"oauth2": {"enabled": False, "mappedFields": {"id": "", "name": "", "avatarURL": ""}}}),
        changed({"oauth2": {"providers": "x"}}, status=400),
        changed({"oauth2": {"enabled": "x"}}, status=400),
    )
    yield Scenario(
        "several factors that are switched off",
        made(type="auth"),
        changed({"mfa": {"enabled": False, "duration": 0, "rule": ""}}),
        changed({"mfa": {"enabled": False, "duration": 600}}),
        changed({"mfa": {"duration": "x"}}, status=400),
        changed({"mfa": {"rule": 5}}, status=400),
        shown(),
    )
