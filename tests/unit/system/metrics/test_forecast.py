"""When the disk is full, and when nothing is to be said of it."""

from datetime import UTC, datetime

from appos.system.metrics.forecast import BUCKET_SECONDS, forecast

NOW = datetime(2026, 1, 2, tzinfo=UTC)
GIB = 1 << 30


def filling(points: int, bytes_each: float, start: float = 50 * GIB) -> list[tuple[int, float]]:
    return [(number * BUCKET_SECONDS, start + number * bytes_each) for number in range(points)]


def test_a_disk_that_fills_evenly_is_full_when_it_is() -> None:
    # 12 buckets a day, 1 GiB each; 83 GiB after 36 of them, so 17 are left.
    told = forecast(filling(34, GIB), 100 * GIB, NOW)

    assert told is not None
    assert (told.days, told.bytes_per_day) == (1.4, 12 * GIB)
    assert told.full_at.startswith("2026-01-03 10:00")
    assert told.message == "The disk is full in 34 hours if it goes on filling by 12 GiB a day."


def test_a_single_large_file_is_no_trend() -> None:
    used = [
        (at, 50 * GIB + (30 * GIB if number > 20 else 0.0)) for number, (at, _) in enumerate(filling(30, 0))
    ]

    assert forecast(used, 100 * GIB, NOW) is None


def test_files_that_went_at_once_do_not_hide_a_trend() -> None:
    used = filling(40, GIB / 4)
    used[20:] = [(at, value - GIB) for at, value in used[20:]]

    assert forecast(used, 100 * GIB, NOW) is not None


def test_nothing_is_said_of_half_a_day_a_shrinking_disk_or_a_far_day() -> None:
    assert forecast(filling(6, GIB), 100 * GIB, NOW) is None
    assert forecast(filling(30, -GIB), 100 * GIB, NOW) is None
    assert forecast(filling(30, GIB / 1000), 100 * GIB, NOW) is None


def test_a_full_disk_is_full_now() -> None:
    told = forecast(filling(30, GIB), 50 * GIB, NOW)

    assert told is not None
    assert told.days == 0
