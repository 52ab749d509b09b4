"""Reading and changing settings."""

from collections.abc import Callable
from typing import Any

import dataset
import msgspec

from appos.audit.models import Actor
from appos.audit.service import Audit
from appos.errors import InvalidError
from appos.records import table
from appos.records.settings.models import Settings
from appos.records.settings.validate import check_settings
from appos.store.database import Database

PARAMETER = "settings"
REFUSED = "An error occurred while saving the new settings."


class SettingsService:
    """The settings, one JSON document in PocketBase's shape.

    They are read once, for nobody else writes them while AppOS runs. Between two changes everybody gets the
    same object.
    """

    def __init__(self, database: Database, audit: Audit, address: str) -> None:
        self._database = database
        self._audit = audit
        self._defaults = {"meta": {"appURL": address}}
        with database.read() as db:
            self._known = self._stored(db)

    def _stored(self, db: dataset.Database) -> Settings:
        stored = table.read_parameter(db, PARAMETER) or {}
        return msgspec.convert(self._defaults | stored, Settings)

    def read(self) -> Settings:
        """Return the settings; what was never set has its default."""
        return self._known

    def change(self, settings: Settings, actor: Actor) -> Settings:
        """Store new settings and return them.

        Raises:
            InvalidError: `validation_failed`, with all that is wrong in its fields, by part and by name.
        """
        return self.edit(lambda _before: settings, actor)

    def edit(self, edited: Callable[[Settings], Settings], actor: Actor) -> Settings:
        """Store what `edited` makes of the settings, and return that.

        Of two edits at once, the second is made on the first. Not to be called within a transaction.

        Raises:
            InvalidError: as `change`.
        """
        with self._database.transaction() as db:
            before = self._stored(db)
            after = edited(before)
            problems = check_settings(after)
            if problems:
                raise InvalidError(REFUSED, code="validation_failed", fields=problems)
            table.write_parameter(db, PARAMETER, after)
            self._audit.record(actor, "settings.update", "settings", detail=_changed(before, after), db=db)
        self._known = after
        return after

    def relabel(self, old: str, new: str, actor: Actor) -> None:
        """Let the rate limits of a collection follow it to its new name; those that are there already count.

        Source: PocketBase 0.36, the labels `collection:action` of rate limits.
        """
        begin = f"{old}:"
        if any(rule.label.startswith(begin) for rule in self._known.rate_limits.rules):
            self.edit(lambda before: _relabelled(before, begin, f"{new}:"), actor)


def _relabelled(settings: Settings, old: str, new: str) -> Settings:
    taken = {rule.label for rule in settings.rate_limits.rules}
    rules = []
    for rule in settings.rate_limits.rules:
        label = new + rule.label.removeprefix(old)
        if not rule.label.startswith(old):
            rules.append(rule)
        elif label not in taken:
            rules.append(msgspec.structs.replace(rule, label=label))
    limits = msgspec.structs.replace(settings.rate_limits, rules=tuple(rules))
    return msgspec.structs.replace(settings, rate_limits=limits)


def _changed(before: Settings, after: Settings) -> str:
    """Name the settings that differ, without their values."""
    old: dict[str, Any] = msgspec.to_builtins(before)
    new: dict[str, Any] = msgspec.to_builtins(after)
    names = [f"{part}.{key}" for part in new for key in new[part] if new[part][key] != old[part][key]]
    return ", ".join(names)
