"""Changes of several files at once: a note of all of them is written first, and done again after a crash."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec

from appos.apps.files.beneath import read_beneath, remove_beneath, write_beneath
from appos.errors import AppOSError, ConflictError, NotFoundError, StoreError

PENDING = "pending.json"
MOST_BYTES = 64 << 20
LOCK_SECONDS = 10.0
POLL_SECONDS = 0.01
# What may hold secrets is for its owner alone.
_PRIVATE = (".env",)


Files = Mapping[str, bytes | None]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of each file: its new bytes, or None where it goes."""

    files: Files


def begin(own: Path, change: Change) -> None:
    """Note a change, which will be made from now on, whatever happens."""
    write_beneath(own, PENDING, msgspec.json.encode(change), 0o600)


def change(own: Path, project: Path, files: Files, undone: Files) -> None:
    """Make a change; one that fails, as on a full disk, is taken back.

    Raises:
        StoreError: `file_failed`.
    """
    begin(own, Change(files=files))
    try:
        settle(own, project)
    except AppOSError:
        begin(own, Change(files=undone))
        settle(own, project)
        raise


def settle(own: Path, project: Path) -> bool:
    """Make the change that was noted, if there is one; return whether there was.

    Raises:
        StoreError: `file_failed`, `journal_unreadable`.
    """
    try:
        change = msgspec.json.decode(read_beneath(own, PENDING, MOST_BYTES), type=Change)
    except NotFoundError:
        return False
    except msgspec.MsgspecError as error:
        raise StoreError(f"{own / PENDING} cannot be read: {error}.", code="journal_unreadable") from error
    project.mkdir(mode=0o755, parents=True, exist_ok=True)
    for path, data in change.files.items():
        if data is None:
            with contextlib.suppress(NotFoundError):
                remove_beneath(project, path)
        else:
            write_beneath(project, path, data, _mode_of(path, data))
    remove_beneath(own, PENDING)
    return True


def _mode_of(path: str, data: bytes) -> int:
    """Return the mode of a new file: scripts can be started, as containers do with those they are given."""
    if path in _PRIVATE:
        return 0o600
    return 0o755 if data.startswith(b"#!") else 0o644


@contextmanager
def locked(own: Path) -> Iterator[None]:
    """Hold the lock of an app's files; no two greenlets, threads or processes hold it at once.

    Raises:
        NotFoundError: `app_not_found`.
        ConflictError: `app_busy`: somebody has held it for ten seconds.
    """
    try:
        descriptor = os.open(own / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except FileNotFoundError as error:
        raise NotFoundError(f"There is no app {own.name!r}.", code="app_not_found") from error
    give_up_at = time.monotonic() + LOCK_SECONDS
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() > give_up_at:
                    message = f"The files of {own.name!r} are being changed; try again in a moment."
                    raise ConflictError(message, code="app_busy") from error
            # Whoever holds it may be another greenlet of this process.
            time.sleep(POLL_SECONDS)
        yield
    finally:
        os.close(descriptor)
