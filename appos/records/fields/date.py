"""Dates that clients set."""

from collections.abc import Mapping
from typing import Any, NewType

from appos.records.fields.base import Field, OptionsContext, ValueContext
from appos.records.fields.cast import as_text
from appos.records.fields.dates import parse_date
from appos.records.fields.problems import Problem, problem
from appos.records.fields.rules import required

Moment = NewType("Moment", str)
"""A moment as it is stored, or ""."""


class DateField(Field, frozen=True, kw_only=True, tag="date"):
    """A moment in UTC as `2006-01-02 15:04:05.000Z`; "" is none. The limits are written so too."""

    min: Moment = Moment("")
    max: Moment = Moment("")
    required: bool = False

    def cast(self, raw: Any) -> str:
        """Return the moment that a text names; "" if it names none."""
        return parse_date(as_text(raw))

    def check_value(self, value: Any, context: ValueContext) -> Problem | None:
        """Return what is wrong with a moment."""
        if not value:
            return required(value) if self.required else None
        # Moments are written so that their order is that of their texts.
        if self.min and value < self.min:
            return problem(
                "validation_min_greater_equal_than_required",
                f"Must be no less than {self.min}.",
                threshold=self.min,
            )
        if self.max and value > self.max:
            return problem(
                "validation_max_less_equal_than_required",
                f"Must be no greater than {self.max}.",
                threshold=self.max,
            )
        return None

    def check_options(self, context: OptionsContext) -> Mapping[str, Problem]:
        """Return what is wrong with the name; PocketBase does not compare the limits with one another."""
        return super().check_options(context)
