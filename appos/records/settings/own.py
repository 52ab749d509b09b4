"""AppOS's own settings that superusers change while it runs, beside those of PocketBase's kind."""

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import dataset
import msgspec
from msgspec import UNSET, Meta, UnsetType

from appos.audit.models import Actor
from appos.audit.service import Audit
from appos.config import EMAIL
from appos.errors import InvalidError
from appos.records import table
from appos.records.settings.models import Settings
from appos.records.settings.service import SettingsService
from appos.store.database import Database

PARAMETER = "apposSettings"
# What is kept with the settings of PocketBase's kind.
SHARED = ("public_address", "logs_days")

# "" leaves it to LOG_LEVEL.
LogLevel = Literal["", "DEBUG", "INFO", "WARNING", "ERROR"]
Days = Annotated[int, Meta(ge=1, le=3650)]
MetricsDays = Annotated[int, Meta(ge=1, le=90)]
WatchSeconds = Annotated[int, Meta(ge=0, le=600)]
# `$` alone would let a line break stand behind the address.
Email = Annotated[str, Meta(pattern=f"^{EMAIL.pattern}$(?!\\n)", max_length=255)]
Emails = Annotated[tuple[Email, ...], Meta(max_length=10)]


class Kept(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is kept here: for how many days, and what apps get that say nothing else.

    `watch_seconds` is how long a deployment is watched once it is healthy, `notify_emails` who hears of one
    that failed. `terminal_recording` has what terminals show be recorded, for `recording_days`.
    """

    log_level: LogLevel = ""
    metrics_days: MetricsDays = 7
    jobs_days: Days = 90
    watch_seconds: WatchSeconds = 10
    notify_emails: Emails = ()
    terminal_recording: bool = False
    recording_days: Days = 7


class OwnSettings(Kept, frozen=True, kw_only=True, rename="camel"):
    """All of AppOS's own settings. `public_address` and `logs_days` are PocketBase's `meta.appURL` and
    `logs.maxDays`: one value, whichever way it is changed.
    """

    public_address: str
    logs_days: int


class OwnChanges(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What to change; what is not named stays. `logs_days` 0 keeps no request log."""

    public_address: Annotated[str, Meta(max_length=255)] | UnsetType = UNSET
    logs_days: Annotated[int, Meta(ge=0, le=3650)] | UnsetType = UNSET
    log_level: LogLevel | UnsetType = UNSET
    metrics_days: MetricsDays | UnsetType = UNSET
    jobs_days: Days | UnsetType = UNSET
    watch_seconds: WatchSeconds | UnsetType = UNSET
    notify_emails: Emails | UnsetType = UNSET
    terminal_recording: bool | UnsetType = UNSET
    recording_days: Days | UnsetType = UNSET


class OwnSettingsService:
    """Reads and changes them; between two changes everybody gets the same object."""

    def __init__(self, database: Database, audit: Audit, settings: SettingsService) -> None:
        self._database = database
        self._audit = audit
        self._settings = settings
        with database.read() as db:
            self._kept = _stored(db)

    def kept(self) -> Kept:
        """Return what is kept here alone."""
        return self._kept

    def read(self) -> OwnSettings:
        """Return all of them."""
        shared = self._settings.read()
        return OwnSettings(
            public_address=shared.meta.app_url,
            logs_days=shared.logs.max_days,
            **msgspec.structs.asdict(self._kept),
        )

    def change(self, changes: OwnChanges, actor: Actor) -> OwnSettings:
        """Change what is named, and return all of them.

        Raises:
            InvalidError: `settings_invalid`.
        """
        named: dict[str, Any] = {
            name: value for name, value in msgspec.structs.asdict(changes).items() if value is not UNSET
        }
        shared: dict[str, Any] = {name: named.pop(name) for name in SHARED if name in named}
        if shared:
            _check_address(shared.get("public_address"))
            self._settings.edit(lambda before: _edited(before, shared), actor)
        if named:
            self._keep(named, actor)
        return self.read()

    def _keep(self, named: dict[str, Any], actor: Actor) -> None:
        with self._database.transaction() as db:
            kept = msgspec.structs.replace(_stored(db), **named)
            table.write_parameter(db, PARAMETER, kept)
            detail = msgspec.json.encode(kept).decode()
            self._audit.record(actor, "settings.update", "appos", detail=detail, db=db)
        self._kept = kept


def _stored(db: dataset.Database) -> Kept:
    return msgspec.convert(table.read_parameter(db, PARAMETER) or {}, Kept)


def _edited(before: Settings, shared: dict[str, Any]) -> Settings:
    meta = msgspec.structs.replace(before.meta, app_url=shared.get("public_address", before.meta.app_url))
    logs = msgspec.structs.replace(before.logs, max_days=shared.get("logs_days", before.logs.max_days))
    return msgspec.structs.replace(before, meta=meta, logs=logs)


def _check_address(address: str | None) -> None:
    """Refuse what no browser could open; None is left alone."""
    if address is None:
        return
    try:
        parts = urlsplit(address)
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username
    except ValueError:
        is_good = False
    if not is_good:
        message = "Write the address that people open, such as https://appos.example.com."
        problem = {"code": "settings_invalid", "message": message}
        raise InvalidError(message, code="settings_invalid", fields={"publicAddress": problem})
