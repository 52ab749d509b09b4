"""Collections as requests want them, before anybody has checked whether they may be so."""

from collections.abc import Collection as Several
from typing import Any

import msgspec
from msgspec.structs import replace

from appos.errors import InvalidError
from appos.records.auth_options import AuthOptions, OAuth2Fields
from appos.records.fields import arrange, decode_fields
from appos.records.indexes import parse_index
from appos.records.loading import load
from appos.records.models import Collection, CollectionType
from appos.records.scaffolds import complete, generated_id, scaffold
from appos.store.values import timestamp

LOADING_TYPE = "Failed to load the collection type data due to invalid formatting."
# What PocketBase answers to a change of an id, which it looks up before it looks at anything else.
ID_CHANGED = (
    "Failed to update collection. Raw error: \n"
    "failed to retrieve old cached collection: sql: no rows in result set."
)


class _Kind(msgspec.Struct, frozen=True, kw_only=True):
    type: str = ""
    name: str = ""


class _View(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    view_query: str = ""


class _Body(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What of a collection can be sent, but for the options of its type."""

    id: str
    name: str
    type: str
    system: bool
    indexes: tuple[str, ...]
    list_rule: str | None
    view_rule: str | None
    create_rule: str | None
    update_rule: str | None
    delete_rule: str | None
    created: str
    updated: str
    fields: Any = msgspec.UNSET


_KEPT = tuple(name for name in _Body.__struct_fields__ if name != "fields")


def new_draft(raw: object, taken: Several[str]) -> Collection:
    """Return the collection that a request to create one asks for; `taken` are the ids of the others.

    Raises:
        InvalidError: `body_invalid`.
    """
    kind = load(_Kind(), raw, message=LOADING_TYPE)
    blank = scaffold(kind.type, kind.name)
    draft = _loaded(blank, raw)
    type_ = draft.type or CollectionType.BASE
    id_ = draft.id or generated_id(type_, draft.name)
    is_made = not draft.id or draft.id == blank.id
    now = timestamp()
    # What is not the name of a type is found wrong later, together with everything else.
    draft = _normal(replace(draft, type=type_, id=id_, created=now, updated=now))
    return _numbered(draft, taken) if is_made else draft


def changed_draft(collection: Collection, raw: object) -> Collection:
    """Return the collection that a request to change this one asks for.

    Raises:
        InvalidError: `body_invalid`; `id_changed`.
    """
    draft = _loaded(collection, raw)
    if draft.id != collection.id:
        raise InvalidError(ID_CHANGED, code="id_changed")
    return _normal(replace(draft, type=draft.type or CollectionType.BASE, updated=timestamp()))


def view_query(raw: object) -> str:
    """Return the query that a request to create or change a collection gives for a view.

    Raises:
        InvalidError: `body_invalid`.
    """
    return load(_View(), raw).view_query


def _loaded(collection: Collection, raw: object) -> Collection:
    values = {name: getattr(collection, name) for name in _KEPT}
    body = load(_Body(**values), raw)
    auth = load(collection.auth or AuthOptions(), raw)
    changes = {name: getattr(body, name) for name in _KEPT}
    changes["auth"] = auth if body.type == CollectionType.AUTH else None
    if body.fields is not msgspec.UNSET:
        changes["fields"] = decode_fields(body.fields)
    return replace(collection, **changes)


def _normal(draft: Collection) -> Collection:
    """Return a draft with ids for its fields, and with all that one of its type always has."""
    draft = complete(replace(draft, fields=arrange(draft.fields)))
    return replace(draft, auth=_mapped(draft.auth, draft)) if draft.auth else draft


def _mapped(auth: AuthOptions, draft: Collection) -> AuthOptions:
    """Forget what maps to a field that is not there."""
    mapped: dict[str, str] = msgspec.to_builtins(auth.oauth2.mapped_fields)
    kept = {name: field if field in draft.by_name else "" for name, field in mapped.items()}
    return replace(auth, oauth2=replace(auth.oauth2, mapped_fields=msgspec.convert(kept, OAuth2Fields)))


def _numbered(draft: Collection, taken: Several[str]) -> Collection:
    """Return a draft with a generated id that nobody has, in the names of its indexes too."""
    id_ = generated_id(draft.type, draft.name, taken)
    if id_ == draft.id:
        return draft
    return replace(draft, id=id_, indexes=tuple(_reindexed(text, draft.id, id_) for text in draft.indexes))


def _reindexed(text: str, old: str, new: str) -> str:
    index = parse_index(text)
    if old not in index.name:
        return text
    return index.renamed(name=index.name.replace(old, new)).sql
