"""When a disk is full, told by how it filled."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations
from statistics import median

from appos.store.values import timestamp
from appos.system.disk import size_text
from appos.system.metrics.models import Forecast

# How far the points lie apart that are looked at, and for how long there have to be some.
BUCKET_SECONDS = 2 * 3600
LEAST_POINTS = 12
# A disk that fills later than this is no news, and a trend is one if this share of the slopes goes up.
MOST_DAYS = 90.0
RISING_SHARE = 0.75
DAY_SECONDS = 86_400


def forecast(used: Sequence[tuple[int, float]], total_bytes: int, now: datetime) -> Forecast | None:
    """Say when a disk is full; None while it does not fill up, or not soon.

    `used` are pairs of Unix seconds and bytes, in their order, the last one now. The slope is the median of
    those between all pairs (Theil and Sen): files that came or went at once move it little.
    """
    if len(used) < LEAST_POINTS:
        return None
    slopes = [(later[1] - sooner[1]) / (later[0] - sooner[0]) for sooner, later in combinations(used, 2)]
    slope = median(slopes)
    rising = sum(each > 0 for each in slopes)
    if slope <= 0 or rising < RISING_SHARE * len(slopes):
        return None
    days = max(0.0, total_bytes - used[-1][1]) / slope / DAY_SECONDS
    if days > MOST_DAYS:
        return None
    return Forecast(
        days=round(days, 1),
        full_at=timestamp(now.astimezone(UTC) + timedelta(days=days)),
        bytes_per_day=round(slope * DAY_SECONDS),
        message=f"The disk is full in {_span(days)} if it goes on filling by "
        f"{size_text(round(slope * DAY_SECONDS))} a day.",
    )


def _span(days: float) -> str:
    if days < 2:
        return f"{round(days * 24)} hours"
    return f"{round(days)} days"
