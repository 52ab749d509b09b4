"""Filters of lists, as text in PocketBase's filter language."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_admin.model.filters import BaseFilter

Options = Sequence[tuple[str, str]]


def quoted(text: str) -> str:
    """Return a text as the filter language quotes it.

    A NUL and backslashes at the end cannot be written there; a filter without them finds no less.
    """
    return "'" + text.replace("\0", "").rstrip("\\").replace("'", "\\'") + "'"


def contains(field: str, text: str) -> str:
    """Return the condition that a field contains a text; a % in it is a percent sign."""
    return f"{field} ~ {quoted(text.replace('%', chr(92) + '%'))}"


def any_contains(fields: Sequence[str], text: str) -> str:
    """Return the condition that one of these fields contains a text."""
    return "(" + " || ".join(contains(field, text) for field in fields) + ")"


class Filter(BaseFilter):  # type: ignore[misc]
    """One control above a list; a value that is empty asks for nothing."""

    widget = "search"

    def __init__(self, name: str, field: str, options: Options | None = None) -> None:
        super().__init__(name, options)
        self.field = field

    def operation(self) -> str:
        """Return the word that stands in the address beside the name."""
        return "is"

    def validate(self, value: str) -> bool:
        """Whether the value can be asked for."""
        return True

    def condition(self, value: str) -> str:
        """Return the condition of a value, in the filter language."""
        return contains(self.field, value)


class Is(Filter):
    """A choice between the values of a field."""

    def validate(self, value: str) -> bool:
        """Whether the value is empty or one of the options."""
        return value in ("", *(key for key, _ in self.options))

    def condition(self, value: str) -> str:
        """Return the condition that the field has the value."""
        return f"{self.field} = {quoted(value)}"


class IsTrue(Is):
    """A choice between yes and no."""

    def __init__(self, name: str, field: str) -> None:
        super().__init__(name, field, (("yes", "Yes"), ("no", "No")))

    def condition(self, value: str) -> str:
        """Return the condition that the field is true, or false."""
        return f"{self.field} = {'true' if value == 'yes' else 'false'}"


class OneOf(Is):
    """A choice between conditions, each under a name of its own."""

    def __init__(self, name: str, conditions: dict[str, tuple[str, str]]) -> None:
        super().__init__(name, "", [(key, label) for key, (label, _) in conditions.items()])
        self._conditions = conditions

    def condition(self, value: str) -> str:
        """Return the condition behind a name."""
        return self._conditions[value][1]


class Day(Filter):
    """A day, in UTC, from which or until which a date lies."""

    widget = "date"

    def __init__(self, name: str, field: str, *, is_end: bool = False) -> None:
        super().__init__(name, field)
        self._is_end = is_end

    def validate(self, value: str) -> bool:
        """Whether the value is empty or a day such as 2026-01-31."""
        try:
            return not value or bool(date.fromisoformat(value))
        except ValueError:
            return False

    def condition(self, value: str) -> str:
        """Return the condition that the date lies on the right side of the day."""
        day = date.fromisoformat(value).isoformat()
        if self._is_end:
            return f"{self.field} <= {quoted(day + ' 23:59:59.999Z')}"
        return f"{self.field} >= {quoted(day + ' 00:00:00.000Z')}"


def days(field: str) -> tuple[Any, Any]:
    """Return the two filters that bound a date."""
    return Day("From", field), Day("Until", field, is_end=True)
