"""Collections and settings."""

from enum import StrEnum
from typing import Any

import msgspec


class TokenKind(StrEnum):
    """What a token is for; the value is its `type` claim."""

    AUTH = "auth"
    PASSWORD_RESET = "passwordReset"  # noqa: S105 - the name of a kind, not a secret


class TokenOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Half of a signing key, and how many seconds a token lives."""

    secret: str
    duration: int

    def __repr__(self) -> str:
        return f"TokenOptions(duration={self.duration})"


class PasswordAuth(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Whether and by which fields one signs in with a password."""

    enabled: bool
    identity_fields: list[str]


class MailTemplate(msgspec.Struct, frozen=True, kw_only=True):
    """A mail with the placeholders {APP_NAME}, {APP_URL} and {TOKEN}."""

    subject: str
    body: str


class AuthOptions(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What an auth collection has beyond a base one."""

    auth_rule: str | None
    password_auth: PasswordAuth
    auth_token: TokenOptions
    password_reset_token: TokenOptions
    reset_password_template: MailTemplate

    def token(self, kind: TokenKind) -> TokenOptions:
        """Return the options of one kind of token."""
        return self.auth_token if kind is TokenKind.AUTH else self.password_reset_token


class AuthCollection(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An auth collection: its rows are accounts, in a table of the collection's name."""

    id: str
    name: str
    system: bool
    fields: list[dict[str, Any]]
    options: AuthOptions

    @property
    def is_superusers(self) -> bool:
        """Whether its accounts may do everything."""
        return self.name == SUPERUSERS


SUPERUSERS = "_superusers"
USERS = "users"


class Meta(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What mails and pages call this installation."""

    app_name: str = "AppOS"
    app_url: str = msgspec.field(name="appURL", default="http://127.0.0.1:9091")
    sender_name: str = "Support"
    sender_address: str = "support@example.com"
    hide_controls: bool = False


class Smtp(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The mail server. `tls` means TLS from the first byte; without it STARTTLS is used where offered."""

    enabled: bool = False
    host: str = "smtp.example.com"
    port: int = 587
    username: str = ""
    password: str = ""
    auth_method: str = ""
    tls: bool = False
    local_name: str = ""

    def __repr__(self) -> str:
        return f"Smtp(host={self.host!r}, port={self.port}, enabled={self.enabled})"


class Logs(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the request log keeps: days, from which level, and whether addresses and accounts."""

    max_days: int = 5
    min_level: int = 0
    log_ip: bool = msgspec.field(name="logIP", default=True)
    log_auth_id: bool = False


class Settings(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The settings that superusers change while AppOS runs."""

    meta: Meta = msgspec.field(default_factory=Meta)
    smtp: Smtp = msgspec.field(default_factory=Smtp)
    logs: Logs = msgspec.field(default_factory=Logs)
