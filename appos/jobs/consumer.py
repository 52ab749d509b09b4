"""Huey's consumer in greenlets inside the gunicorn worker, and the lock that keeps it the only one."""

import fcntl
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from huey.consumer import Consumer

from appos.errors import StoreError
from appos.jobs.storage import JobQueue
from appos.jobs.tasks import Tasks
from appos.services import Services

log = logging.getLogger(__name__)

RECONCILE_SECONDS = 5.0
TICK_SECONDS = 1.0
HEALTH_SECONDS = 10.0


class EmbeddedConsumer(Consumer):  # type: ignore[misc]
    """Huey's consumer without its signal handlers: SIGTERM belongs to gunicorn.

    With Huey's own, a stop takes gunicorn's whole graceful timeout.
    """

    def _set_signal_handlers(self) -> None:
        pass


class JobProcess:
    """Runs jobs while this process holds the lock of the data directory.

    The kernel frees the lock whenever and however the process ends, so there is one consumer at any time,
    and whoever gets the lock knows that every job which another process left running is an orphan.
    """

    def __init__(
        self, services: Services, tasks: Tasks, queue: JobQueue, *, workers: int, grace_seconds: float
    ) -> None:
        self._services = services
        self._tasks = tasks
        self._queue = queue
        self._grace_seconds = grace_seconds
        self._stopping = threading.Event()
        self._workers = workers
        self._consumer: EmbeddedConsumer | None = None
        self._lock: IO[str] | None = None
        self._thread = threading.Thread(target=self._run, name="jobs")
        self._requests = threading.Thread(
            target=services.requests.run, args=(self._stopping,), name="requests"
        )

    def start(self) -> None:
        """Begin to run jobs, at once or when the process before this one has ended."""
        self._thread.start()
        self._requests.start()

    def stop(self) -> None:
        """Stop: give running jobs their grace, hand back what is left, write the logs, end every greenlet."""
        self._stopping.set()
        self._services.ledger.watchers.close()
        self._services.requests.stop()
        self._thread.join()
        self._requests.join()

    def _run(self) -> None:
        if not self._lead():
            return
        try:
            self._guarded(self._take_over)
            self._loop()
        finally:
            self._end()

    def _lead(self) -> bool:
        """Wait for the lock; False if this process stops before it gets it."""
        path: Path = self._services.config.data_dir / "pb_data" / ".consumer"
        self._lock = path.open("w")
        while not self._stopping.is_set():
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._stopping.wait(0.1)
            else:
                return True
        self._lock.close()
        return False

    def _take_over(self) -> None:
        for job in self._services.ledger.reclaim(self._services.boot):
            log.info(
                "job_reclaimed", extra={"job_id": job.id, "kind": job.kind, "is_resumable": job.is_resumable}
            )
        self._consumer = EmbeddedConsumer(
            self._tasks.huey,
            workers=self._workers,
            worker_type="greenlet",
            periodic=True,
            scheduler_interval=5,
        )
        self._consumer.start()
        self._tasks.reconcile()

    def _loop(self) -> None:
        """Watch the running jobs, and now and then look for work that the queue lost."""
        reconciled = checked = time.monotonic()
        while not self._stopping.wait(TICK_SECONDS):
            if self._consumer is None:
                self._guarded(self._take_over)
                continue
            self._guarded(self._tasks.runner.watch)
            now = time.monotonic()
            if now - reconciled > RECONCILE_SECONDS and not self._queue.queue_size():
                reconciled = now
                self._guarded(self._tasks.reconcile)
            if now - checked > HEALTH_SECONDS:
                checked = now
                self._consumer.check_worker_health()

    @staticmethod
    def _guarded(call: Callable[[], None]) -> None:
        """Keep watching while the database is busy or full; the next round tries again."""
        try:
            call()
        except StoreError as error:
            log.warning("jobs_not_watched", extra={"code": error.code, "reason": error.message})

    def _end(self) -> None:
        if self._consumer is not None:
            self._consumer.stop_flag.set()
            self._queue.wake_all()
            self._tasks.runner.drain(self._grace_seconds)
            self._consumer.stop()
        if self._lock is not None:
            self._lock.close()
