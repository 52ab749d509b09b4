"""Moments as text, with what SQLite has learnt since its version here."""

import sqlite3
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from appos.store.moments import time_text

MOMENT = "2024-01-31 15:04:05.678"


@pytest.fixture(scope="module")
def connection() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    yield connection
    connection.close()


def text(connection: sqlite3.Connection, format_: str, moment: str | float | None, *modifiers: str) -> object:
    made = time_text(format_, [] if moment is None else [sa.literal(moment)], modifiers)
    compiled = sa.select(made).compile(dialect=sqlite.dialect(paramstyle="named"))
    return connection.execute(str(compiled), compiled.params).fetchone()[0]


@pytest.mark.parametrize(
    ("format_", "expected"),
    [
        ("%Y-%m-%d", "2024-01-31"),
        ("%F %T|%R", "2024-01-31 15:04:05|15:04"),
        ("%e|%k|%l|%I|%p|%P", "31|15| 3|03|PM|pm"),
        ("%u %w %U", "3 3 04"),
        ("%G-W%V %g", "2024-W05 24"),
        ("%f", "05.678"),
        ("%%F", "%F"),
        ("", ""),
        ("x", "x"),
        ("%Q", None),
        ("%F%Q", None),
        ("100%", None),
    ],
)
def test_a_moment_is_written_in_a_format(
    connection: sqlite3.Connection, format_: str, expected: str | None
) -> None:
    assert text(connection, format_, MOMENT) == expected


@pytest.mark.parametrize(
    ("moment", "iso"),
    [
        ("2021-01-03", "2020-W53-7 20"),
        ("2021-01-04", "2021-W01-1 21"),
        ("2018-12-31", "2019-W01-1 19"),
        ("2016-01-01", "2015-W53-5 15"),
        ("nonsense", None),
    ],
)
def test_a_week_is_that_of_iso_8601(connection: sqlite3.Connection, moment: str, iso: str | None) -> None:
    assert text(connection, "%G-W%V-%u %g", moment) == iso


@pytest.mark.parametrize(
    ("hour", "expected"),
    [(0, " 0 12 12 AM"), (1, " 1 01  1 AM"), (11, "11 11 11 AM"), (12, "12 12 12 PM"), (23, "23 11 11 PM")],
)
def test_an_hour_is_written_on_both_dials(connection: sqlite3.Connection, hour: int, expected: str) -> None:
    assert text(connection, "%k %I %l %p", f"2024-01-01 {hour:02d}:00:00") == expected


@pytest.mark.parametrize(
    ("modifiers", "expected"),
    [
        (["+1 month"], "2024-03-02 15:04"),
        (["+1 month", "ceiling"], "2024-03-02 15:04"),
        (["+1 month", "floor"], "2024-02-29 15:04"),
        (["+2 months", "floor"], "2024-03-31 15:04"),
        (["floor", "+1 month"], "2024-03-02 15:04"),
        (["+0001-01-05"], "2025-03-08 15:04"),
        (["-0000-01-01 01:30"], "2023-12-30 13:34"),
        (["+0000-12-00"], None),
        (["+0000-00-31"], None),
        (["start of month", "SUBSEC"], "2024-01-01 00:00"),
        (["nonsense"], None),
    ],
)
def test_modifiers_shift_a_moment(
    connection: sqlite3.Connection, modifiers: list[str], expected: str | None
) -> None:
    assert text(connection, "%F %R", MOMENT, *modifiers) == expected


@pytest.mark.parametrize(
    ("moment", "modifiers", "expected"),
    [
        ("2024-02-31", ["floor"], "2024-02-29"),
        ("2023-02-29 10:00", ["floor"], "2023-02-28"),
        ("2024-04-31", ["floor"], "2024-04-30"),
        ("2024-02-31", ["ceiling"], "2024-03-02"),
        ("2024-02-31", ["+0 days", "floor"], "2024-03-02"),
        ("2024-02-30", ["subsec", "floor"], "2024-02-29"),
        ("2024-02-31", ["+1 month", "floor"], "2024-03-31"),
        ("2024-01-31", ["+1 month", "+1 day", "floor"], "2024-03-03"),
        ("2024-01-31", ["+1 month", "start of day", "floor"], "2024-02-29"),
        ("2024-01-31", ["+1 month", "weekday 0", "floor"], "2024-03-01"),
        ("2024-01-31", ["+1 month", "floor", "floor"], "2024-02-27"),
        ("2024-01-31", ["+1 month", "ceiling", "floor"], "2024-03-02"),
        ("2024-01-31", ["+0000-01-00", "floor"], "2024-02-29"),
        ("2024-01-31", ["+0000-01-01", "floor"], "2024-03-01"),
        (1706713445, ["unixepoch", "floor"], "2024-01-31"),
        (2460341.5, ["floor"], "2024-02-01"),
        ("2024-02-31", [], "2024-03-02"),
    ],
)
def test_floor_goes_back_to_the_month_that_was_meant(
    connection: sqlite3.Connection, moment: str | float, modifiers: list[str], expected: str
) -> None:
    assert text(connection, "%F", moment, *modifiers) == expected


def test_seconds_may_have_fractions(connection: sqlite3.Connection) -> None:
    assert text(connection, "%s", MOMENT) == "1706713445"
    assert text(connection, "%s", MOMENT, "subsec") == "1706713445.678"
    assert text(connection, "%s", "1969-12-31 23:59:58.250", "subsecond") == "-1.750"
    assert text(connection, "%s", "nonsense", "subsec") is None


def test_modifiers_that_have_to_be_the_first_one_are_not_made_that(connection: sqlite3.Connection) -> None:
    assert text(connection, "%F", 1706713445, "unixepoch", "subsec") == "2024-01-31"
    assert text(connection, "%F", 1706713445, "subsec", "unixepoch") is None


def test_no_moment_is_the_present(connection: sqlite3.Connection) -> None:
    now = connection.execute("SELECT strftime('%Y')").fetchone()[0]

    assert str(text(connection, "%Y %G", None)).startswith(now)
