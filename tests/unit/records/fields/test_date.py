"""Dates that clients set."""

from typing import Any

import pytest

from appos.records.fields import DateField
from appos.records.fields.date import Moment
from tests.unit.records.fields.parts import check, code, kept, problems, shown

FIELD = DateField(
    name="f", min=Moment("2024-01-02 03:04:05.670Z"), max=Moment("2025-01-01 00:00:00.000Z"), required=True
)


@pytest.mark.parametrize(
    ("raw", "moment"),
    [
        ("2024-01-02", "2024-01-02 00:00:00.000Z"),
        ("x", ""),
        (1700000000, ""),
        (None, ""),
        (["2024-01-02"], ""),
    ],
)
def test_a_moment_is_cast(raw: Any, moment: str) -> None:
    assert DateField().cast(raw) == moment


def test_a_moment_is_kept_and_shown() -> None:
    moment = "2024-01-02 03:04:05.678Z"

    assert kept(FIELD, moment) == shown(FIELD, moment) == moment


def test_limits_are_named_as_go_writes_moments() -> None:
    assert check(FIELD, "2024-01-01 00:00:00.000Z") == {
        "code": "validation_min_greater_equal_than_required",
        "message": "Must be no less than 2024-01-02 03:04:05.67 +0000 UTC.",
        "params": {"threshold": "2024-01-02T03:04:05.67Z"},
    }
    assert check(FIELD, "2025-01-01 00:00:00.001Z") == {
        "code": "validation_max_less_equal_than_required",
        "message": "Must be no greater than 2025-01-01 00:00:00 +0000 UTC.",
        "params": {"threshold": "2025-01-01T00:00:00Z"},
    }


def test_limits_are_part_of_what_is_allowed() -> None:
    assert check(FIELD, FIELD.min) is check(FIELD, FIELD.max) is None


def test_a_moment_may_be_required() -> None:
    assert code(check(FIELD, "")) == "validation_required"
    assert check(DateField(min=FIELD.min), "") is None


def test_limits_are_not_compared_with_one_another() -> None:
    assert problems(DateField(name="f", min=FIELD.max, max=FIELD.min)) == {}
