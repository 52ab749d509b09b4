"""An app's own directory: browsed, read and edited, never left."""

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

from appos.apps.files.beneath import (
    opened_directory,
    parts_of,
    read_beneath,
    remove_beneath,
    translated,
    write_beneath,
)
from appos.apps.models import Entry
from appos.errors import ConflictError, InvalidError
from appos.store.values import timestamp

MOST_ENTRIES = 10_000
MOST_TEXT_BYTES = 2 << 20
MOST_DOWNLOAD_BYTES = 256 << 20


def entries(root: Path, path: str) -> list[Entry]:
    """Return what lies in a directory, directories first; symbolic links are told as links.

    Raises:
        NotFoundError: `file_not_found`.
        InvalidError: `path_invalid`.
    """
    parts = parts_of(path)
    with opened_directory(root, parts) as directory, os.scandir(directory) as found:
        told = []
        for entry in found:
            with translated(entry.name):
                status = entry.stat(follow_symlinks=False)
            told.append(_entry("/".join((*parts, entry.name)), status))
            if len(told) == MOST_ENTRIES:
                break
    return sorted(told, key=lambda it: (it.kind != "directory", it.name))


def _entry(path: str, status: os.stat_result) -> Entry:
    mode = status.st_mode
    kind = stat.S_IFMT(mode)
    return Entry(
        name=path.rpartition("/")[2].encode(errors="surrogateescape").decode(errors="replace"),
        path=path.encode(errors="surrogateescape").decode(errors="replace"),
        kind="file"
        if kind == stat.S_IFREG
        else "directory"
        if kind == stat.S_IFDIR
        else "link"
        if kind == stat.S_IFLNK
        else "other",
        size_bytes=status.st_size if kind == stat.S_IFREG else 0,
        modified=timestamp(datetime.fromtimestamp(status.st_mtime, UTC)),
    )


def read_text(root: Path, path: str) -> str:
    """Return a file of text.

    Raises:
        NotFoundError: `file_not_found`.
        InvalidError: `path_invalid`, `file_not_text`.
        TooLargeError: `file_too_large`.
    """
    try:
        data = read_beneath(root, path, MOST_TEXT_BYTES)
        if b"\0" in data:
            raise InvalidError(f"{path!r} is no text; download it instead.", code="file_not_text")
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"{path!r} is no UTF-8 text; download it instead."
        raise InvalidError(message, code="file_not_text") from error


def download(root: Path, path: str) -> bytes:
    """Return what a file holds."""
    return read_beneath(root, path, MOST_DOWNLOAD_BYTES)


def write_text(root: Path, path: str, text: str) -> None:
    """Write a file, and the directories that it lies in; one that is there keeps its mode."""
    write_beneath(root, path, text.encode())


def remove(root: Path, path: str) -> None:
    """Remove a file or an empty directory."""
    remove_beneath(root, path)


def make_directory(root: Path, path: str) -> None:
    """Make a directory, and those that it lies in.

    Raises:
        ConflictError: `file_exists`.
    """
    parts = parts_of(path)
    if not parts:
        raise ConflictError("The app's own directory is there already.", code="file_exists")
    with opened_directory(root, parts[:-1], makes=True) as directory, translated(path):
        os.mkdir(parts[-1], 0o755, dir_fd=directory)
        os.fsync(directory)
