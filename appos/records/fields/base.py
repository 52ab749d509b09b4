"""What every type of field can do."""

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import msgspec
from sqlalchemy import ColumnElement

from appos.records.fields.problems import Problem
from appos.records.fields.rules import (
    check_length,
    check_match,
    check_no_via,
    check_not_in,
    required,
    stated,
)

if TYPE_CHECKING:
    import dataset

    from appos.records.models import Collection

Lookup: TypeAlias = "Callable[[str], Collection | None]"
"""Finds a collection by its id or by its name in any case."""

Setter: TypeAlias = Callable[[Any, Any], Any]
"""What a key of a request's body does: `(current value, raw) -> new value`."""

MOST_NAME_BYTES = 100
# Words of filters, a column of SQLite's own, and what is shown of a record beside its fields.
RESERVED_NAMES = frozenset(
    {"null", "true", "false", "_rowid_", "collectionId", "collectionName", "expand"},
)
_NAME = re.compile(r"\w+", re.ASCII)


class ValueContext(msgspec.Struct, frozen=True, kw_only=True):
    """What a field may look at when it checks the value of one record."""

    db: "dataset.Database"
    collection: "Collection"
    lookup: Lookup
    record_id: str
    # The field's value in the stored record, or its empty value for a new record.
    original: Any
    is_new: bool


class OptionsContext(msgspec.Struct, frozen=True, kw_only=True):
    """What a field may look at when it checks its own options."""

    collection: "Collection"
    # The collection as it is stored; None for a new one.
    original: "Collection | None"
    lookup: Lookup


class Field(msgspec.Struct, frozen=True, kw_only=True, rename="camel", tag_field="type"):
    """One field of a collection: its options, and how its values are cast, checked, stored and shown.

    A value goes through three forms: raw (as it came in JSON or a form), cast (Python's, as rules and
    services see it), and stored (what SQLite keeps).
    Source: PocketBase 0.36, "Fields" of collections.
    """

    # The definition of the column, without its name.
    column_type: ClassVar[str] = "TEXT DEFAULT '' NOT NULL"

    id: str = ""
    name: str = ""
    system: bool = False
    hidden: bool = False
    presentable: bool = False

    @property
    def type(self) -> str:
        """The name of the type, as in JSON."""
        return str(self.__struct_config__.tag)

    @property
    def is_multiple(self) -> bool:
        """Whether a value is a list."""
        return False

    @property
    def body_bytes(self) -> int:
        """Return by how much the field raises what a body of a record may hold.

        Source: PocketBase 0.36, which does so for files, editors and JSON.
        """
        return 0

    @property
    def column(self) -> str:
        """Return the definition of the field's column in SQL, without its name."""
        return self.column_type

    @property
    def empty(self) -> Any:
        """Return the cast value of a record in which nothing was set."""
        return self.cast(None)

    def cast(self, raw: Any) -> Any:
        """Return a raw value as the field's own type; whatever it is, PocketBase makes something of it."""
        return raw

    def to_column(self, value: Any) -> Any:
        """Return a cast value as SQLite stores it."""
        return value

    def from_column(self, stored: Any) -> Any:
        """Return what SQLite stored as a cast value."""
        return self.cast(stored)

    def json_value(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Return the expression that SQLite's json_object() takes for the value in `column`."""
        return column

    def setter(self, key: str) -> Setter | None:
        """Return what a key of a request's body does: `(current value, raw) -> new value`; None: nothing.

        The plain name sets; a field with modifiers knows more keys, as `name+`, `+name`, `name-`.
        """
        return (lambda _current, raw: self.cast(raw)) if key == self.name else None

    def on_save(self, value: Any, *, is_new: bool, moment: str = "") -> Any:
        """Return the value that a record is saved with; only fields that fill themselves change it.

        `moment` is that of the save, by default the present one.
        """
        return value

    def check_value(self, value: Any, context: ValueContext) -> Problem | None:
        """Return what is wrong with a cast value, None if nothing is; within the saving transaction."""
        return None

    def check_options(self, context: OptionsContext) -> Mapping[str, Problem]:
        """Return what is wrong with the field's options, by their names on the wire."""
        return stated({"id": self._check_id(), "name": self._check_name()})

    def _check_id(self) -> Problem | None:
        return required(self.id) or check_length(self.id, 1, MOST_NAME_BYTES)

    def _check_name(self) -> Problem | None:
        return (
            required(self.name)
            or check_length(self.name, 1, MOST_NAME_BYTES)
            or check_match(self.name, _NAME)
            or check_not_in(self.name, RESERVED_NAMES)
            or check_no_via(self.name)
        )
