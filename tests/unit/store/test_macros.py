"""Date macros at given moments."""

from datetime import UTC, datetime

import pytest

from appos.store.macros import MACROS, macro_value

SUNDAY_IN_A_LEAP_YEAR = datetime(2032, 2, 29, 13, 14, 15, 678_999, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("@now", "2032-02-29 13:14:15.678Z"),
        ("@yesterday", "2032-02-28 13:14:15.678Z"),
        ("@tomorrow", "2032-03-01 13:14:15.678Z"),
        ("@todayStart", "2032-02-29 00:00:00.000Z"),
        ("@todayEnd", "2032-02-29 23:59:59.999Z"),
        ("@monthStart", "2032-02-01 00:00:00.000Z"),
        ("@monthEnd", "2032-02-29 23:59:59.999Z"),
        ("@yearStart", "2032-01-01 00:00:00.000Z"),
        ("@yearEnd", "2032-12-31 23:59:59.999Z"),
        ("@second", 15),
        ("@minute", 14),
        ("@hour", 13),
        ("@weekday", 0),
        ("@day", 29),
        ("@month", 2),
        ("@year", 2032),
        ("@NOW", None),
        ("now", None),
    ],
)
def test_a_macro_stands_for_a_moment_or_a_part_of_it(name: str, value: str | int | None) -> None:
    assert macro_value(name, SUNDAY_IN_A_LEAP_YEAR) == value
    assert (name in MACROS) is (value is not None)


@pytest.mark.parametrize(("month", "last"), [(1, 31), (4, 30), (12, 31)])
def test_a_month_ends_on_its_last_day(month: int, last: int) -> None:
    for day in (1, last):
        assert (
            macro_value("@monthEnd", datetime(2031, month, day, tzinfo=UTC))
            == f"2031-{month:02}-{last} 23:59:59.999Z"
        )
