"""The settings that superusers change while AppOS runs, in PocketBase's shape.

Source: PocketBase 0.36, `/api/settings`; the order of the parts and of their fields is that of its answers.
"""

from typing import Any

import msgspec

# Who a rate limit is for; "" is everybody.
GUESTS = "@guest"
ACCOUNTS = "@auth"


class Smtp(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The mail server. `tls` means TLS from the first byte; without it STARTTLS is used where offered.

    `auth_method` is PLAIN (as is "") or LOGIN; `local_name` is what AppOS calls itself to the server.
    """

    enabled: bool = False
    port: int = 587
    host: str = "smtp.example.com"
    username: str = ""
    password: str = ""
    auth_method: str = ""
    tls: bool = False
    local_name: str = ""

    def __repr__(self) -> str:
        return f"Smtp(host={self.host!r}, port={self.port}, enabled={self.enabled})"


class S3(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A storage for files elsewhere, kept as it was sent; AppOS has none yet, so it cannot be enabled."""

    enabled: bool = False
    bucket: str = ""
    region: str = ""
    endpoint: str = ""
    access_key: str = ""
    secret: str = ""
    force_path_style: bool = False

    def __repr__(self) -> str:
        return f"S3(bucket={self.bucket!r}, endpoint={self.endpoint!r}, enabled={self.enabled})"


class Backups(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """When backups are made, how many of them are kept, and where."""

    cron: str = ""
    cron_max_keep: int = 3
    s3: S3 = S3()


class Meta(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What mails and pages call this installation."""

    app_name: str = "AppOS"
    app_url: str = msgspec.field(name="appURL", default="http://127.0.0.1:9091")
    sender_name: str = "Support"
    sender_address: str = "support@example.com"
    hide_controls: bool = False


class RateLimitRule(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How many requests an address may send in `duration` seconds to what the label names.

    A label is a tag (`users:list`, `*:auth`), a path, or the beginning of one that ends with a slash, the
    method before it or not. The defaults are what a rule is made of that says nothing.
    """

    label: str = ""
    audience: str = ""
    duration: int = 0
    max_requests: int = 0


class RateLimits(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Which requests an address may send how often."""

    rules: tuple[RateLimitRule, ...] = (
        RateLimitRule(label="*:auth", duration=3, max_requests=2),
        RateLimitRule(label="*:create", duration=5, max_requests=20),
        RateLimitRule(label="/api/batch", duration=1, max_requests=3),
        RateLimitRule(label="/api/", duration=10, max_requests=300),
    )
    enabled: bool = False


class TrustedProxy(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The headers in which trusted proxies name the client, and at which end of a list of addresses."""

    headers: tuple[str, ...] = ()
    use_leftmost_ip: bool = msgspec.field(name="useLeftmostIP", default=False)


class Batch(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Many requests in one: how many, for how many seconds, of how many bytes (0: PocketBase's default)."""

    enabled: bool = False
    max_requests: int = 50
    timeout: int = 3
    max_body_size: int = 0


class Logs(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the request log keeps: days, from which level, and whether addresses and accounts."""

    max_days: int = 5
    min_level: int = 0
    log_ip: bool = msgspec.field(name="logIP", default=True)
    log_auth_id: bool = False


class Settings(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The settings that superusers change while AppOS runs."""

    smtp: Smtp = Smtp()
    backups: Backups = Backups()
    s3: S3 = S3()
    meta: Meta = Meta()
    rate_limits: RateLimits = RateLimits()
    trusted_proxy: TrustedProxy = TrustedProxy()
    batch: Batch = Batch()
    logs: Logs = Logs()

    def shown(self) -> dict[str, Any]:
        """Return the settings as they are answered, without secrets."""
        shown: dict[str, Any] = msgspec.to_builtins(self)
        del shown["smtp"]["password"], shown["s3"]["secret"], shown["backups"]["s3"]["secret"]
        return shown
