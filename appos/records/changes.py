"""What a request's body makes of a record."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from appos.records.fields import Field
from appos.records.models import Collection, Record
from appos.records.uploads import Upload

# The one hidden field that everybody may set who may write an account at all.
PASSWORD = "password"  # noqa: S105 - the name of a field
Uploads = Mapping[str, Sequence[Upload]]


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """The body of a request that creates or changes a record: its values and its files, by their keys."""

    values: Mapping[str, Any] = {}
    uploads: Uploads = {}


def resolve_body(record: Record, body: Body, *, is_superuser: bool) -> dict[str, Any]:
    """Return the body with each modifier (`field+`) made the new value of its field.

    Hidden fields are left out unless a superuser asks. What names no field stays, for rules may look at it.
    Source: PocketBase 0.36: of several keys of one field the shorter comes first.
    """
    values = _resolve(record, body.values)
    uploads = {key: files for key, files in body.uploads.items() if files}
    if uploads:
        named = {key: _with_names(key, files, body) for key, files in uploads.items()}
        values = _resolve(record, values | named)
    if is_superuser:
        return values
    hidden = {field.name for field in record.collection.fields if field.hidden}
    if record.collection.is_auth:
        hidden.discard(PASSWORD)
    return {name: value for name, value in values.items() if name not in hidden}


def _with_names(key: str, files: Sequence[Upload], body: Body) -> list[Any]:
    """Return files together with the names of stored ones that the same key lists, so that these are kept."""
    if key.startswith("+") or key.endswith("+") or body.values.get(key) is None:
        return list(files)
    named = body.values[key]
    names = [str(name) for name in (named if isinstance(named, list) else [named]) if name]
    return [*dict.fromkeys(names), *files]


def _resolve(record: Record, values: Mapping[str, Any]) -> dict[str, Any]:
    resolved = dict(values)
    current = dict(record.values)
    for key in sorted(values, key=len):
        field, changed = _set(record.collection, current, key, values[key])
        if field is not None:
            del resolved[key]
            resolved[field.name] = current[field.name] = changed
    return resolved


def _set(
    collection: Collection, current: Mapping[str, Any], key: str, raw: Any
) -> tuple[Field, Any] | tuple[None, None]:
    """Return the field that a key sets, and its new value."""
    plain = collection.field(key)
    candidates = [plain] if plain is not None else collection.fields
    for field in candidates:
        setter = field.setter(key)
        if setter is not None:
            return field, setter(current[field.name], raw)
    return None, None


def load(record: Record, values: Mapping[str, Any]) -> Record:
    """Return the record with the values of a resolved body; what names no field is left out."""
    known = {name: value for name, value in values.items() if name in record.collection.by_name}
    return Record(record.collection, record.values | known)
