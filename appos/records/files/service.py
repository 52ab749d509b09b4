"""The files of records: who may have which, what is served, and clearing away what is nobody's."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Collection as Items
from typing import BinaryIO, Protocol

import msgspec

from appos.errors import NotFoundError
from appos.records.collections import Collections
from appos.records.fields import FileField
from appos.records.files.folders import OpenFile
from appos.records.files.sniff import detect_file
from appos.records.files.store import FileStore
from appos.records.files.thumbs import Thumbs
from appos.records.models import Collection, Record, RequestInfo

# PocketBase's words.
NOT_FOUND = "The requested resource wasn't found."
NO_COLLECTION = "Missing or invalid collection context."
# What `@request.context` is in rules while somebody asks for a protected file. Source: PocketBase 0.36.
CONTEXT = "protectedFile"


class RecordReader(Protocol):
    """What is asked of the records here."""

    def find(self, collection: Collection, record_id: str) -> Record | None:
        """Return a record by its id, whoever asks."""

    def can_view(self, collection: Collection, record_id: str, info: RequestInfo) -> bool:
        """Whether `info` may view a record."""


class Served(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A file, or a thumb of one, that is open at its beginning; whoever got it closes it."""

    # What it is called when somebody saves it.
    name: str
    media_type: str
    file: BinaryIO
    size_bytes: int
    # Seconds since 1970.
    modified: float


class Files:
    """The files that records name."""

    def __init__(self, store: FileStore, collections: Collections, records: RecordReader) -> None:
        self._store = store
        self._thumbs = Thumbs(store)
        self._collections = collections
        self._records = records

    def open(
        self, collection: str, record_id: str, name: str, info: Callable[[], RequestInfo], *, thumb: str = ""
    ) -> Served:
        """Open a file of a record, or a thumb of it in the size `thumb`, if there can be one.

        What no record names is not there, whatever lies in the store; a protected file is there only for whom
        the view rule lets see the record. For such a file alone `info` is asked who that is.

        Raises:
            NotFoundError: `not_found` or `file_not_found`.
            StoreError: the file cannot be read.
        """
        found = self._collections.get(collection, NO_COLLECTION)
        record = self._records.find(found, record_id)
        field = _naming(record, name) if record is not None else None
        if field is None or (field.protected and not self._records.can_view(found, record_id, info())):
            raise NotFoundError(NOT_FOUND)
        original = _served(name, self._store.open(found.id, record_id, name))
        sizes = field.thumbs or ()
        small = self._thumbs.open(found.id, record_id, name, thumb, sizes, original.media_type)
        if small is None:
            return original
        original.file.close()
        return _served(f"{thumb}_{name}", small)

    def sweep(self, stopped: Callable[[], bool] = lambda: False) -> int:
        """Remove the files that no record names, left by a crash, once they are an hour old; return how many.

        Raises:
            StoreError: a file cannot be removed.
        """
        return self._store.sweep(self._named, stopped)

    def _named(self, collection_id: str, record_ids: Sequence[str]) -> Mapping[str, Items[str]]:
        collection = self._collections.find(collection_id)
        if collection is None:
            return {}
        records = {record_id: self._records.find(collection, record_id) for record_id in record_ids}
        return {key: set(_names(record)) for key, record in records.items() if record is not None}


def _served(name: str, opened: OpenFile) -> Served:
    return Served(
        name=name,
        media_type=detect_file(opened.file).type,
        file=opened.file,
        size_bytes=opened.size_bytes,
        modified=opened.modified,
    )


def _file_fields(record: Record) -> Iterator[FileField]:
    return (field for field in record.collection.fields if isinstance(field, FileField))


def _naming(record: Record, name: str) -> FileField | None:
    """Return the field of a record in which a file is named."""
    fields = _file_fields(record)
    return next((field for field in fields if name in field.items(record.values[field.name])), None)


def _names(record: Record) -> Iterator[str]:
    for field in _file_fields(record):
        yield from field.items(record.values[field.name])
