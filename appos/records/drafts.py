"""Drafts: records as requests want them to be, before anything is written."""

from collections.abc import Iterator
from typing import Any

import msgspec

from appos.errors import ForbiddenError, InvalidError, NotFoundError
from appos.records.account_fields import Passwords
from appos.records.changes import Body, load, resolve_body
from appos.records.fields import FileField, Password, PasswordField
from appos.records.fields.dates import now
from appos.records.models import Action, Collection, Record, RequestInfo
from appos.records.reading import NOT_FOUND, Reader, require_rule
from appos.records.uploads import Upload

FAILED = {Action.CREATE: "Failed to create record.", Action.UPDATE: "Failed to update record."}
BY_SERVICES = "AppOS itself keeps the records of this collection; use its own routes to change them."


class Draft(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A record as it will be saved, what it was, and who saves it."""

    record: Record
    original: Record | None
    passwords: Passwords
    # Whether a superuser saves it, or one whom the manage rule allows.
    is_manager: bool
    # Whether AppOS itself saves it, which needs no password twice.
    is_trusted: bool = False

    @property
    def action(self) -> Action:
        """What saving it is."""
        return Action.CREATE if self.original is None else Action.UPDATE

    @property
    def uploads(self) -> list[Upload]:
        """The files that it brings."""
        return list(_uploads(self.record))

    @property
    def is_slow(self) -> bool:
        """Whether files have to be stored, or passwords hashed or compared."""
        fields = self.record.collection.fields
        has_plain = any(
            isinstance(field, PasswordField) and self.record.values[field.name].plain for field in fields
        )
        return has_plain or bool(self.passwords.old) or bool(self.uploads)


class Drafts:
    """Makes drafts by the rules of collections."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def new(self, collection: Collection, body: Body, info: RequestInfo) -> Draft:
        """Return the draft of a new record.

        Raises:
            ForbiddenError: the collection takes no record from this one.
            InvalidError: the create rule is not satisfied.
        """
        require_writable(collection, Action.CREATE, info)
        empty = Record.empty(collection)
        values = resolve_body(empty, body, is_superuser=info.is_superuser)
        info = msgspec.structs.replace(info, body=values)
        record = load(empty, values)
        is_manager = info.is_superuser
        if not is_manager:
            unsaved = _unsaved(record)
            rule = collection.create_rule
            if rule and not self._reader.satisfies_unsaved(unsaved, rule, info):
                raise InvalidError(FAILED[Action.CREATE], code="rule_not_satisfied")
            manage = collection.auth.manage_rule if collection.auth and info.auth else None
            is_manager = bool(manage) and self._reader.satisfies_unsaved(unsaved, str(manage), info)
        return Draft(
            record=filled(record, is_new=True),
            original=None,
            passwords=Passwords.of(values),
            is_manager=is_manager,
        )

    def changed(self, collection: Collection, record_id: str, body: Body, info: RequestInfo) -> Draft:
        """Return the draft of a changed record.

        Raises:
            ForbiddenError: the collection takes no change from this one.
            NotFoundError: there is no such record, or the update rule is not satisfied.
        """
        require_writable(collection, Action.UPDATE, info)
        original = self.found(collection, record_id)
        values = resolve_body(original, body, is_superuser=info.is_superuser)
        info = msgspec.structs.replace(info, body=values)
        if not self._reader.visible(collection, record_id, collection.update_rule, info):
            raise NotFoundError(NOT_FOUND)
        is_manager = info.is_superuser
        if not is_manager and collection.auth and info.auth and collection.auth.manage_rule:
            is_manager = self._reader.visible(collection, record_id, collection.auth.manage_rule, info)
        return Draft(
            record=filled(load(original, values), is_new=False),
            original=original,
            passwords=Passwords.of(values),
            is_manager=is_manager,
        )

    def trusted(self, record: Record, values: dict[str, Any]) -> Draft:
        """Return the draft of a record that AppOS itself creates, or changes if it is stored already.

        Raises:
            NotFoundError: it was stored and is no longer.
        """
        original = self.found(record.collection, record.id) if record.id else None
        hashed = {name: value for name, value in values.items() if isinstance(value, Password)}
        raw = {name: value for name, value in values.items() if name not in hashed}
        cast = resolve_body(original or record, Body(values=raw), is_superuser=True)
        return Draft(
            record=filled(load(original or record, cast | hashed), is_new=original is None),
            original=original,
            passwords=Passwords(new="", confirm="", old=""),
            is_manager=True,
            is_trusted=True,
        )

    def found(self, collection: Collection, record_id: str) -> Record:
        """Return a stored record.

        Raises:
            NotFoundError: there is none.
        """
        found = self._reader.find(collection, record_id)
        if found is None:
            raise NotFoundError(NOT_FOUND)
        return found


def require_writable(collection: Collection, action: Action, info: RequestInfo) -> None:
    """Refuse to write what services alone write, or what is for superusers.

    Raises:
        ForbiddenError: `written_by_services`, or in PocketBase's words.
    """
    if collection.is_written_by_services:
        raise ForbiddenError(BY_SERVICES, code="written_by_services")
    require_rule(collection, action, info)


def filled(record: Record, *, is_new: bool) -> Record:
    """Return a record in which the fields that fill themselves have done so."""
    moment = now()
    values = {
        field.name: field.on_save(record.values[field.name], is_new=is_new, moment=moment)
        for field in record.collection.fields
    }
    return Record(record.collection, values)


def stored_values(values: dict[str, Any]) -> dict[str, Any]:
    """Return values in which files are their names."""

    def name(value: Any) -> Any:
        return value.name if isinstance(value, Upload) else value

    return {
        key: [name(item) for item in value] if isinstance(value, list) else name(value)
        for key, value in values.items()
    }


def file_names(record: Record) -> set[str]:
    """Return the names of the files of a stored record."""
    names: set[str] = set()
    for field in record.collection.fields:
        if isinstance(field, FileField):
            value = record.values[field.name]
            names.update(value if isinstance(value, list) else [value] if value else [])
    return names


def _unsaved(record: Record) -> Record:
    """Return a new record as its create rule sees it: with an id, and not verified whatever it claims."""
    values = stored_values(record.values) | {"id": record.id or "__new_record__"}
    if record.collection.is_auth:
        values["verified"] = False
    return Record(record.collection, values)


def _uploads(record: Record) -> Iterator[Upload]:
    for field in record.collection.fields:
        if isinstance(field, FileField):
            value = record.values[field.name]
            values = value if isinstance(value, list) else [value]
            yield from (it for it in values if isinstance(it, Upload))
