"""Dates that clients set."""

from typing import Any, NewType

from appos.records.fields.base import Field, ValueContext
from appos.records.fields.cast import as_text
from appos.records.fields.dates import parse_date, stored_date
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

    def from_column(self, stored: Any) -> str:
        """Return the moment that is stored."""
        return stored_date(as_text(stored))

    def check_value(self, value: Any, context: ValueContext) -> Problem | None:
        """Return what is wrong with a moment."""
        if not value:
            return required(value) if self.required else None
        # Moments are written so that their order is that of their texts.
        if self.min and value < self.min:
            return problem(
                "validation_min_greater_equal_than_required",
                f"Must be no less than {_as_go(self.min, ' ', ' +0000 UTC')}",
                threshold=_as_go(self.min, "T", "Z"),
            )
        if self.max and value > self.max:
            return problem(
                "validation_max_less_equal_than_required",
                f"Must be no greater than {_as_go(self.max, ' ', ' +0000 UTC')}",
                threshold=_as_go(self.max, "T", "Z"),
            )
        return None


def _as_go(moment: str, middle: str, end: str) -> str:
    """Return a moment as Go writes its own time, with no zeros at the end of the second."""
    date, clock = moment.removesuffix("Z").split(" ")
    return f"{date}{middle}{clock.rstrip('0').rstrip('.')}{end}"
