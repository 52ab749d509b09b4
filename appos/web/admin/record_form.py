"""The form of a record: which input each field has, and the body that the inputs make."""

import json
from collections.abc import Container
from typing import Any

import msgspec
from flask import request

from appos.errors import InvalidError
from appos.records.changes import Body
from appos.records.fields import Field, FileField, RelationField, SelectField
from appos.records.models import Collection, RequestInfo
from appos.store.query import ListQuery
from appos.web.state import identity, state
from appos.web.uploads import uploads

TOKEN_KEY = "tokenKey"  # noqa: S105 - the name of a field
MOST_CHOICES = 200
DIFFER = {"code": "validation_values_mismatch", "message": "The two passwords differ."}
# Names of inputs begin with this, so that no field takes the place of the form's own.
PART = "v-"


class Choice(msgspec.Struct, frozen=True):
    """A record that a relation may name."""

    id: str
    label: str


def info() -> RequestInfo:
    """Return what rules may know of the superuser who asks."""
    who = identity()
    return RequestInfo(method=request.method, auth=who.record if who else None)


def fields_of(collection: Collection) -> list[Field]:
    """Return the fields that may be seen here: all but the keys of tokens."""
    return [field for field in collection.fields if not (collection.is_auth and field.name == TOKEN_KEY)]


def columns_of(collection: Collection) -> list[Field]:
    """Return the fields that a list shows: what presents a record first, then others, without secrets."""
    shown = [field for field in fields_of(collection) if field.type != "password" and field.name != "id"]
    shown.sort(key=lambda field: (field.type == "autodate", not field.presentable))
    return shown[:7]


def label_of(collection: Collection, record: dict[str, Any]) -> str:
    """Return what a person calls a record: its presentable fields, or a name that it has, or its id."""
    names = [field.name for field in collection.fields if field.presentable and field.type != "password"]
    names = names or [name for name in ("title", "name", "email") if name in collection.by_name]
    texts = [str(record.get(name, "")) for name in names]
    return " · ".join(text for text in texts if text) or str(record["id"])


def items_of(collection: Collection, query: ListQuery) -> dict[str, Any]:
    """Return one page of records as plain values.

    Raises:
        InvalidError: the filter or the sort cannot be understood.
    """
    page: dict[str, Any] = json.loads(state().services.records.page(collection, query, info()))
    return page


def choices_of(field: RelationField) -> tuple[Collection | None, list[Choice]]:
    """Return the collection that a relation leads to, and its newest records, of which one may choose."""
    target = state().services.collections.find(field.collection_id)
    if target is None:
        return None, []
    page = items_of(target, ListQuery(per_page=MOST_CHOICES, sort="-@rowid", skip_total=True))
    return target, [Choice(item["id"], label_of(target, item)) for item in page["items"]]


def read_body(collection: Collection, *, is_new: bool) -> Body:
    """Return the body that the form makes.

    Raises:
        InvalidError: `validation_failed`; the two passwords differ.
    """
    files = uploads(collection)
    values = typed(collection, files)
    if not is_new:
        values.pop("id", None)
    for field in fields_of(collection):
        if field.type == "password":
            values |= _password(collection, field)
    return Body(values=values, uploads=files)


def typed(collection: Collection, chosen: Container[str] = ()) -> dict[str, Any]:
    """Return what was typed, but no password; for the fields in `chosen` there are new files."""
    values: dict[str, Any] = {}
    for field in fields_of(collection):
        if isinstance(field, FileField):
            if field.is_multiple or field.name not in chosen:
                values[field.name] = request.form.getlist(f"{PART}{field.name}-kept")
        elif field.type not in ("autodate", "password"):
            values[field.name] = _value(field)
    if not values.get("id"):
        values.pop("id", None)
    return values


def _value(field: Field) -> Any:
    name = PART + field.name
    if field.type == "bool":
        return name in request.form
    if field.type == "geoPoint":
        return {part: request.form.get(f"{name}-{part}", "") for part in ("lon", "lat")}
    if isinstance(field, RelationField):
        typed = request.form.get(f"{name}-more", "").replace(",", " ").split()
        chosen = [*request.form.getlist(name), *typed]
        return list(dict.fromkeys(filter(None, chosen))) if field.is_multiple else "".join(chosen[:1])
    if isinstance(field, SelectField) and field.is_multiple:
        return request.form.getlist(name)
    return request.form.get(name, "").replace("\r\n", "\n")


def _password(collection: Collection, field: Field) -> dict[str, Any]:
    """Return a new password, if one was typed; an empty box leaves it as it is."""
    given = request.form.get(PART + field.name, "")
    repeated = request.form.get(f"{PART}{field.name}-repeated", "")
    if given != repeated:
        raise InvalidError("Nothing was saved.", code="validation_failed", fields={field.name: DIFFER})
    if not given:
        return {}
    is_account = collection.is_auth and field.name == "password"
    return {field.name: given} | ({"passwordConfirm": repeated} if is_account else {})
