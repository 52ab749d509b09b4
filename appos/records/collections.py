"""The collections: finding them, and changing them together with their tables."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TypeAlias

import dataset
import msgspec
from msgspec.structs import replace

from appos.audit.models import Actor
from appos.audit.service import Audit
from appos.errors import ForbiddenError, InvalidError, NotFoundError
from appos.records import table
from appos.records.collection_drafts import changed_draft, new_draft, view_query
from appos.records.document import Document, document
from appos.records.fields import RelationField
from appos.records.models import Collection, CollectionType
from appos.records.scaffolds import new_secret, scaffold
from appos.records.schema import change_schema, create_schema, drop_schema
from appos.records.validate import Surroundings, collection_problems
from appos.store.database import Database
from appos.store.ddl import REFUSED
from appos.store.query import ListQuery, Page

NOT_FOUND = "The requested resource wasn't found."
NO_CONTEXT = "Missing or invalid collection context."
NO_AUTH_CONTEXT = "Missing or invalid auth collection context."
WRONG = "Something went wrong while processing your request."
NOT_TRUNCATED = (
    "Failed to truncate collection (most likely due to required cascade delete record references)."
)

Removal: TypeAlias = Callable[[Collection, Actor], None]
"""Deletes every record of a collection and what cannot be without them, in one transaction, on record."""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """All collections as they were at one version, and by their ids and their names in small letters."""

    version: int = -1
    all: tuple[Collection, ...] = ()
    by_id: Mapping[str, Collection] = {}
    by_name: Mapping[str, Collection] = {}

    @classmethod
    def of(cls, version: int, collections: Sequence[Collection]) -> "Known":
        """Return the collections of one version."""
        return cls(
            version=version,
            all=tuple(collections),
            by_id={each.id: each for each in collections},
            by_name={each.name.lower(): each for each in collections},
        )

    def find(self, id_or_name: str) -> Collection | None:
        """Return the first collection with this id, or with this name in any case."""
        named, found = self.by_name.get(id_or_name.lower()), self.by_id.get(id_or_name)
        if named is None or found is None:
            return named or found
        return min(named, found, key=self.all.index)


class Collections:
    """The collections; they change rarely, so they are kept until they do.

    The database counts their changes, whoever makes them. Outside of transactions only what is committed is
    kept; within one of this greenlet, what it sees is read anew where it differs from what is kept, so that
    a rollback leaves nothing behind.
    """

    def __init__(
        self,
        database: Database,
        audit: Audit,
        remove_records: Removal,
        remove_files: Callable[[str], None],
    ) -> None:
        """Take what removes the contents of a collection: its records, and by its id all files of these."""
        self._database = database
        self._audit = audit
        self._remove_records = remove_records
        self._remove_files = remove_files
        self._known = Known()
        # The stamp of the database at which `_known` was true.
        self._stamp = -1
        # The version that was given last to what a transaction alone has seen.
        self._passed = -1

    @property
    def version(self) -> int:
        """A number that is another one after every change of a collection."""
        return self._current().version

    def all(self) -> tuple[Collection, ...]:
        """Return every collection, the oldest first."""
        return self._current().all

    def find(self, id_or_name: str) -> Collection | None:
        """Return the first collection with this id, or with this name in any case."""
        return self._current().find(id_or_name)

    def get(self, id_or_name: str, message: str = NOT_FOUND) -> Collection:
        """Return the collection with this id, or with this name in any case.

        Raises:
            NotFoundError: `not_found`, with `message`.
        """
        found = self.find(id_or_name)
        if found is None:
            raise NotFoundError(message)
        return found

    def auth(self, id_or_name: str, missing: str = NO_CONTEXT) -> Collection:
        """Return an auth collection.

        Raises:
            NotFoundError: `not_found`; its message is `missing` if there is no collection at all.
        """
        found = self.get(id_or_name, missing)
        if not found.is_auth:
            raise NotFoundError(NO_AUTH_CONTEXT)
        return found

    def page(self, query: ListQuery) -> Page[Collection]:
        """Return one page of the collections, filtered and sorted by id, name, type, system and their dates.

        Raises:
            InvalidError: `invalid_filter`, `invalid_sort` or `unknown_field`.
        """
        try:
            with self._database.read() as db:
                return table.list_collections(db, query)
        except InvalidError as error:
            raise InvalidError(WRONG, code=error.code) from error

    @staticmethod
    def scaffolds() -> dict[str, Document]:
        """Return a new collection of each type, as clients see it."""
        return {
            CollectionType.AUTH: document(scaffold(CollectionType.AUTH, "")),
            CollectionType.BASE: document(scaffold(CollectionType.BASE, "")),
            CollectionType.VIEW: document(scaffold(CollectionType.VIEW, "")) | {"viewQuery": ""},
        }

    def create(self, raw: object, actor: Actor) -> Collection:
        """Create a collection with its table from the body of a request.

        Raises:
            InvalidError: `body_invalid`; `validation_failed`, with what is wrong; `schema_refused`.
        """
        with self._changing("create") as db:
            draft = new_draft(raw, self._current().by_id.keys())
            self._check(db, draft, None, view_query(raw))
            table.insert_collection(db, draft)
            create_schema(db, draft)
            self._audit.record(actor, "collection.create", draft.name, db=db)
        return draft

    def update(self, collection: Collection, raw: object, actor: Actor) -> Collection:
        """Change a collection and its table as the body of a request says; records keep their values.

        Raises:
            ForbiddenError: AppOS's services alone write it, and more than its rules for reading would change.
            InvalidError: as `create`.
            NotFoundError: `not_found` if it was deleted meanwhile.
        """
        with self._changing("update") as db:
            before = self._again(collection)
            draft = changed_draft(before, raw)
            if before.is_written_by_services:
                _require_reading_rules_alone(draft, before)
            self._check(db, draft, before, view_query(raw))
            draft = _with_new_secret(draft, before)
            table.update_collection(db, draft)
            change_schema(db, draft, before)
            self._audit.record(actor, "collection.update", before.name, detail=_changed(draft, before), db=db)
        return draft

    def delete(self, collection: Collection, actor: Actor) -> None:
        """Delete a collection with its table, every record in it, and their files.

        Raises:
            ForbiddenError: AppOS's services alone write it.
            InvalidError: `system_collection`; `collection_referenced`, it names who refers to it.
            NotFoundError: `not_found` if it was deleted meanwhile.
        """
        _require_not_written_by_services(collection)
        with self._changing("delete") as db:
            collection = self._again(collection)
            if collection.system:
                raise InvalidError("Failed to delete collection.", code="system_collection")
            if names := ", ".join(self._referring(collection)):
                message = f"Failed to delete collection probably due to existing reference in {names}."
                raise InvalidError(message, code="collection_referenced")
            table.delete_collection(db, collection.id)
            drop_schema(db, collection)
            self._audit.record(actor, "collection.delete", collection.name, db=db)
            self._database.after_commit(partial(self._remove_files, collection.id))

    def truncate(self, collection: Collection, actor: Actor) -> None:
        """Delete every record of a collection.

        Raises:
            ForbiddenError: AppOS's services alone write it.
            InvalidError: `not_truncated`; a record is needed by one elsewhere, or is the last superuser.
        """
        _require_not_written_by_services(collection)
        try:
            self._remove_records(collection, actor)
        except InvalidError as error:
            raise InvalidError(NOT_TRUNCATED, code="not_truncated") from error

    @contextmanager
    def _changing(self, verb: str) -> Iterator[dataset.Database]:
        try:
            with self._database.transaction() as db, _wording(verb):
                yield db
        finally:
            # However it ended, it may have been seen otherwise meanwhile.
            self._database.forget_tables()

    def _check(self, db: dataset.Database, draft: Collection, before: Collection | None, query: str) -> None:
        known = self._current()
        around = Surroundings(db=db, others=known.all, lookup=known.find, view_query=query)
        problems = collection_problems(draft, before, around)
        if problems:
            raise InvalidError("The collection is invalid.", code="validation_failed", fields=problems)

    def _again(self, collection: Collection) -> Collection:
        """Return a collection as it is now; by its id alone, for another one may have that as its name."""
        found = self._current().by_id.get(collection.id)
        if found is None:
            raise NotFoundError(NOT_FOUND)
        return found

    def _referring(self, collection: Collection) -> list[str]:
        return [
            other.name
            for other in self.all()
            if other.id != collection.id
            and any(
                isinstance(field, RelationField) and field.collection_id == collection.id
                for field in other.fields
            )
        ]

    def _current(self) -> Known:
        if self._database.in_transaction:
            version = table.read_version(self._database)
            return self._known if version == self._known.version else self._passing()
        stamp = self._database.stamp()
        if stamp != self._stamp:
            if table.read_version(self._database) != self._known.version:
                self._known = self._load()
            self._stamp = stamp
        return self._known

    def _passing(self) -> Known:
        """Return what the open transaction sees; after a rollback its version would come a second time."""
        self._passed -= 1
        return replace(self._load(), version=self._passed)

    def _load(self) -> Known:
        self._database.forget_tables()
        with self._database.read() as db:
            return Known.of(table.read_version(self._database), table.all_collections(db))


@contextmanager
def _wording(verb: str) -> Iterator[None]:
    """Put what is wrong with a collection, or what SQLite refuses, into PocketBase's words."""
    try:
        yield
    except InvalidError as error:
        message = f"Failed to {verb} collection."
        if error.code == REFUSED:
            raise InvalidError(f"{message} Raw error: \n{error.message}.", code=error.code) from error
        if error.code != "validation_failed":
            raise
        raise InvalidError(message, code=error.code, fields=error.fields) from error


def _require_not_written_by_services(collection: Collection) -> None:
    if collection.is_written_by_services:
        message = f"AppOS itself keeps the collection {collection.name}: it cannot be deleted or truncated."
        raise ForbiddenError(message, code="kept_by_services")


def _require_reading_rules_alone(draft: Collection, before: Collection) -> None:
    rest = replace(draft, list_rule=before.list_rule, view_rule=before.view_rule, updated=before.updated)
    if rest != before:
        message = (
            f"AppOS itself keeps the collection {before.name}: only its listRule and viewRule can be changed."
        )
        raise ForbiddenError(message, code="kept_by_services")


def _with_new_secret(draft: Collection, before: Collection) -> Collection:
    """End every token of a collection whose auth rule changes: who has one may no longer be let in."""
    if (
        draft.auth is None
        or before.auth is None
        or (draft.auth.auth_rule or "") == (before.auth.auth_rule or "")
    ):
        return draft
    token = replace(draft.auth.auth_token, secret=new_secret())
    return replace(draft, auth=replace(draft.auth, auth_token=token))


def _changed(draft: Collection, before: Collection) -> str:
    """Name what differs, without what it was or is."""
    after, old = document(draft), document(before)
    return ", ".join(name for name in after if name != "updated" and after[name] != old.get(name))
