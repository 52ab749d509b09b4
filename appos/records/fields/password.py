"""Passwords, of which a hash is kept."""

from collections.abc import Mapping
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import ColumnElement

from appos.records.fields.base import Field, OptionsContext, ValueContext
from appos.records.fields.cast import as_text
from appos.records.fields.patterns import check_pattern, matches
from appos.records.fields.problems import INVALID, INVALID_FORMAT, REQUIRED, Problem, problem
from appos.records.fields.rules import check_at_least, check_at_most, stated
from appos.records.hashing import DEFAULT_COST, LEAST_COST, MOST_BYTES, MOST_COST, hash_password

# One byte less than bcrypt reads.
MOST_CHARACTERS = 71


class Password(msgspec.Struct, frozen=True, kw_only=True):
    """A password that was just set, or the hash of one, or both; its repr has neither."""

    plain: str = ""
    hash: str = ""

    def __repr__(self) -> str:
        return "Password()"


class PasswordField(Field, frozen=True, kw_only=True, tag="password"):
    """A password of `min` to `max` characters (0: 71), kept as a bcrypt hash of a `cost` (0: 10)."""

    min: int = 0
    max: int = 0
    pattern: str = ""
    cost: int = 0
    required: bool = False

    def cast(self, raw: Any) -> Password:
        """Return a password that is set, not hashed yet."""
        return Password(plain=as_text(raw))

    def hashed(self, value: Password) -> Password:
        """Return a value with the hash of its password; takes its time, off the event loop.

        Call it outside of transactions, before the value is checked. What is too long for bcrypt stays
        without.
        """
        if not value.plain or value.hash or len(value.plain.encode()) > MOST_BYTES:
            return value
        return Password(plain=value.plain, hash=hash_password(value.plain, self.cost or DEFAULT_COST))

    def to_column(self, value: Any) -> str:
        """Return the hash."""
        return str(value.hash)

    def from_column(self, stored: Any) -> Password:
        """Return the hash as a value."""
        return Password(hash=as_text(stored))

    def json_value(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Return the empty text: no hash is ever shown."""
        return sa.literal_column("''")

    def check_value(self, value: Any, context: ValueContext) -> Problem | None:
        """Return what is wrong with a password that is set."""
        return self.check_password(value)

    def check_password(self, value: Password) -> Problem | None:
        """Return what is wrong with a password that is set, whatever it is set in."""
        if len(value.plain.encode()) > MOST_BYTES:
            return INVALID
        if not value.plain:
            return REQUIRED if self.required and not value.hash else None
        most = self.max or MOST_CHARACTERS
        if len(value.plain) < self.min:
            return problem("validation_min_text_constraint", f"Must be at least {self.min} character(s).")
        if len(value.plain) > most:
            return problem("validation_max_text_constraint", f"Must be less than {most} character(s).")
        if self.pattern and not matches(self.pattern, value.plain):
            return INVALID_FORMAT
        return None

    def check_options(self, context: OptionsContext) -> Mapping[str, Problem]:
        """Return what is wrong with the limits, the cost and the pattern."""
        return stated(
            {
                **super().check_options(context),
                "min": check_at_least(self.min, 1) or check_at_most(self.min, MOST_CHARACTERS),
                "max": check_at_least(self.max, self.min) or check_at_most(self.max, MOST_CHARACTERS),
                "cost": check_at_least(self.cost, LEAST_COST) or check_at_most(self.cost, MOST_COST),
                "pattern": check_pattern(self.pattern),
            }
        )
