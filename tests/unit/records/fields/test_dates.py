"""Dates in the forms that PocketBase reads."""

import re

import pytest

from appos.records.fields.dates import now, parse_date, stored_date


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-01-02 03:04:05.678Z", "2024-01-02 03:04:05.678Z"),
        ("2024-01-02 03:04:05.6789Z", "2024-01-02 03:04:05.678Z"),
        ("2024-01-02", "2024-01-02 00:00:00.000Z"),
        ("2024-01-02T03:04:05+02:00", "2024-01-02 01:04:05.000Z"),
        ("2024-01-02T03:04:05-0230", "2024-01-02 05:34:05.000Z"),
        ("2024-01-02 5:04:05,5", "2024-01-02 05:04:05.500Z"),
        ("Tue, 02 Jan 2024 03:04:05 PST", "2024-01-02 03:04:05.000Z"),
        ("tue, 02 jan 2024 03:04:05 GMT+3", "2024-01-02 06:04:05.000Z"),
        ("02 Jan 70 03:04 UTC", "1970-01-02 03:04:00.000Z"),
        ("02 Jan 68 03:04 -0700", "2068-01-02 10:04:00.000Z"),
        ("Tuesday, 02-Jan-24 03:04:05 EST", "2024-01-02 03:04:05.000Z"),
        ("Tue Jan  2 03:04:05 2024", "2024-01-02 03:04:05.000Z"),
        ("12:04AM", "0000-01-01 00:04:00.000Z"),
        ("12:04PM", "0000-01-01 12:04:00.000Z"),
        ("2024-02-29", "2024-02-29 00:00:00.000Z"),
        ("9999-12-31 23:59:59.999Z", "9999-12-31 23:59:59.999Z"),
        ("0001-01-01 00:00:00.001Z", "0001-01-01 00:00:00.001Z"),
    ],
)
def test_a_moment_is_read(text: str, moment: str) -> None:
    assert parse_date(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        *("", "now", "1700000000", "2024-1-2", "2024-02-30", "2023-02-29", "2024-13-01", "20240102"),
        *("2024-01-01 24:00:00", "2024-01-01 23:59:60", "2024-01-02t03:04:05Z", "2024-01-02T03:04:05z"),
        *("2024-01-02T03:04:05+25:00", "13:04PM", "03:04am", "Tue, 02 Jan 2024 03:04:05 GMT+24"),
        *("٢٠٢٤-01-02", " 2024-01-02", "2024-01-02 ", "2024-01-02 03:04:05."),
    ],
)
def test_what_names_no_moment_is_none(text: str) -> None:
    assert parse_date(text) == ""


@pytest.mark.parametrize("text", ["0001-01-01", "9999-12-31T23:59:59-02:00", "0000-01-01T00:00:00+02:00"])
def test_gos_zero_time_and_what_four_digits_cannot_write_are_none(text: str) -> None:
    assert parse_date(text) == ""


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-01-02 03:04:05.678Z", "2024-01-02 03:04:05.678Z"),
        ("2024-01-02", "2024-01-02 00:00:00.000Z"),
        ("2024-13-02 03:04:05.678Z", ""),
        ("", ""),
    ],
)
def test_what_is_stored_is_read_as_it_is_or_anew(text: str, moment: str) -> None:
    assert stored_date(text) == moment


def test_now_is_written_as_it_is_stored() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}Z", now())
    assert parse_date(now())
