"""Plain text, and the primary key."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from appos.records.fields.base import Field, OptionsContext, Setter, ValueContext
from appos.records.fields.cast import as_text
from appos.records.fields.generate import UnsupportedPatternError, random_text
from appos.records.fields.patterns import check_pattern, matches
from appos.records.fields.problems import INVALID_FORMAT, Problem, problem
from appos.records.fields.rules import (
    check_at_least,
    check_size,
    must_be_empty,
    required,
    stated,
)
from appos.store.gotext import quote
from appos.store.values import new_id

MOST_CHARACTERS = 5000
ID_NAME = "id"
# Ids of small letters alone cannot differ from one another in case only.
DEFAULT_ID_PATTERN = "^[a-z0-9]+$"
ID_AUTOGENERATION = "[a-z0-9]{15}"
# Ids are names of folders. The first character of these that an id has is the one that is named.
FORBIDDEN_ID_CHARACTERS = "./\\|\"'`<>:?*%$\x00\t\n\r "
# What Windows takes for a device.
RESERVED_IDS = (
    "CON",
    "PRN",
    "AUX",
    "NUL",
    *(f"{port}{number}" for port in ("COM", "LPT") for number in range(1, 10)),
)
AUTOGENERATE = ":autogenerate"
TAKEN_ID = problem("validation_pk_invalid", "The record primary key is invalid or already exists.")
# How often a pattern's texts are tried against the other options.
TRIALS = 10


class TextField(Field, frozen=True, kw_only=True, tag="text"):
    """A text of at most `max` characters (0: 5000).

    With `autogenerate_pattern` a new record's empty value becomes a random text that the pattern matches.
    """

    min: int = 0
    max: int = 0
    pattern: str = ""
    autogenerate_pattern: str = ""
    required: bool = False
    primary_key: bool = False

    @property
    def column(self) -> str:
        """Return the definition of the column; a primary key made by SQL alone is random too."""
        if self.primary_key:
            return "TEXT PRIMARY KEY DEFAULT ('r'||lower(hex(randomblob(7)))) NOT NULL"
        return self.column_type

    def cast(self, raw: Any) -> str:
        """Return text as it is, and numbers and truths as text."""
        return as_text(raw)

    def setter(self, key: str) -> Setter | None:
        """Return also what `name:autogenerate` does: a random text behind the given one."""
        if key == self.name + AUTOGENERATE:
            return lambda _current, raw: self.cast(raw) + self._generate()
        return super().setter(key)

    def on_save(self, value: Any, *, is_new: bool, moment: str = "") -> Any:
        """Fill an empty value of a new record."""
        return value or self._generate() if is_new else value

    def check_value(self, value: Any, context: ValueContext) -> Problem | None:
        """Return what is wrong with a text; an id is checked when its record is new, and stays as it is."""
        if not self.primary_key:
            return self.check_text(value)
        if context.is_new:
            is_taken = self.pattern != DEFAULT_ID_PATTERN and self._is_taken(value, context)
            return TAKEN_ID if is_taken else self.check_text(value)
        if value != context.record_id:
            return problem("validation_pk_change", "The record primary key cannot be changed.")
        return None

    def check_text(self, text: str) -> Problem | None:
        """Return what is wrong with a text by the options alone."""
        if not text:
            return required(text) if self.required or self.primary_key else None
        most = self.max or MOST_CHARACTERS
        if 0 < self.min > len(text):
            return problem(
                "validation_min_text_constraint", f"Must be at least {self.min} character(s).", min=self.min
            )
        if 0 < most < len(text):
            return problem(
                "validation_max_text_constraint", f"Must be no more than {most} character(s).", max=most
            )
        if self.pattern and not matches(self.pattern, text):
            return INVALID_FORMAT
        if self.primary_key and self.pattern != DEFAULT_ID_PATTERN:
            return _check_portable(text)
        return None

    def check_options(self, context: OptionsContext) -> Mapping[str, Problem]:
        """Return what is wrong with the options; a primary key is `id`, has a pattern and is alone."""
        is_key = self.primary_key
        return stated(
            {
                **super().check_options(context),
                "primaryKey": self._check_only_key(context) if is_key else None,
                "min": check_size(self.min),
                "max": check_at_least(self.max, self.min) or check_size(self.max),
                "pattern": (required(self.pattern) if is_key else None) or check_pattern(self.pattern),
                "hidden": must_be_empty(self.hidden) if is_key else None,
                "required": required(self.required) if is_key else None,
                "autogeneratePattern": check_pattern(self.autogenerate_pattern) or self._check_autogenerate(),
            }
        )

    def _check_name(self) -> Problem | None:
        found = super()._check_name()
        if found is None and self.primary_key and self.name != ID_NAME:
            return problem("validation_in_invalid", 'The primary key must be named "id".')
        return found

    def _check_only_key(self, context: OptionsContext) -> Problem | None:
        texts = (field for field in context.collection.fields if isinstance(field, TextField))
        if sum(text.primary_key for text in texts) < 2:
            return None
        return problem(
            "validation_unsupported_composite_pk",
            "Composite PKs are not supported and the collection must have only 1 PK.",
        )

    def _check_autogenerate(self) -> Problem | None:
        """Return what is wrong with texts of the pattern, of which some are tried."""
        if not self.autogenerate_pattern:
            return None
        try:
            texts = [self._generate() for _ in range(TRIALS)]
        except UnsupportedPatternError as error:
            return problem("validation_invalid_autogenerate_pattern", f"{error}.")
        wrong = next((text for text in texts if self.check_text(text)), None)
        if wrong is None:
            return None
        return problem(
            "validation_invalid_autogenerate_pattern_value",
            f"The provided autogenerate pattern could produce invalid field values, ex.: {quote(wrong)}.",
        )

    def _is_taken(self, key: str, context: ValueContext) -> bool:
        """Whether a record has this id in any case."""
        table = sa.table(context.collection.name, sa.column(ID_NAME))
        same = table.c.id.collate("NOCASE") == key
        statement = sa.select(sa.func.count()).select_from(table).where(same)
        return bool(context.db.executable.execute(statement).scalar_one())

    def _generate(self) -> str:
        if self.autogenerate_pattern == ID_AUTOGENERATION:
            # What nearly every record asks for, in a tenth of the time.
            return new_id()
        return random_text(self.autogenerate_pattern) if self.autogenerate_pattern else ""


def _check_portable(key: str) -> Problem | None:
    """Return what keeps an id from being the name of a folder everywhere."""
    forbidden = next((character for character in FORBIDDEN_ID_CHARACTERS if character in key), None)
    if forbidden is not None:
        return problem(
            "validation_forbidden_pk_character",
            f"'{forbidden}' is not a valid primary key character.",
            ch=forbidden,
        )
    if key.upper() not in RESERVED_IDS:
        return None
    return problem(
        "validation_reserved_pk",
        f"The primary key '{key.upper()}' is reserved and cannot be used.",
        reserved=key.upper(),
    )
