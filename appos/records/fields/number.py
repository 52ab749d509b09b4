"""Numbers, each a float64."""

import math
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from appos.records.fields.base import Field, OptionsContext, Setter, ValueContext
from appos.records.fields.cast import as_number
from appos.records.fields.numbers import MOST_EXACT, go_float, whole_as_int
from appos.records.fields.problems import Problem, problem
from appos.records.fields.rules import check_at_least, required, stated

Number = int | float


class NumberField(Field, frozen=True, kw_only=True, tag="number"):
    """A number; 0 is the empty value."""

    column_type = "NUMERIC DEFAULT 0 NOT NULL"

    min: Number | None = None
    max: Number | None = None
    only_int: bool = False
    required: bool = False

    def cast(self, raw: Any) -> Number:
        """Return a number, whole ones as int, as long as a float64 holds every whole number."""
        return whole_as_int(as_number(raw))

    def json_value(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Return the number as Go writes it."""
        return sa.func.json(number_text(column))

    def setter(self, key: str) -> Setter | None:
        """Return also what `name+` and `name-` do: add and subtract."""
        if key == f"{self.name}+":
            return lambda current, raw: whole_as_int(as_number(current) + as_number(raw))
        if key == f"{self.name}-":
            return lambda current, raw: whole_as_int(as_number(current) - as_number(raw))
        return super().setter(key)

    def check_value(self, value: Any, context: ValueContext) -> Problem | None:
        """Return what is wrong with a number; 0 is only ever wrong if a value is required."""
        if not math.isfinite(value):
            return problem("validation_not_a_number", "The submitted number is not properly formatted.")
        if value == 0:
            return required(value) if self.required else None
        if self.only_int and not is_int64(value):
            return problem("validation_only_int_constraint", "Decimal numbers are not allowed.")
        if self.min is not None and value < self.min:
            return problem("validation_min_number_constraint", f"Must be larger than {self.min:f}.")
        if self.max is not None and value > self.max:
            return problem("validation_max_number_constraint", f"Must be less than {self.max:f}.")
        return None

    def check_options(self, context: OptionsContext) -> Mapping[str, Problem]:
        """Return what is wrong with the limits."""
        ordered = None
        if self.min is not None and self.max is not None:
            ordered = check_at_least(self.max, self.min, shown=go_float(self.min))
        return stated(
            {
                **super().check_options(context),
                "min": self._check_whole(self.min),
                "max": self._check_whole(self.max) or ordered,
            }
        )

    def _check_whole(self, limit: Number | None) -> Problem | None:
        if limit is None or not self.only_int or is_int64(limit):
            return None
        return problem("validation_only_int_constraint", "Decimal numbers are not allowed.")


def is_int64(number: Number) -> bool:
    """Whether a number is whole and fits an int64."""
    return float(number).is_integer() and -(2**63) <= number < 2**63


def number_text(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the expression for the number in `column` as JSON text; what is no number is 0."""
    kind = sa.func.typeof(column)
    is_exact = sa.and_(
        kind == sa.literal_column("'integer'"),
        column.between(sa.literal_column(f"-{MOST_EXACT}"), sa.literal_column(f"{MOST_EXACT}")),
    )
    is_number = kind.in_([sa.literal_column("'integer'"), sa.literal_column("'real'")])
    return sa.case((is_exact, column), (is_number, sa.func.go_number(column)), else_=sa.literal_column("0"))
