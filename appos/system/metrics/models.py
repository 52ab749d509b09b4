"""What is measured, and what is told of it."""

from enum import StrEnum

import msgspec

# How far two samples lie apart, and how fine those are that have become old.
SAMPLE_SECONDS = 30
COARSE_SECONDS = 300


class Range(StrEnum):
    """How far back a chart goes."""

    HOUR = "1h"
    SIX_HOURS = "6h"
    DAY = "24h"
    WEEK = "7d"

    @property
    def seconds(self) -> int:
        """How far back, in seconds."""
        return _RANGES[self][0]

    @property
    def step_seconds(self) -> int:
        """How far its points lie apart: 300 of them at the most, each made of whole samples."""
        return _RANGES[self][1]


# Samples of the last hours are 30 seconds apart and older ones five minutes, so steps are multiples of these.
_RANGES = {
    Range.HOUR: (3600, SAMPLE_SECONDS),
    Range.SIX_HOURS: (6 * 3600, 3 * SAMPLE_SECONDS),
    Range.DAY: (24 * 3600, COARSE_SECONDS),
    Range.WEEK: (7 * 24 * 3600, 7 * COARSE_SECONDS),
}


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """The counters of a container at a time in Unix seconds; None is what cannot be seen."""

    time: float
    cpu_seconds: float
    memory_bytes: int
    received_bytes: int | None = None
    sent_bytes: int | None = None


class HostReading(msgspec.Struct, frozen=True, kw_only=True):
    """The counters of the host. Processor times are in ticks of the kernel, over all processors."""

    time: float
    busy_ticks: int
    all_ticks: int
    memory_total_bytes: int
    memory_used_bytes: int
    disk_total_bytes: int
    disk_used_bytes: int
    load: float
    received_bytes: int | None = None
    sent_bytes: int | None = None


class Usage(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What something uses; null is what is not known, or not yet.

    `cpu_percent` of an app is that of one processor, as in `docker stats`; of the host that of all of them.
    """

    cpu_percent: float | None = None
    memory_bytes: int | None = None
    received_bytes_per_second: float | None = None
    sent_bytes_per_second: float | None = None


class AppUsage(Usage, frozen=True, kw_only=True, rename="camel"):
    """What an app uses now: the sum of its containers."""

    name: str


class HostUsage(Usage, frozen=True, kw_only=True, rename="camel"):
    """What the host uses; `load` is its average of one minute."""

    disk_bytes: int | None = None
    load: float | None = None


class Point(HostUsage, frozen=True, kw_only=True, rename="camel"):
    """A point of a chart: the averages of the step that begins at `time`. Apps have no disk and no load."""

    time: str


class HostSize(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the host has."""

    cpus: int
    memory_bytes: int
    disk_bytes: int


class Forecast(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """When the disk of the data directory is full if it goes on filling as it did."""

    days: float
    full_at: str
    bytes_per_day: int
    message: str


class Metrics(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A chart of the host (`app` is "") or of an app, and what is used now.

    `size` is the host's. `apps` are those that run, `forecast` says when a disk that is filling up is full;
    both are told with the chart of the host alone.
    """

    range: Range
    step_seconds: int
    app: str
    points: tuple[Point, ...]
    now: HostUsage
    size: HostSize
    apps: tuple[AppUsage, ...] = ()
    forecast: Forecast | None = None
