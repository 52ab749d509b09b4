"""Where the files of records lie: `<root>/<collection id>/<record id>/<name>`, as in PocketBase.

A path is built from ids and stored names only, each checked first; nothing that a client calls a file gets
into one. Whoever saves a record writes its new files first, removes them if the record cannot be saved, and
removes the files that it no longer names once it has been. A crash between those leaves files that no record
names, and `sweep` removes them.
"""

import os
import re
import shutil
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from appos.errors import InvalidError, NotFoundError
from appos.records.files import folders
from appos.records.files.folders import OpenFile, inside, translated
from appos.records.files.names import RESERVED_ENDING, is_stored_name
from appos.records.uploads import Upload
from appos.store.offload import offload
from appos.store.opening import sync_directory

COPIED_BYTES = 1 << 20
WRITE_ATTEMPTS = 3
THUMBS = "thumbs_"
# Younger files may belong to a record that is being saved.
SWEPT_SECONDS = 3600
SWEPT_AT_ONCE = 100
# An id holds nothing that a path gives a meaning to. Source: PocketBase 0.36, what ids may not hold.
ID = re.compile(r"[^\x00-\x20\x7f./\\|\"'`<>:?*%$\ud800-\udfff]+")
MOST_NAME_BYTES = 255

Known = Callable[[str, Sequence[str]], Mapping[str, Collection[str]]]
"""Returns the names of the files of a collection's records, by the ids of those records that exist."""


class FileStore:
    """The files below one folder, which is made when the first file is saved."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def save(self, collection_id: str, record_id: str, upload: Upload) -> None:
        """Store an uploaded file under its name, durably.

        To be called outside transactions: the writing is done in the thread pool, and others run meanwhile.

        Raises:
            InvalidError: `file_name_reserved`; `file_refused`.
            NotFoundError: `file_not_found` for an id that cannot be one.
            StoreError: `disk_full`, `files_not_accessible` or `files_failed`; nothing of the file is left.
        """
        if not is_stored_name(upload.name):
            raise InvalidError("No file is stored under such a name.", code="file_name_reserved")
        if upload.refusal:
            raise InvalidError(upload.refusal, code="file_refused")
        place = _place(collection_id, record_id)
        with translated():
            offload(partial(self._write, place, upload.name, partial(_copy, upload.source)))

    def open(self, collection_id: str, record_id: str, name: str) -> OpenFile:
        """Open a file for reading.

        Raises:
            NotFoundError: `file_not_found`.
            StoreError: `files_not_accessible` or `files_failed`.
        """
        return self._read(_place(collection_id, record_id), _checked(name))

    def delete(self, collection_id: str, record_id: str, *names: str) -> None:
        """Remove files of a record with their thumbs, and the record's folder if nothing is left in it.

        What is not there, or under its name cannot be there, is removed already.

        Raises:
            NotFoundError: `file_not_found` for an id that cannot be one.
            StoreError: `files_not_accessible` or `files_failed`.
        """
        place = _place(collection_id, record_id)
        gone = [entry for name in names if is_stored_name(name) for entry in _entries(name)]
        with translated():
            offload(partial(self._remove, place, gone))

    def delete_record(self, collection_id: str, record_id: str) -> None:
        """Remove all files of a record.

        Raises:
            NotFoundError, StoreError: as `delete`.
        """
        collection, record = _place(collection_id, record_id)
        with translated():
            offload(partial(self._remove, (collection,), [record]))

    def delete_collection(self, collection_id: str) -> None:
        """Remove all files of a collection's records.

        Raises:
            NotFoundError, StoreError: as `delete`.
        """
        (collection,) = _place(collection_id)
        with translated():
            offload(partial(self._remove, (), [collection]))

    def open_thumb(self, collection_id: str, record_id: str, name: str, size: str) -> OpenFile:
        """Open a thumb for reading. `size` is one that a field lists, as `100x100t`.

        Raises:
            NotFoundError: `file_not_found` if it has not been made.
            StoreError: as `open`.
        """
        place = (*_place(collection_id, record_id), THUMBS + _checked(name))
        return self._read(place, f"{size}_{name}")

    def save_thumb(
        self, collection_id: str, record_id: str, name: str, size: str, fill: Callable[[BinaryIO], object]
    ) -> None:
        """Store a thumb, which `fill` writes; to be called in the thread pool.

        Raises:
            StoreError: as `save`.
        """
        place = (*_place(collection_id, record_id), THUMBS + _checked(name))
        with translated():
            self._write(place, f"{size}_{name}", fill)

    def sweep(self, known: Known, stopped: Callable[[], bool] = lambda: False) -> int:
        """Remove the files that no record names and that are older than an hour; return how many.

        What does not look like AppOS's own stays: links, other names, folders that are no thumbs.

        Raises:
            StoreError: as `delete`.
        """
        removed = 0
        with translated():
            for collection_id in offload(self._ids):
                records = iter(offload(partial(self._ids, collection_id)))
                while not stopped() and (batch := list(islice(records, SWEPT_AT_ONCE))):
                    names = known(collection_id, batch)
                    removed += offload(partial(self._sweep, collection_id, batch, names))
        return removed

    def _write(self, place: Sequence[str], name: str, fill: Callable[[BinaryIO], object]) -> None:
        if not self._root.is_dir():
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
            sync_directory(self._root.parent)
        for attempt in range(WRITE_ATTEMPTS):
            try:
                with inside(self._root, *place, make=True) as folder:
                    folders.write(folder, name, fill)
            except FileNotFoundError:
                # Whoever found the folder empty has removed it.
                if attempt + 1 == WRITE_ATTEMPTS:
                    raise
            else:
                return

    def _read(self, place: Sequence[str], name: str) -> OpenFile:
        with translated(), inside(self._root, *place) as folder:
            return folders.read(folder, name)

    def _remove(self, place: Sequence[str], names: Sequence[str]) -> None:
        try:
            with inside(self._root, *place) as folder:
                for name in names:
                    folders.remove(folder, name)
            if place:
                with inside(self._root, *place[:-1]) as above:
                    folders.remove_empty(above, place[-1])
        except FileNotFoundError:
            # Nothing was ever stored there.
            return

    def _ids(self, *place: str) -> list[str]:
        try:
            with inside(self._root, *place) as folder, os.scandir(folder) as entries:
                return sorted(
                    entry.name
                    for entry in entries
                    if _is_id(entry.name) and entry.is_dir(follow_symlinks=False)
                )
        except FileNotFoundError:
            return []

    def _sweep(
        self, collection_id: str, record_ids: Sequence[str], names: Mapping[str, Collection[str]]
    ) -> int:
        removed = 0
        newest = time.time() - SWEPT_SECONDS
        for record_id in record_ids:
            # What is deleted meanwhile takes its folder with it.
            with suppress(FileNotFoundError):
                with inside(self._root, collection_id, record_id) as folder:
                    orphans = list(_orphans(folder, names.get(record_id, ()), newest))
                    removed += sum(folders.remove(folder, name) for name in orphans)
                with inside(self._root, collection_id) as collection:
                    folders.remove_empty(collection, record_id)
        with inside(self._root) as root:
            folders.remove_empty(root, collection_id)
        return removed


def _place(*ids: str) -> tuple[str, ...]:
    if not all(map(_is_id, ids)):
        raise NotFoundError("The requested resource wasn't found.", code="file_not_found")
    return ids


def _is_id(text: str) -> bool:
    return ID.fullmatch(text) is not None and len(text.encode()) <= MOST_NAME_BYTES


def _checked(name: str) -> str:
    if not is_stored_name(name):
        raise NotFoundError("The requested resource wasn't found.", code="file_not_found")
    return name


def _entries(name: str) -> tuple[str, str, str]:
    """Return what belongs to a file: itself, its thumbs, and the attributes that PocketBase writes."""
    return name, THUMBS + name, name + RESERVED_ENDING


def _owner(entry: str) -> str:
    """Return the name of the file that an entry of a record's folder belongs to."""
    return entry.removeprefix(THUMBS).removesuffix(RESERVED_ENDING)


def _orphans(folder: int, known: Collection[str], newest: float) -> Iterator[str]:
    kept = {entry for name in known for entry in _entries(name)}
    with os.scandir(folder) as entries:
        for entry in entries:
            is_folder = entry.is_dir(follow_symlinks=False)
            if entry.name in kept or entry.is_symlink() or (is_folder and not entry.name.startswith(THUMBS)):
                continue
            is_own = entry.name.startswith(folders.PARTIAL) or is_stored_name(_owner(entry.name))
            found = entry.stat(follow_symlinks=False)
            if is_own and max(found.st_mtime, found.st_ctime) < newest:
                yield entry.name


def _copy(source: BinaryIO, target: BinaryIO) -> None:
    source.seek(0)
    shutil.copyfileobj(source, target, COPIED_BYTES)
