"""Measuring host and apps by the clock, from the kernel's files where they are seen, else from the engine."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence

import msgspec

from appos.engine.models import ContainerSummary
from appos.engine.port import Engine
from appos.errors import AppOSError
from appos.store.database import Database
from appos.system.metrics import table
from appos.system.metrics.cgroups import Cgroups
from appos.system.metrics.host import Host, host_usage, rate
from appos.system.metrics.models import SAMPLE_SECONDS, AppUsage, HostReading, HostUsage, Reading, Usage
from appos.system.metrics.questions import Questions

log = logging.getLogger(__name__)

PROJECT = "com.docker.compose.project"
# What was told longer ago than this is not what is used now.
STALE_SECONDS = 600.0
# Two readings that lie nearer together tell more of their own cost than of the host.
LEAST_SECONDS = 1.0
# After so many containers others have a turn: that is some two milliseconds.
TURN = 20

Containers = Callable[[], Sequence[ContainerSummary]]


class _Known(msgspec.Struct):
    """The latest two readings of a container, as far as there are."""

    now: Reading
    before: Reading | None = None


class Sampler:
    """Measures, keeps what is used now in memory, and writes it down.

    `containers` gives those of the engine out of memory; only running ones with a project are measured.
    """

    def __init__(
        self,
        database: Database,
        engine: Engine,
        containers: Containers,
        host: Host,
        cgroups: Cgroups | None = None,
    ) -> None:
        self._database = database
        self._containers = containers
        self._host = host
        self._cgroups = cgroups or Cgroups()
        self.questions = Questions(engine, lambda: tuple(self._unseen))
        # The ids of those whose files are not to be seen.
        self._unseen: list[str] = []
        self._known: dict[str, _Known] = {}
        self._apps: dict[str, AppUsage] = {}
        self._last: HostReading | None = None
        self._viewed: HostReading | None = None

    def latest(self, app: str) -> AppUsage | None:
        """Return what an app used when it was measured last, None if it does not run."""
        return self._apps.get(app)

    def apps(self) -> tuple[AppUsage, ...]:
        """Return what each running app used when it was measured last, by name."""
        return tuple(self._apps[name] for name in sorted(self._apps))

    def host(self) -> tuple[HostUsage, HostReading]:
        """Return what the host uses now, since it was looked at last."""
        now = self._host.read()
        before = self._viewed or self._last
        if before is None or now.time - before.time >= LEAST_SECONDS:
            self._viewed = now
        return host_usage(before, now), now

    def run(self, stopping: threading.Event) -> None:
        """Measure at every half minute until `stopping` is set."""
        self._guarded(lambda: self.sample(is_first=True))
        while not stopping.wait(SAMPLE_SECONDS - time.time() % SAMPLE_SECONDS):
            self._guarded(self.sample)

    @staticmethod
    def _guarded(call: Callable[[], None]) -> None:
        """Go on while the database is busy or full, or a file of the kernel is not there."""
        try:
            call()
        except (AppOSError, OSError) as error:
            log.warning("metrics_not_sampled", extra={"reason": str(error)})
        except Exception:
            # What nobody thought of may be over at the next look.
            log.exception("metrics_failed")

    def sample(self, *, is_first: bool = False) -> None:
        """Measure everything once, and write it down unless it `is_first`: then there is nothing to compare.

        Raises:
            StoreError: the database cannot be written.
        """
        self._measure_apps()
        now = self._host.read()
        usage, self._last = host_usage(self._last, now), now
        if not is_first:
            moment = int(now.time) // SAMPLE_SECONDS * SAMPLE_SECONDS
            table.insert_samples(self._database, moment, {table.HOST: usage, **self._apps})

    def _measure_apps(self) -> None:
        running = [
            each for each in self._containers() if each.state == "running" and each.labels.get(PROJECT)
        ]
        known, unseen, parts = {}, [], dict[str, list[Usage]]()
        for number, container in enumerate(running):
            if number % TURN == TURN - 1:
                time.sleep(0)
            reading = self._cgroups.read(container.id, has_network="host" not in container.networks)
            if reading is None:
                unseen.append(container.id)
                reading = self.questions.reading(container.id)
            parts.setdefault(container.labels[PROJECT], [])
            if reading is not None and time.time() - reading.time < STALE_SECONDS:
                known[container.id] = pair = _following(self._known.get(container.id), reading)
                parts[container.labels[PROJECT]].append(_usage(pair.before, pair.now))
        self._known, self._unseen = known, unseen
        self._cgroups.forget({each.id for each in running})
        self._apps = {app: _sum(app, used) for app, used in parts.items()}


def _following(before: _Known | None, reading: Reading) -> _Known:
    """Put a reading behind the one before; one that was seen already stays where it is."""
    if before is None:
        return _Known(reading)
    return before if reading.time <= before.now.time else _Known(reading, before.now)


def _usage(before: Reading | None, now: Reading) -> Usage:
    if before is None:
        return Usage(memory_bytes=now.memory_bytes)
    seconds = now.time - before.time
    share = rate(before.cpu_seconds, now.cpu_seconds, seconds)
    return Usage(
        cpu_percent=None if share is None else round(share * 100, 2),
        memory_bytes=now.memory_bytes,
        received_bytes_per_second=rate(before.received_bytes, now.received_bytes, seconds),
        sent_bytes_per_second=rate(before.sent_bytes, now.sent_bytes, seconds),
    )


def _sum(app: str, used: Iterable[Usage]) -> AppUsage:
    """Add up what is known; what is known of no container stays unknown."""
    parts = list(used)
    sums = {}
    for name in Usage.__struct_fields__:
        known = [value for value in (getattr(part, name) for part in parts) if value is not None]
        sums[name] = sum(known) if known else None
    return AppUsage(name=app, **sums)
