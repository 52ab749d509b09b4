"""The table of metrics; `app` is the name of an app, or "" for the host, and times are Unix seconds."""

from collections.abc import Mapping
from datetime import UTC, datetime

import dataset
import msgspec

from appos.store.database import Database, execute, rows
from appos.store.values import timestamp
from appos.system.metrics.models import COARSE_SECONDS, HostUsage, Point, Usage

HOST = ""
_VALUES = HostUsage.__struct_encode_fields__
_AVERAGES = ", ".join(
    f"CAST(avg({name}) AS INTEGER)" if name.endswith("Bytes") else f"round(avg({name}), 4)"
    for name in _VALUES
)
_POINTS = (
    f"SELECT time / :step * :step AS at, {_AVERAGES} FROM metrics "  # noqa: S608 - as above
    "WHERE app = :app AND time >= :since GROUP BY at ORDER BY at"
)
_THIN = (
    f"INSERT OR REPLACE INTO metrics (app, time, {', '.join(_VALUES)}) "  # noqa: S608 - as above
    f"SELECT app, time / :step * :step AS at, {_AVERAGES} FROM metrics "
    "WHERE app = :app AND time < :before GROUP BY at HAVING count(*) > 1 OR min(time) % :step"
)


def insert_samples(database: Database, time: int, used: Mapping[str, Usage]) -> None:
    """Write what the host and each app used at a time, in a transaction of its own.

    Raises:
        ConflictError: there are samples of that time (`not_unique`).
        StoreError
    """
    found = []
    for app, usage in used.items():
        known = msgspec.to_builtins(usage)
        found.append({"app": app, "time": time, **{name: known.get(name) for name in _VALUES}})
    with database.transaction():
        database.insert_many("metrics", found)


def points(database: Database, app: str, since: int, step_seconds: int) -> tuple[Point, ...]:
    """Return the averages of each step since a time, the earliest first; steps without are left out."""
    found = database.fetch(_POINTS, {"app": app, "since": since, "step": step_seconds})
    return tuple(
        msgspec.convert({"time": _date(at), **dict(zip(_VALUES, values, strict=True))}, Point)
        for at, *values in found
    )


def disk_usage(database: Database, bucket_seconds: int) -> list[tuple[int, float]]:
    """Return how full the disk was, as pairs of time and bytes, the earliest first."""
    return [
        (int(at), float(used))
        for at, used in database.fetch(
            "SELECT time / :step * :step AS at, avg(diskBytes) FROM metrics "
            "WHERE app = '' AND diskBytes IS NOT NULL GROUP BY at ORDER BY at",
            {"step": bucket_seconds},
        )
    ]


def apps(db: dataset.Database) -> list[str]:
    """Return what there are samples of, the host as ""."""
    return [str(found["app"]) for found in rows(db, "SELECT DISTINCT app FROM metrics")]


def thin(db: dataset.Database, app: str, before: int) -> int:
    """Make averages of five minutes of all samples before a time, and return how many rows that saved."""
    moment = before // COARSE_SECONDS * COARSE_SECONDS
    made = execute(db, _THIN, app=app, before=moment, step=COARSE_SECONDS)
    removed = execute(
        db,
        "DELETE FROM metrics WHERE app = :app AND time < :before AND time % :step != 0",
        app=app,
        before=moment,
        step=COARSE_SECONDS,
    )
    return removed - made if removed else 0


def delete_before(db: dataset.Database, app: str, moment: int) -> int:
    """Delete the samples before a time and return how many there were."""
    return execute(db, "DELETE FROM metrics WHERE app = :app AND time < :moment", app=app, moment=moment)


def _date(time: int) -> str:
    return timestamp(datetime.fromtimestamp(time, UTC))
