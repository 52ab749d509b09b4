"""A collection as it is shown and as it is written, for the description of the API."""

from typing import Any

import msgspec

from appos.records.auth_options import AuthOptions
from appos.records.models import CollectionType


class CollectionBody(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What may be said of a collection; what is not named stays, or has its default.

    A rule is a filter; "" admits everybody and null superusers alone. What auth collections have besides goes
    by the names that it is shown with.
    """

    id: str = ""
    name: str = ""
    type: CollectionType = CollectionType.BASE
    fields: list[dict[str, Any]] = []
    indexes: list[str] = []
    list_rule: str | None = None
    view_rule: str | None = None
    create_rule: str | None = None
    update_rule: str | None = None
    delete_rule: str | None = None


class CollectionShown(AuthOptions, frozen=True, kw_only=True, rename="camel"):
    """A collection. Collections that are not of the type auth have nothing of what concerns accounts."""

    id: str
    name: str
    type: CollectionType
    system: bool
    fields: list[dict[str, Any]]
    indexes: list[str]
    list_rule: str | None
    view_rule: str | None
    create_rule: str | None
    update_rule: str | None
    delete_rule: str | None
    created: str
    updated: str


class Scaffolds(msgspec.Struct, frozen=True, kw_only=True):
    """What a new collection of each type has."""

    auth: CollectionShown
    base: CollectionShown
    view: dict[str, Any]
