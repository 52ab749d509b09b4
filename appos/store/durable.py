"""Commits that are on the disk before anybody is told of them, one wait for many."""

import os
import threading
from pathlib import Path

from appos.errors import StoreError
from appos.store.offload import Aside


class _Round:
    """One wait for the disk, and what came of it for those who share it."""

    def __init__(self) -> None:
        self.is_over = threading.Event()
        self.is_synced = False
        self.error: OSError | None = None


class Durability:
    """Waits until the disk has what was committed to a database in WAL mode.

    SQLite itself would wait at each commit, and keep every other writer waiting (`synchronous=FULL`). With
    `NORMAL` it writes a commit to its log and goes on; what FULL does besides is to sync that log. That is
    done here, in a thread, once for all who have committed by then. A checkpoint syncs by itself.
    Source: https://www.sqlite.org/pragma.html#pragma_synchronous
    """

    def __init__(self, database: Path) -> None:
        self._log = database.with_name(f"{database.name}-wal")
        self._aside = Aside()
        # Of one sync after the other.
        self._turn = threading.Lock()
        self._joining = threading.Lock()
        # The round that has not begun to sync, for those to join who have committed meanwhile.
        self._next: _Round | None = None
        self._file: int | None = None

    def wait(self) -> None:
        """Return once everything that was committed before this call is on the disk.

        Raises:
            StoreError: `disk_failed`; it may be lost if the machine stops.
        """
        is_synced = False
        while not is_synced:
            with self._joining:
                joined, is_first = self._next, self._next is None
                if joined is None:
                    joined = self._next = _Round()
            if is_first:
                self._lead(joined)
            else:
                joined.is_over.wait()
            if joined.error is not None:
                raise StoreError(
                    f"The disk did not take what was written ({joined.error.strerror}); look at its state.",
                    code="disk_failed",
                ) from joined.error
            # Where its leader was ended before, this begins anew.
            is_synced = joined.is_synced

    def _lead(self, led: _Round) -> None:
        """Sync for all who have joined, and wake them at once."""
        try:
            with self._turn:
                self._begin(led)
                self._aside.run(self._sync)
                led.is_synced = True
        except OSError as error:
            led.error = error
        finally:
            self._begin(led)
            led.is_over.set()

    def _begin(self, led: _Round) -> None:
        """Let nobody join any more."""
        with self._joining:
            if self._next is led:
                self._next = None

    def _sync(self) -> None:
        try:
            current = self._log.stat().st_ino
        except FileNotFoundError:
            # It went with its last connection, which first synced all of it into the database.
            return
        if self._file is None or os.fstat(self._file).st_ino != current:
            self._forget_file()
            self._file = os.open(self._log, os.O_RDONLY | os.O_CLOEXEC)
        os.fdatasync(self._file)

    def close(self) -> None:
        """End the thread and close the log."""
        self._aside.close()
        self._forget_file()

    def _forget_file(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
