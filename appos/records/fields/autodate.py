"""Dates that records set themselves."""

from collections.abc import Mapping
from typing import Any

from appos.records.fields.base import Field, OptionsContext, Setter
from appos.records.fields.cast import as_text
from appos.records.fields.dates import now, parse_date, stored_date
from appos.records.fields.problems import Problem, problem
from appos.records.fields.rules import stated


class AutodateField(Field, frozen=True, kw_only=True, tag="autodate"):
    """The moment in which a record was created, updated, or both; clients cannot set it."""

    on_create: bool = False
    on_update: bool = False

    def cast(self, raw: Any) -> str:
        """Return the moment that a text names; "" if it names none."""
        return parse_date(as_text(raw))

    def from_column(self, stored: Any) -> str:
        """Return the moment that is stored."""
        return stored_date(as_text(stored))

    def setter(self, key: str) -> Setter | None:
        """Return that the name of the field changes nothing."""
        return (lambda current, _raw: current) if key == self.name else None

    def on_save(self, value: Any, *, is_new: bool, moment: str = "") -> Any:
        """Return the moment of the save if it is the record's to take."""
        return (moment or now()) if (self.on_create if is_new else self.on_update) else value

    def check_options(self, context: OptionsContext) -> Mapping[str, Problem]:
        """Demand at least one occasion; a system field keeps those it has."""
        neither = None
        if not self.on_create and not self.on_update:
            neither = problem("validation_required", "Either onCreate or onUpdate must be enabled.")
        stored = context.original.by_id.get(self.id) if context.original else None
        is_create_changed = is_update_changed = None
        if self.system and isinstance(stored, AutodateField):
            is_create_changed = _unchanged(self.on_create, stored.on_create)
            is_update_changed = _unchanged(self.on_update, stored.on_update)
        return stated(
            {
                **super().check_options(context),
                "onCreate": is_create_changed or neither,
                "onUpdate": is_update_changed or neither,
            }
        )


def _unchanged(value: bool, stored: bool) -> Problem | None:
    return None if value == stored else problem("validation_values_mismatch", "Values don't match.")
