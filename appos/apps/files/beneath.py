"""Files beneath a directory: no path leads out of it, whatever lies in it and whoever changes it meanwhile.

Every part of a path is opened from the directory before it, and none may be a symbolic link.
"""

import contextlib
import errno
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from appos.errors import ConflictError, InvalidError, NotFoundError, StoreError, TooLargeError

LONGEST_PATH = 1024
MOST_PARTS = 32
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def parts_of(path: str) -> tuple[str, ...]:
    """Return the names along a relative path; "" is the directory itself.

    Raises:
        InvalidError: `path_invalid`: it is absolute, leads upwards, or has a character that no name may have.
    """
    parts = PurePosixPath(path).parts
    try:
        is_bad = len(os.fsencode(path)) > LONGEST_PATH or len(parts) > MOST_PARTS
    except UnicodeEncodeError:
        is_bad = True
    if is_bad or path.startswith("/") or ".." in parts or _CONTROL.search(path):
        raise InvalidError(
            "The path must be relative to the app's directory, such as config/nginx.conf, and may not lead "
            "out of it.",
            code="path_invalid",
        )
    return parts


@contextmanager
def opened_directory(root: Path, parts: tuple[str, ...], *, makes: bool = False) -> Iterator[int]:
    """Open a directory beneath a root, making what is missing where that is asked.

    Raises:
        NotFoundError: `file_not_found`.
        InvalidError: `path_invalid`: a part of it is a symbolic link, or no directory.
    """
    with translated("/".join(parts)):
        descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for part in parts:
                if makes:
                    with contextlib.suppress(FileExistsError):
                        os.mkdir(part, 0o755, dir_fd=descriptor)
                within = os.open(part, _DIRECTORY, dir_fd=descriptor)
                os.close(descriptor)
                descriptor = within
        except BaseException:
            os.close(descriptor)
            raise
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def translated(path: str) -> Iterator[None]:
    """Turn what the system says of a path into an error of ours."""
    try:
        yield
    except FileNotFoundError as error:
        raise NotFoundError(f"There is no {path or 'such directory'!r}.", code="file_not_found") from error
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR, errno.EISDIR, errno.ENXIO, errno.ENAMETOOLONG):
            message = f"{path!r} is, or leads through, something other than a plain file or directory."
            raise InvalidError(message, code="path_invalid") from error
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
            raise ConflictError(f"{path!r} is there, or not empty.", code="file_exists") from error
        raise StoreError(f"{path!r} cannot be used: {error.strerror}.", code="file_failed") from error


def read_beneath(root: Path, path: str, most_bytes: int) -> bytes:
    """Return what a plain file holds.

    Raises:
        NotFoundError: `file_not_found`.
        InvalidError: `path_invalid`.
        TooLargeError: `file_too_large`.
    """
    parts = _named(path)
    with opened_directory(root, parts[:-1]) as directory, translated(path):
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        with open(os.open(parts[-1], flags, dir_fd=directory), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise InvalidError(f"{path!r} is no plain file.", code="path_invalid")
            data = file.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise TooLargeError(f"{path!r} is larger than {most_bytes >> 20} MiB.", code="file_too_large")
    return data


def write_beneath(root: Path, path: str, data: bytes, mode: int = 0o644) -> None:
    """Write a plain file: it holds the old bytes or the new ones, whatever happens meanwhile.

    Raises:
        InvalidError: `path_invalid`; also where a symbolic link or a directory has that name.
        StoreError: `file_failed`.
    """
    parts = _named(path)
    with opened_directory(root, parts[:-1], makes=True) as directory, translated(path):
        found = mode_at(directory, parts[-1])
        if found is not None and not stat.S_ISREG(found):
            raise InvalidError(f"{path!r} is no plain file.", code="path_invalid")
        replace_at(directory, parts[-1], data, stat.S_IMODE(found) if found and mode != 0o600 else mode)


def ensure_plain(root: Path, path: str) -> None:
    """See to it that a file could be written there.

    Raises:
        InvalidError: `path_invalid`: something on the way is no directory, or it is no plain file itself.
    """
    parts = _named(path)
    try:
        with opened_directory(root, parts[:-1]) as directory:
            found = mode_at(directory, parts[-1])
    except NotFoundError:
        return
    if found is not None and not stat.S_ISREG(found):
        raise InvalidError(f"{path!r} is no plain file.", code="path_invalid")


def replace_at(directory: int, name: str, data: bytes, mode: int) -> None:
    """Put a file in the place of one of that name, and sync both."""
    temporary = f".{secrets.token_hex(8)}.tmp"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with open(os.open(temporary, flags, mode, dir_fd=directory), "wb") as file:
        try:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
            os.replace(temporary, name, src_dir_fd=directory, dst_dir_fd=directory)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary, dir_fd=directory)
            raise
    os.fsync(directory)


def remove_beneath(root: Path, path: str) -> None:
    """Remove a file, a symbolic link (not what it leads to) or an empty directory.

    Raises:
        NotFoundError: `file_not_found`.
        ConflictError: `file_exists`: the directory is not empty.
    """
    parts = _named(path)
    with opened_directory(root, parts[:-1]) as directory, translated(path):
        found = mode_at(directory, parts[-1])
        if found is not None and stat.S_ISDIR(found):
            os.rmdir(parts[-1], dir_fd=directory)
        else:
            os.unlink(parts[-1], dir_fd=directory)
        os.fsync(directory)


def mode_at(directory: int, name: str) -> int | None:
    """Return the mode of what has a name, not followed; None if there is nothing."""
    try:
        return os.stat(name, dir_fd=directory, follow_symlinks=False).st_mode
    except FileNotFoundError:
        return None


def _named(path: str) -> tuple[str, ...]:
    parts = parts_of(path)
    if not parts:
        raise InvalidError("The path names no file.", code="path_invalid")
    return parts
