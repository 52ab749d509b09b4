"""Truths."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from appos.records.fields.base import Field, ValueContext
from appos.records.fields.cast import as_bool
from appos.records.fields.problems import Problem
from appos.records.fields.rules import required


class BoolField(Field, frozen=True, kw_only=True, tag="bool"):
    """True or False; `required` demands True."""

    column_type = "BOOLEAN DEFAULT FALSE NOT NULL"

    required: bool = False

    def cast(self, raw: Any) -> bool:
        """Return True for true, numbers that are not 0, and words for true."""
        return as_bool(raw)

    def json_value(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Return true or false, which SQLite has as 1 and 0."""
        word = sa.case((column, sa.literal_column("'true'")), else_=sa.literal_column("'false'"))
        return sa.func.json(word)

    def check_value(self, value: Any, context: ValueContext) -> Problem | None:
        """Demand True if a value is required."""
        return required(value) if self.required else None
