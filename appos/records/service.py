"""The records of every collection: what a request, a job and the panel do with them."""

from appos.audit.models import Actor
from appos.errors import NotFoundError
from appos.records.changes import Body
from appos.records.deleting import Deleter
from appos.records.models import Collection, Record, RequestInfo
from appos.records.reading import NOT_FOUND, Reader
from appos.records.writing import Writer
from appos.store.query import ListQuery


class Records:
    """The verbs of records, by the rules of their collections. What is answered is JSON, ready to be sent."""

    def __init__(self, reader: Reader, writer: Writer, deleter: Deleter) -> None:
        self._reader = reader
        # What AppOS itself writes, past the rules.
        self.writer = writer
        self.deleter = deleter

    def page(self, collection: Collection, query: ListQuery, info: RequestInfo) -> bytes:
        """Return one page of a collection. Raises as `Reader.page`."""
        return self._reader.page(collection, query, info)

    def view(self, collection: Collection, record_id: str, info: RequestInfo) -> bytes:
        """Return one record. Raises as `Reader.view`."""
        return self._reader.view(collection, record_id, info)

    def create(self, collection: Collection, body: Body, info: RequestInfo, actor: Actor) -> bytes:
        """Create a record and return it. Raises as `Writer.create`."""
        record = self.writer.create(collection, body, info, actor)
        return self.show(collection, record.id, info)

    def update(
        self, collection: Collection, record_id: str, body: Body, info: RequestInfo, actor: Actor
    ) -> bytes:
        """Change a record and return it. Raises as `Writer.update`."""
        record = self.writer.update(collection, record_id, body, info, actor)
        return self.show(collection, record.id, info)

    def delete(self, collection: Collection, record_id: str, info: RequestInfo, actor: Actor) -> None:
        """Delete a record. Raises as `Deleter.delete`."""
        self.deleter.delete(collection, record_id, info, actor)

    def find(self, collection: Collection, record_id: str) -> Record | None:
        """Return a record by its id, whoever asks."""
        return self._reader.find(collection, record_id)

    def find_by(
        self, collection: Collection, field: str, value: str, *, ignores_case: bool = False
    ) -> Record | None:
        """Return the record with this value of a field that has one for each record, whoever asks."""
        return self._reader.find_by(collection, field, value, ignores_case=ignores_case)

    def can_view(self, collection: Collection, record_id: str, info: RequestInfo) -> bool:
        """Whether `info` may view a record."""
        return self._reader.can_view(collection, record_id, info)

    def visible(self, collection: Collection, record_id: str, rule: str | None, info: RequestInfo) -> bool:
        """Whether a stored record satisfies a rule for `info`."""
        return self._reader.visible(collection, record_id, rule, info)

    def show(self, collection: Collection, record_id: str, info: RequestInfo) -> bytes:
        """Return a record as `info` sees it, whatever the rules say.

        Raises:
            NotFoundError: it was deleted meanwhile.
        """
        shown = self._reader.show(collection, record_id, info)
        if shown is None:
            raise NotFoundError(NOT_FOUND)
        return shown
