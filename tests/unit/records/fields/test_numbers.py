"""Numbers as Go reads and writes them."""

import math

import pytest

from appos.records.fields.numbers import (
    as_float,
    find_number,
    go_float,
    parse_number,
    plain_number,
    whole_as_int,
)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12.0),
        ("+7.", 7.0),
        (".5", 0.5),
        ("1E-7", 1e-7),
        ("1_000", 1000.0),
        ("_1", 0.0),
        ("1__0", 0.0),
        ("0x_1p-2", 0.25),
        ("0X1.8p1", 3.0),
        ("inf", math.inf),
        ("-Infinity", -math.inf),
        ("1e400", 0.0),
        ("1e-400", 0.0),
        ("0x", 0.0),
        ("12abc", 0.0),
        ("٣", 0.0),
    ],
)
def test_a_text_is_read(text: str, number: float) -> None:
    assert parse_number(text) == number


def test_what_is_no_number_can_be_told_from_zero() -> None:
    assert find_number("0") == 0.0
    assert find_number("x") is None


def test_nan_is_read() -> None:
    assert math.isnan(parse_number("NaN"))


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.1, "0.1"),
        (100.0, "100"),
        (1e21, "1" + "0" * 21),
        (1e-7, "0.0000001"),
        (math.nan, "NaN"),
        (-math.inf, "-Inf"),
    ],
)
def test_a_number_is_written_without_an_exponent(number: float, text: str) -> None:
    assert plain_number(number) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (5, "5"),
        (5.5, "5.5"),
        (999999.5, "999999.5"),
        (1e6, "1e+06"),
        (123456789.5, "1.234567895e+08"),
    ]
    + [(0.0001, "0.0001"), (0.00001, "1e-05"), (-1e21, "-1e+21"), (1.5e-300, "1.5e-300")],
)
def test_a_number_is_written_as_go_prints_it(number: float, text: str) -> None:
    assert go_float(number) == text


def test_whole_numbers_are_ints_as_long_as_all_are_exact() -> None:
    assert isinstance(whole_as_int(5.0), int)
    assert isinstance(whole_as_int(2.0**53), float)
    assert whole_as_int(5.5) == 5.5


def test_a_number_too_large_is_infinite() -> None:
    assert as_float(10**400) == math.inf
    assert as_float(-(10**400)) == -math.inf
