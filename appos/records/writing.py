"""Creating and changing records."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import dataset
import msgspec

from appos.audit.models import Actor
from appos.audit.service import Audit
from appos.errors import ConflictError, InvalidError
from appos.records.account_fields import account_problems
from appos.records.account_rows import check_account, settle_account
from appos.records.changes import Body
from appos.records.deleting import Events
from appos.records.drafts import FAILED, Draft, Drafts, file_names, stored_values
from appos.records.fields import PasswordField, Problem, ValueContext
from appos.records.files.store import FileStore
from appos.records.hashing import check_password
from appos.records.models import Action, Collection, Record, RequestInfo
from appos.records.reading import Reader
from appos.records.uploads import Upload
from appos.store.database import Database


class Slow(msgspec.Struct, kw_only=True, eq=False):
    """What is made before the database is locked, since it takes its time: hashes."""

    hashes: dict[str, Any] = {}
    # The hash that the body's old password was compared with, if it was right.
    right_for: str | None = None


class Writer:
    """Saves records by the rules of their collections; nothing is left behind by a change that fails."""

    def __init__(
        self, database: Database, reader: Reader, files: FileStore, events: Events, audit: Audit
    ) -> None:
        self._database = database
        self._reader = reader
        self._drafts = Drafts(reader)
        self._files = files
        self._events = events
        self._audit = audit

    def create(self, collection: Collection, body: Body, info: RequestInfo, actor: Actor) -> Record:
        """Create a record.

        Raises:
            ForbiddenError: the collection takes no record from this one.
            InvalidError: the create rule is not satisfied, or values are wrong: then with its fields.
        """
        draft = self._drafts.new(collection, body, info)
        return self._save(draft, lambda: draft, actor)

    def insert(self, collection: Collection, values: dict[str, Any], actor: Actor) -> Record:
        """Create a record on behalf of AppOS itself: no rule is asked, but values are checked.

        Raises:
            InvalidError: values are wrong, with its fields.
        """
        draft = self._drafts.trusted(Record.empty(collection), values)
        return self._save(draft, lambda: draft, actor)

    def update(
        self, collection: Collection, record_id: str, body: Body, info: RequestInfo, actor: Actor
    ) -> Record:
        """Change a record.

        Raises:
            ForbiddenError: the collection takes no change from this one.
            NotFoundError: there is no such record, or the update rule is not satisfied.
            InvalidError: values are wrong, with its fields.
        """

        def draft() -> Draft:
            return self._drafts.changed(collection, record_id, body, info)

        if _may_be_slow(collection, body):
            return self._save(draft(), draft, actor)
        # Nothing has to be made ahead, so it is drafted once, while the database is locked.
        return self._commit(Action.UPDATE, draft, Slow(), actor)

    def change(self, record: Record, values: dict[str, Any], actor: Actor) -> Record:
        """Change a record on behalf of AppOS itself: no rule is asked, but values are checked.

        Raises:
            NotFoundError: it was deleted meanwhile.
            InvalidError: values are wrong, with its fields.
        """

        def draft() -> Draft:
            return self._drafts.trusted(record, values)

        return self._save(draft(), draft, actor)

    def _save(self, first: Draft, again: Callable[[], Draft], actor: Actor) -> Record:
        """Save a draft, made again once the database is locked: what it changes may have changed."""
        slow = self._prepare(first) if first.is_slow else Slow()
        collection, record_id, uploads = first.record.collection, first.record.id, first.uploads
        try:
            with _worded(first.action):
                for upload in uploads:
                    self._files.save(collection.id, record_id, upload)
            make = again if first.original else lambda: first
            return self._commit(first.action, make, slow, actor)
        except BaseException:
            self._discard(collection, record_id, uploads)
            raise

    def _commit(self, action: Action, make: Callable[[], Draft], slow: Slow, actor: Actor) -> Record:
        """Save the draft that is made within the transaction."""
        with _unique(action), self._database.transaction() as db:
            draft = make()
            saved = self._write(db, draft, slow, actor)
            self._database.after_commit(partial(self._follow, draft, saved))
        return saved

    def _discard(self, collection: Collection, record_id: str, uploads: Sequence[Upload]) -> None:
        """Delete the files of a change that failed, but none of one that failed after its commit."""
        stored = self._reader.find(collection, record_id) if uploads else None
        kept = set() if stored is None else file_names(stored)
        for upload in uploads:
            if upload.name not in kept:
                self._files.delete(collection.id, record_id, upload.name)

    def _follow(self, draft: Draft, saved: Record) -> None:
        """Tell of the change, and delete the files that the record has no longer."""
        self._events.publish(draft.action, saved)
        if draft.original is not None:
            for name in sorted(file_names(draft.original) - file_names(saved)):
                self._files.delete(saved.collection.id, saved.id, name)

    def _prepare(self, draft: Draft) -> Slow:
        """Check a draft without a lock, and make its hashes."""
        slow = Slow()
        if draft.original is not None and draft.passwords.old and not draft.is_manager:
            known = draft.original.values["password"].hash
            if check_password(draft.passwords.old, known):
                slow.right_for = known
        with self._database.read() as db:
            _refuse(draft.action, self._problems(db, draft, slow))
        for field in draft.record.collection.fields:
            value = draft.record.values[field.name]
            if isinstance(field, PasswordField) and value.plain:
                slow.hashes[field.name] = field.hashed(value)
        return slow

    def _write(self, db: dataset.Database, draft: Draft, slow: Slow, actor: Actor) -> Record:
        _refuse(draft.action, self._problems(db, draft, slow))
        collection = draft.record.collection
        record = Record(collection, stored_values(draft.record.values) | slow.hashes)
        if collection.is_auth:
            record = settle_account(record, draft.original)
            _refuse(draft.action, check_account(db, self._reader.collections, record))
            named = draft.original or record
            subject = f"{collection.name}:{named.values['email'] or named.id}"
            detail = "" if draft.original is None else ", ".join(_changed(draft.original, record))
            self._audit.record(actor, f"account.{draft.action}", subject, detail=detail, db=db)
        if draft.original is None:
            self._database.insert(collection.name, record.to_row())
        else:
            self._database.update(collection.name, draft.original.id, record.to_row())
        return record

    def _problems(self, db: dataset.Database, draft: Draft, slow: Slow) -> dict[str, Problem]:
        record, original = draft.record, draft.original
        collection = record.collection
        if collection.is_auth and not draft.is_trusted:
            is_old_right = original is not None and slow.right_for == original.values["password"].hash
            refused = account_problems(
                record,
                original,
                draft.passwords,
                is_manager=draft.is_manager,
                is_old_right=is_old_right,
            )
            if refused:
                return refused
        problems: dict[str, Problem] = {}
        for field in collection.fields:
            context = ValueContext(
                db=db,
                collection=collection,
                lookup=self._reader.collections.find,
                record_id=original.id if original else record.id,
                original=original.values[field.name] if original else field.empty,
                is_new=original is None,
            )
            problem = field.check_value(record.values[field.name], context)
            if problem is not None:
                problems[field.name] = problem
        return problems


def _may_be_slow(collection: Collection, body: Body) -> bool:
    """Whether the draft of a change may be slow to save (`Draft.is_slow`)."""
    return (
        collection.is_auth
        or bool(body.uploads)
        or any(isinstance(field, PasswordField) for field in collection.fields)
    )


def _changed(before: Record, after: Record) -> list[str]:
    """Return the names of the fields that differ, but for those that follow from others."""
    old, new = before.to_row(), after.to_row()
    return sorted(name for name in new if new[name] != old[name] and name not in ("tokenKey", "updated"))


def _refuse(action: Action, problems: dict[str, Problem]) -> None:
    if problems:
        raise InvalidError(FAILED[action], code="validation_failed", fields=problems)


@contextmanager
def _worded(action: Action) -> Iterator[None]:
    """Say of a file that cannot be stored what PocketBase says of it."""
    try:
        yield
    except InvalidError as error:
        raise InvalidError(FAILED[action], code=error.code) from error


@contextmanager
def _unique(action: Action) -> Iterator[None]:
    """Turn what a UNIQUE index refuses into errors of its fields."""
    try:
        yield
    except ConflictError as error:
        raise InvalidError(FAILED[action], code=error.code, fields=error.fields) from error
