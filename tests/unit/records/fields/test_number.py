"""Numbers, each a float64."""

import math
from typing import Any

import pytest

from appos.records.fields import NumberField
from tests.unit.records.fields.parts import check, code, codes, kept, problems, put, shown

FIELD = NumberField(name="f")


def test_a_number_is_cast() -> None:
    assert FIELD.empty == 0
    assert FIELD.cast("1e3") == 1000
    assert isinstance(FIELD.cast(5.0), int)
    assert FIELD.cast([1]) == 0


@pytest.mark.parametrize("number", [0, 5, -2.5, 0.1, 1e21, 2.0**53, 1e-7, 5e-324])
def test_a_number_is_kept(number: float) -> None:
    assert kept(FIELD, number) == number
    assert shown(FIELD, number) == number


@pytest.mark.parametrize(
    ("stored", "number"),
    [("abc", 0), (0.1234567890123456789, 0.12345678901234568), (2**62, 4611686018427388000)],
)
def test_whatever_is_stored_is_shown_as_a_number(stored: Any, number: float) -> None:
    assert shown(FIELD, stored) == number


@pytest.mark.parametrize(
    ("key", "raw", "expected"),
    [("f", "7", 7), ("f+", "2.5", 7.5), ("f-", 3, 2), ("f+", None, 5), ("f-", "x", 5), ("f+", True, 6)],
)
def test_a_number_is_changed(key: str, raw: Any, expected: float) -> None:
    assert put(FIELD, key, raw, 5) == expected


def test_numbers_have_no_other_modifiers() -> None:
    assert FIELD.setter("+f") is None


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        (NumberField(), 0, ""),
        (NumberField(required=True), 0, "validation_required"),
        (NumberField(), math.inf, "validation_not_a_number"),
        (NumberField(), math.nan, "validation_not_a_number"),
        (NumberField(only_int=True), 1.5, "validation_only_int_constraint"),
        (NumberField(only_int=True), 1e19, "validation_only_int_constraint"),
        (NumberField(only_int=True), -3, ""),
        (NumberField(min=5), 4.9, "validation_min_number_constraint"),
        (NumberField(min=5), 0, ""),
        (NumberField(min=5), 5, ""),
        (NumberField(max=5), 5.1, "validation_max_number_constraint"),
        (NumberField(max=0), 1, "validation_max_number_constraint"),
    ],
)
def test_a_number_is_checked(field: NumberField, value: float, expected: str) -> None:
    assert code(check(field, value)) == expected


def test_the_limit_is_named_with_six_digits() -> None:
    assert check(NumberField(min=1.5), 1) == {
        "code": "validation_min_number_constraint",
        "message": "Must be larger than 1.500000.",
    }


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (NumberField(name="f", min=5, max=3), {"max": "validation_min_greater_equal_than_required"}),
        (NumberField(name="f", min=5, max=0), {}),
        (NumberField(name="f", min=-5, max=5), {}),
        (
            NumberField(name="f", min=0.5, max=1.5, only_int=True),
            {"min": "validation_only_int_constraint", "max": "validation_only_int_constraint"},
        ),
        (NumberField(name="f", min=0.5, max=1.5), {}),
    ],
)
def test_options_are_checked(field: NumberField, expected: dict[str, str]) -> None:
    assert codes(problems(field)) == expected


def test_a_threshold_is_written_as_go_prints_it() -> None:
    assert problems(NumberField(name="f", min=1e6, max=1))["max"]["message"] == "Must be no less than 1e+06."
