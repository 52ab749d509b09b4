"""Commits that are on the disk before anybody is told of them, one wait for many."""

import os
import threading
from pathlib import Path

from appos.errors import StoreError
from appos.store.offload import Aside


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
        self._turn = threading.Lock()
        self._counting = threading.Lock()
        self._committed = 0
        self._synced = 0
        self._file: int | None = None

    def wait(self) -> None:
        """Return once everything that was committed before this call is on the disk.

        Raises:
            StoreError: `disk_failed`; it may be lost if the machine stops.
        """
        with self._counting:
            self._committed = ticket = self._committed + 1
        with self._turn:
            if self._synced >= ticket:
                return
            covered = self._committed
            try:
                self._aside.run(self._sync)
            except OSError as error:
                raise StoreError(
                    f"The disk did not take what was written ({error.strerror}); look at its state.",
                    code="disk_failed",
                ) from error
            self._synced = covered

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
