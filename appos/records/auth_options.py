"""What an auth collection has beyond a base one."""

from enum import StrEnum
from typing import Any

import msgspec


class TokenKind(StrEnum):
    """What a token is for; the value is its `type` claim."""

    AUTH = "auth"
    FILE = "file"
    VERIFICATION = "verification"
    PASSWORD_RESET = "passwordReset"  # noqa: S105 - the name of a kind, not a secret
    EMAIL_CHANGE = "emailChange"


class TokenOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Half of a signing key, and how many seconds a token lives."""

    secret: str = ""
    duration: int = 0

    def __repr__(self) -> str:
        return f"TokenOptions(duration={self.duration})"


class MailTemplate(msgspec.Struct, frozen=True, kw_only=True):
    """A mail with the placeholders {APP_NAME}, {APP_URL}, {TOKEN}, {OTP}, {ALERT_INFO} and {RECORD:field}."""

    subject: str = ""
    body: str = ""


class PasswordAuth(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Whether and by which fields one signs in with a password."""

    enabled: bool = False
    identity_fields: tuple[str, ...] = ()


class AuthAlert(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Whether a sign-in from a place that is new is told by mail."""

    enabled: bool = False
    email_template: MailTemplate = MailTemplate()


class OAuth2Provider(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Kept as it was sent; AppOS offers no OAuth2."""

    pkce: bool | None = None
    name: str = ""
    client_id: str = ""
    client_secret: str = ""
    auth_url: str = msgspec.field(name="authURL", default="")
    token_url: str = msgspec.field(name="tokenURL", default="")
    user_info_url: str = msgspec.field(name="userInfoURL", default="")
    display_name: str = ""
    extra: dict[str, Any] | None = None

    def __repr__(self) -> str:
        return f"OAuth2Provider(name={self.name!r})"


class OAuth2Fields(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The fields that take what a provider says of an account, by their names; "" is none."""

    id: str = ""
    name: str = ""
    username: str = ""
    avatar_url: str = msgspec.field(name="avatarURL", default="")


class OAuth2(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Kept as it was sent; AppOS offers no OAuth2."""

    providers: tuple[OAuth2Provider, ...] = ()
    mapped_fields: OAuth2Fields = OAuth2Fields()
    enabled: bool = False


class Mfa(msgspec.Struct, frozen=True, kw_only=True):
    """Kept as it was sent; AppOS offers no second factor."""

    enabled: bool = False
    duration: int = 0
    rule: str = ""


class Otp(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Kept as it was sent; AppOS offers no one-time passwords."""

    enabled: bool = False
    duration: int = 0
    length: int = 0
    email_template: MailTemplate = MailTemplate()


class AuthOptions(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The options of an auth collection. Source: PocketBase 0.36, "Auth options" of collections."""

    auth_rule: str | None = None
    manage_rule: str | None = None
    auth_alert: AuthAlert = AuthAlert()
    oauth2: OAuth2 = msgspec.field(name="oauth2", default_factory=OAuth2)
    password_auth: PasswordAuth = msgspec.field(default_factory=PasswordAuth)
    mfa: Mfa = Mfa()
    otp: Otp = Otp()
    auth_token: TokenOptions = TokenOptions()
    password_reset_token: TokenOptions = TokenOptions()
    email_change_token: TokenOptions = TokenOptions()
    verification_token: TokenOptions = TokenOptions()
    file_token: TokenOptions = TokenOptions()
    verification_template: MailTemplate = MailTemplate()
    reset_password_template: MailTemplate = MailTemplate()
    confirm_email_change_template: MailTemplate = MailTemplate()

    def token(self, kind: TokenKind) -> TokenOptions:
        """Return the options of one kind of token."""
        options: TokenOptions = getattr(self, f"{_SNAKE[kind]}_token")
        return options


_SNAKE = {
    TokenKind.AUTH: "auth",
    TokenKind.FILE: "file",
    TokenKind.VERIFICATION: "verification",
    TokenKind.PASSWORD_RESET: "password_reset",
    TokenKind.EMAIL_CHANGE: "email_change",
}
