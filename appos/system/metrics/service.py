"""Charts of what host and apps use, and their upkeep."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from appos.ledger.run import Run
from appos.store.database import Database
from appos.system.metrics import table
from appos.system.metrics.forecast import BUCKET_SECONDS, forecast
from appos.system.metrics.host import Host
from appos.system.metrics.models import (
    AppUsage,
    Forecast,
    HostReading,
    HostSize,
    HostUsage,
    Metrics,
    Range,
    Usage,
)
from appos.system.metrics.sampler import Sampler

# What lies further back than charts of hours reach becomes coarse.
FINE_SECONDS = 7 * 3600
DAY_SECONDS = 86_400


class MetricsService:
    """Charts of what host and apps use; `keep_days` says for how long they are kept."""

    def __init__(
        self, database: Database, sampler: Sampler, host: Host, keep_days: Callable[[], int]
    ) -> None:
        self._database = database
        self._sampler = sampler
        self._host = host
        self._keep_days = keep_days

    def latest(self, app: str) -> AppUsage | None:
        """Return what an app used when it was measured last, None if it does not run or is not known yet."""
        return self._sampler.latest(app)

    def run(self, stopping: threading.Event) -> None:
        """Measure until `stopping` is set."""
        self._sampler.run(stopping)

    def ask(self, stopping: threading.Event) -> None:
        """Ask the engine for what the kernel does not show, until `stopping` is set."""
        self._sampler.questions.run(stopping)

    def chart(self, range_: Range, app: str = "") -> Metrics:
        """Return a chart of the host or of an app; of an app that is not known it has no points."""
        step = range_.step_seconds
        since = (int(time.time()) // step + 1) * step - range_.seconds
        usage, reading = self._sampler.host()
        shown = Metrics(
            range=range_,
            step_seconds=step,
            app=app,
            points=table.points(self._database, app, since, step),
            now=usage,
            size=HostSize(
                cpus=self._host.cpus,
                memory_bytes=reading.memory_total_bytes,
                disk_bytes=reading.disk_total_bytes,
            ),
        )
        if not app:
            return msgspec.structs.replace(shown, apps=self._sampler.apps(), forecast=self.forecast(reading))
        now = self._sampler.latest(app) or Usage()
        told = {name: getattr(now, name) for name in Usage.__struct_fields__}
        return msgspec.structs.replace(shown, now=HostUsage(**told))

    def forecast(self, reading: HostReading) -> Forecast | None:
        """Say when the disk is full, None while it does not fill up."""
        used = table.disk_usage(self._database, BUCKET_SECONDS)
        return forecast(used, reading.disk_total_bytes, datetime.now(UTC))

    def clean(self, run: Run) -> None:
        """Delete what is older than is kept, and make what has become old coarse."""

        def clean() -> str:
            now, deleted, thinned = int(time.time()), 0, 0
            with self._database.read() as db:
                apps = table.apps(db)
            for app in apps:
                run.checkpoint()
                # Each takes some milliseconds, and others have a turn in between.
                time.sleep(0)
                with self._database.transaction() as db:
                    deleted += table.delete_before(db, app, now - self._keep_days() * DAY_SECONDS)
                    thinned += table.thin(db, app, now - FINE_SECONDS)
            return f"Deleted {deleted} samples, and made {thinned} into averages."

        run.step("metrics", clean)
