"""Reading the files of a project: those that Compose itself reads, and no more than fits in memory."""

import os
import stat
from pathlib import Path

LIMIT_BYTES = 2 << 20
LIMIT_FILES = 200


class UnreadError(Exception):
    """A file that is not there or cannot be looked into; `reason` is a code, its text says why."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason
        self.text = text


class Reader:
    """Reads the files of one project, each once, and never more than `LIMIT_FILES` of them."""

    def __init__(self) -> None:
        self._contents: dict[Path, bytes] = {}
        self._asked: dict[Path, None] = {}
        self._endless: dict[Path, None] = {}

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that were asked for, whether they could be read or not, in their order."""
        return tuple(self._asked)

    @property
    def endless(self) -> tuple[Path, ...]:
        """Those that are pipes or devices: who reads them to their end may wait, or read, for ever."""
        return tuple(self._endless)

    def read(self, path: Path) -> bytes:
        """Return what stands in a file.

        Raises:
            UnreadError: `missing`, `not_a_file`, `not_readable`, or `too_large` to be looked into.
        """
        self._asked[path] = None
        if path not in self._contents:
            if len(self._contents) >= LIMIT_FILES:
                raise UnreadError("too_large", f"The project has more than {LIMIT_FILES} files.")
            try:
                self._contents[path] = _content(path)
            except UnreadError as error:
                if error.reason == "endless":
                    self._endless[path] = None
                    raise UnreadError("not_a_file", error.text) from error
                raise
        return self._contents[path]


def _content(path: Path) -> bytes:
    """Read a regular file, but for one that is too large."""
    try:
        # What is no file, such as a pipe without a writer, would block.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UnreadError("missing", "There is no such file.") from error
    except (OSError, ValueError) as error:
        raise UnreadError("not_readable", "The file cannot be read.") from error
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise UnreadError("endless" if _is_endless(found) else "not_a_file", "It is no file.")
        data = b""
        while len(data) <= LIMIT_BYTES and (more := os.read(descriptor, LIMIT_BYTES + 1 - len(data))):
            data += more
    except OSError as error:
        raise UnreadError("not_readable", "The file cannot be read.") from error
    finally:
        os.close(descriptor)
    if len(data) > LIMIT_BYTES:
        raise UnreadError("too_large", f"The file is larger than {LIMIT_BYTES >> 20} MiB.")
    return data


def _is_endless(found: os.stat_result) -> bool:
    """Tell whether something is a pipe or a device, but for the one that is empty."""
    if stat.S_ISDIR(found.st_mode):
        return False
    return found.st_rdev != os.stat(os.devnull).st_rdev


def is_directory(path: Path) -> bool:
    """Tell whether there is a directory."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def is_present(path: Path) -> bool:
    """Tell whether there is anything at a path."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
