"""Folders and files below one root, reached by descriptors: no link is followed, whoever planted it."""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import msgspec

from appos.errors import AppOSError, NotFoundError, StoreError
from appos.store.values import new_id

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# A pipe in the place of a file would keep whoever opens it waiting.
READING = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
WRITING = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
# What a file is called until it is whole; no stored file has such a name.
PARTIAL = ".partial-"


class OpenFile(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A file that is open for reading at its beginning; whoever got it closes it."""

    file: BinaryIO
    size_bytes: int
    # Seconds since 1970.
    modified: float


@contextmanager
def inside(root: Path, *names: str, make: bool = False) -> Iterator[int]:
    """Open a folder below the root, made with those above it if `make`.

    Raises:
        FileNotFoundError: it is not there, and is not to be made.
        OSError: it cannot be opened or made.
    """
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for name in names:
            inner = _step(descriptor, name, make=make)
            os.close(descriptor)
            descriptor = inner
        yield descriptor
    finally:
        os.close(descriptor)


def _step(folder: int, name: str, *, make: bool) -> int:
    if make:
        with suppress(FileExistsError):
            os.mkdir(name, 0o700, dir_fd=folder)
            os.fsync(folder)
        return os.open(name, FOLDER, dir_fd=folder)
    with _other_things_missing():
        return os.open(name, FOLDER, dir_fd=folder)


@contextmanager
def _other_things_missing() -> Iterator[None]:
    """Let what is there under a name, but is not what is looked for, count as not there."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ELOOP, errno.ENXIO, errno.ENOTDIR):
            raise
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)) from error


def write(folder: int, name: str, fill: Callable[[BinaryIO], object]) -> None:
    """Write a file so that under its name there is never less than all of it, and make that durable.

    Raises:
        OSError: it cannot be written; nothing of it is left.
    """
    partial = f"{PARTIAL}{new_id()}"
    try:
        with os.fdopen(os.open(partial, WRITING, 0o600, dir_fd=folder), "wb") as file:
            fill(file)
            file.flush()
            os.fsync(file.fileno())
        os.rename(partial, name, src_dir_fd=folder, dst_dir_fd=folder)
        os.fsync(folder)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(partial, dir_fd=folder)
        raise


def read(folder: int, name: str) -> OpenFile:
    """Open a file for reading.

    Raises:
        FileNotFoundError: it is not there, or is no file but a folder, a link or a device.
        OSError: it cannot be read.
    """
    with _other_things_missing():
        descriptor = os.open(name, READING, dir_fd=folder)
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        os.close(descriptor)
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
    return OpenFile(file=os.fdopen(descriptor, "rb"), size_bytes=found.st_size, modified=found.st_mtime)


def remove(folder: int, name: str) -> int:
    """Remove a file, or a folder with all that is in it, and return how many files that were.

    A link is removed, not what it leads to; what is not there is removed already.
    """
    try:
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        return 0
    except IsADirectoryError:
        return _remove_folder(folder, name)
    return 1


def _remove_folder(folder: int, name: str) -> int:
    inner = os.open(name, FOLDER, dir_fd=folder)
    try:
        removed = sum(remove(inner, entry) for entry in os.listdir(inner))
    finally:
        os.close(inner)
    remove_empty(folder, name)
    return removed


def remove_empty(folder: int, name: str) -> None:
    """Remove a folder if there is nothing in it."""
    try:
        os.rmdir(name, dir_fd=folder)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT):
            raise


@contextmanager
def translated() -> Iterator[None]:
    """Turn the errors of the operating system into ours.

    Raises:
        NotFoundError: `file_not_found`.
        StoreError: `disk_full`, `files_not_accessible` or `files_failed`.
    """
    try:
        yield
    except OSError as error:
        raise _ours(error) from error


def _ours(error: OSError) -> AppOSError:
    if isinstance(error, FileNotFoundError):
        return NotFoundError("The requested resource wasn't found.", code="file_not_found")
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreError("The disk of the data directory is full; free some space.", code="disk_full")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return StoreError(
            "AppOS's user may not read and write the files of records; give it the right to.",
            code="files_not_accessible",
        )
    return StoreError(f"The files of records cannot be reached ({error.strerror}).", code="files_failed")
