"""Files that hold the old bytes or the new ones, whatever happens while they are written."""

import os
import tempfile
from pathlib import Path

from appos.errors import StoreError


def write_whole(path: Path, data: bytes) -> None:
    """Write a file, which is for its owner alone.

    Raises:
        StoreError: `file_failed`; the file is as it was.
    """
    try:
        _write(path, data)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}.", code="file_failed") from error


def _write(path: Path, data: bytes) -> None:
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    written = Path(name)
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        written.replace(path)
    finally:
        written.unlink(missing_ok=True)
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
