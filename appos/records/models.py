"""Collections and their records, and what rules may know of a request."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import Any

import msgspec

from appos.records.auth_options import AuthOptions
from appos.records.fields import AnyField, Field

SUPERUSERS = "_superusers"
USERS = "users"
# The context of what is told to those who subscribed; `RequestInfo.context`.
REALTIME = "realtime"


class CollectionType(StrEnum):
    """What the records of a collection are."""

    BASE = "base"
    AUTH = "auth"
    # Answered as PocketBase answers it with no view defined: AppOS stores none.
    VIEW = "view"


class Action(StrEnum):
    """What rules allow or forbid."""

    LIST = "list"
    VIEW = "view"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class Collection(msgspec.Struct, frozen=True, kw_only=True, rename="camel", dict=True):
    """A set of records with the same fields, kept in a table of the collection's name.

    A rule is a filter; "" allows everybody, None superusers alone.
    """

    id: str
    name: str
    type: CollectionType
    system: bool = False
    fields: tuple[AnyField, ...] = ()
    indexes: tuple[str, ...] = ()
    list_rule: str | None = None
    view_rule: str | None = None
    create_rule: str | None = None
    update_rule: str | None = None
    delete_rule: str | None = None
    created: str = ""
    updated: str = ""
    # What an auth collection has beyond a base one.
    auth: AuthOptions | None = None
    # Set for collections that AppOS's services alone write; their records can be read by rule.
    is_written_by_services: bool = False

    @property
    def is_auth(self) -> bool:
        """Whether its records are accounts."""
        return self.auth is not None

    @property
    def auth_options(self) -> AuthOptions:
        """The options of an auth collection."""
        if self.auth is None:
            raise TypeError(f"{self.name} is no auth collection")
        return self.auth

    @property
    def is_superusers(self) -> bool:
        """Whether its accounts may do everything."""
        return self.name == SUPERUSERS

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """The fields by their names."""
        return {field.name: field for field in self.fields}

    @cached_property
    def by_id(self) -> Mapping[str, Field]:
        """The fields by their ids."""
        return {field.id: field for field in self.fields}

    def field(self, name: str) -> Field | None:
        """Return the field of this name."""
        return self.by_name.get(name)

    def rule(self, action: Action) -> str | None:
        """Return the rule of an action."""
        rule: str | None = getattr(self, f"{action}_rule")
        return rule


class Record:
    """One record: its collection and its values, cast, by the names of the fields."""

    __slots__ = ("collection", "values")

    def __init__(self, collection: Collection, values: dict[str, Any]) -> None:
        self.collection = collection
        self.values = values

    def __repr__(self) -> str:
        return f"Record({self.collection.name}, id={self.id!r})"

    @property
    def id(self) -> str:
        """The record's id, "" before it has one."""
        return str(self.values.get("id", ""))

    @property
    def is_superuser(self) -> bool:
        """Whether this is the account of a superuser."""
        return self.collection.is_superusers

    @classmethod
    def empty(cls, collection: Collection) -> "Record":
        """Return a record in which nothing was set."""
        return cls(collection, {field.name: field.empty for field in collection.fields})

    @classmethod
    def from_row(cls, collection: Collection, row: Mapping[str, Any]) -> "Record":
        """Return the record that a row of the collection's table holds."""
        return cls(
            collection, {field.name: field.from_column(row[field.name]) for field in collection.fields}
        )

    def to_row(self) -> dict[str, Any]:
        """Return the record as a row of its collection's table."""
        return {field.name: field.to_column(self.values[field.name]) for field in self.collection.fields}


class RequestInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What rules may know of a request, as `@request.*`.

    Names of headers are in small letters with `_` for `-`. `body` has no modifiers: `field+` has become the
    field's new value. `auth` is the account that asks; None for a stranger.
    """

    context: str = "default"
    method: str = "GET"
    query: Mapping[str, str] = {}
    headers: Mapping[str, str] = {}
    body: Mapping[str, Any] = {}
    auth: Record | None = None

    @property
    def is_superuser(self) -> bool:
        """Whether a superuser asks, whom no rule binds."""
        return self.auth is not None and self.auth.is_superuser
