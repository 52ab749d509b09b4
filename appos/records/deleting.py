"""Deleting records, with what cannot be without them."""

from functools import partial
from typing import Protocol

import dataset

from appos.audit.models import Actor
from appos.audit.service import Audit
from appos.errors import InvalidError, NotFoundError
from appos.records.account_rows import forget_account, keep_a_superuser
from appos.records.cascade import References
from appos.records.drafts import Drafts, filled, require_writable
from appos.records.files.store import FileStore
from appos.records.models import Action, Collection, Record, RequestInfo
from appos.records.reading import NOT_FOUND, Reader
from appos.store.database import Database
from appos.store.rows import quoted

# A record by collection and id.
Key = tuple[str, str]

REFERENCED = (
    "Failed to delete record. Make sure that the record is not part of a required relation reference."
)


class PendingDelete(Protocol):
    """What listeners will be told of a deletion, once it is certain."""

    def send(self) -> None:
        """Tell them."""


class Events(Protocol):
    """Who is told of changes."""

    def publish(self, action: str, record: Record) -> None:
        """Tell of a record that has been created or changed."""

    def prepare_delete(self, record: Record) -> PendingDelete:
        """Find out, while the record is still there, who may hear of its deletion."""


class Deleter:
    """Deletes records, each with its cascade in one transaction; once it is committed files go, and listeners
    are told.
    """

    def __init__(
        self, database: Database, reader: Reader, files: FileStore, events: Events, audit: Audit
    ) -> None:
        self._database = database
        self._reader = reader
        self._drafts = Drafts(reader)
        self._files = files
        self._events = events
        self._audit = audit
        self._references = References(reader.collections)

    def delete(self, collection: Collection, record_id: str, info: RequestInfo, actor: Actor) -> None:
        """Delete a record and, by cascade, what cannot be without it.

        Raises:
            ForbiddenError: the collection gives no record away to this one.
            NotFoundError: there is no such record, or the delete rule is not satisfied.
            InvalidError: something that has to refer to a record refers to this one.
        """
        require_writable(collection, Action.DELETE, info)
        with self._database.transaction() as db:
            record = self._drafts.found(collection, record_id)
            if not self._reader.visible(collection, record_id, collection.delete_rule, info):
                raise NotFoundError(NOT_FOUND)
            self._delete(db, record, actor)

    def remove(self, record: Record, actor: Actor) -> None:
        """Delete a record on behalf of AppOS itself.

        Raises:
            NotFoundError: it was deleted meanwhile.
            InvalidError: something that has to refer to a record refers to this one.
        """
        with self._database.transaction() as db:
            self._delete(db, self._drafts.found(record.collection, record.id), actor)

    def truncate(self, collection: Collection, actor: Actor) -> None:
        """Delete every record of a collection, in one transaction.

        Raises:
            InvalidError: something that has to refer to a record refers to one of them.
        """
        with self._database.transaction() as db:
            for row in self._database.fetch(f"SELECT id FROM {quoted(collection.name)}", {}):  # noqa: S608 - it is quoted
                record = self._reader.find(collection, row[0])
                # Another one's end may have been the end of this one.
                if record is not None:
                    self._delete(db, record, actor)
            self._audit.record(actor, "collection.truncate", collection.name, db=db)

    def _gone(self, record: Record, pending: PendingDelete) -> None:
        self._files.delete_record(record.collection.id, record.id)
        pending.send()

    def _delete(
        self, db: dataset.Database, record: Record, actor: Actor, above: frozenset[Key] = frozenset()
    ) -> None:
        """Delete a record after all that goes with it: rules that look at it still say who hears of that.

        `above` are the records whose end is the end of this one.
        """
        collection = record.collection
        above |= {(collection.id, record.id)}
        if collection.is_superusers:
            keep_a_superuser(db)
        pending = self._events.prepare_delete(record)
        if collection.is_auth:
            forget_account(db, record)
            subject = f"{collection.name}:{record.values['email'] or record.id}"
            self._audit.record(actor, "account.delete", subject, db=db)
        for reference in self._references.to(collection):
            for other in reference.records(self._database, record):
                if (other.collection.id, other.id) in above:
                    continue
                left = reference.without(other, record.id)
                is_empty = not left.values[reference.field.name]
                if is_empty and reference.field.cascade_delete:
                    self._delete(db, other, actor, above)
                elif is_empty and reference.field.required:
                    raise InvalidError(REFERENCED, code="record_referenced")
                else:
                    left = filled(left, is_new=False)
                    self._database.update(other.collection.name, other.id, left.to_row())
                    self._database.after_commit(partial(self._events.publish, Action.UPDATE, left))
        self._database.delete(collection.name, record.id)
        # Told last, as by PocketBase: until then an account still has its rights.
        self._database.after_commit(partial(self._gone, record, pending))
