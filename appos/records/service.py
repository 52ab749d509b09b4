"""Reading collections, reading and changing settings."""

import re
from typing import Any

import msgspec

from appos.audit.models import Actor
from appos.audit.service import Audit
from appos.config import EMAIL
from appos.errors import InvalidError, NotFoundError
from appos.records import table
from appos.records.models import AuthCollection, Settings
from appos.store.database import Database


class Collections:
    """The auth collections; a collection changes rarely, so it is kept until it does."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, AuthCollection] = {}

    def auth(self, id_or_name: str) -> AuthCollection:
        """Return an auth collection.

        Raises:
            NotFoundError: `not_found`.
        """
        known = self._known.get(id_or_name)
        if known is not None:
            return known
        with self._database.read() as db:
            found = table.find_auth_collection(db, id_or_name)
        if found is None:
            raise NotFoundError("Missing or invalid collection context.")
        # Keyed by what the collection is called, never by what a client wrote: the cache cannot be filled up.
        self._known[found.id] = self._known[found.name] = found
        return found


class SettingsService:
    """The settings, one JSON document in PocketBase's shape."""

    def __init__(self, database: Database, audit: Audit, address: str) -> None:
        self._database = database
        self._audit = audit
        self._address = address
        self._known: Settings | None = None

    def read(self) -> Settings:
        """Return the settings; what was never set has its default."""
        if self._known is None:
            with self._database.read() as db:
                stored = table.read_parameter(db, "settings") or {}
            self._known = msgspec.convert({"meta": {"appURL": self._address}} | stored, Settings)
        return self._known

    def change(self, settings: Settings, actor: Actor) -> None:
        """Store new settings; an empty mail password keeps the one that is stored.

        Raises:
            InvalidError: `validation_failed`, with every wrong value in its fields.
        """
        _check(settings)
        before = self.read()
        with self._database.transaction() as db:
            if not settings.smtp.password and settings.smtp.username:
                smtp = msgspec.structs.replace(settings.smtp, password=before.smtp.password)
                settings = msgspec.structs.replace(settings, smtp=smtp)
            table.write_parameter(db, "settings", settings)
            self._audit.record(actor, "settings.update", "settings", detail=_changed(before, settings), db=db)
        self._known = settings


def _changed(before: Settings, after: Settings) -> str:
    """Name the settings that differ, without their values."""
    old: dict[str, Any] = msgspec.to_builtins(before)
    new: dict[str, Any] = msgspec.to_builtins(after)
    names = [f"{part}.{key}" for part in new for key in new[part] if new[part][key] != old[part][key]]
    return ", ".join(names)


def _check(settings: Settings) -> None:
    problems: dict[str, dict[str, object]] = {}

    def refuse(name: str, message: str) -> None:
        problems[name] = {"code": "validation_invalid", "message": message}

    if not settings.meta.app_name.strip():
        problems["meta.appName"] = {"code": "validation_required", "message": "Cannot be blank."}
    if not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", settings.meta.app_url):
        refuse("meta.appURL", "Must be an address such as https://apps.example.com.")
    if not EMAIL.fullmatch(settings.meta.sender_address):
        refuse("meta.senderAddress", "Must be an e-mail address.")
    if settings.smtp.enabled and not re.fullmatch(r"[A-Za-z0-9.:_-]+", settings.smtp.host):
        refuse("smtp.host", "Must be a host name or an address.")
    if not 1 <= settings.smtp.port <= 65535:
        refuse("smtp.port", "Must be from 1 to 65535.")
    if not 0 <= settings.logs.max_days <= 3650:
        refuse("logs.maxDays", "Must be from 0 to 3650.")
    if problems:
        raise InvalidError("These settings cannot be stored.", code="validation_failed", fields=problems)
