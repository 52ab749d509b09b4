"""Places on earth."""

from typing import Any

import pytest

from appos.records.fields import GeoPointField
from tests.unit.records.fields.parts import check, code, kept, shown

FIELD = GeoPointField(name="f")
NOWHERE = {"lon": 0, "lat": 0}


@pytest.mark.parametrize(
    ("raw", "point"),
    [
        (None, NOWHERE),
        ({"lon": 1.5, "lat": 2, "more": 3}, {"lon": 1.5, "lat": 2}),
        ({"LON": 5, "lon": "x", "lat": None}, {"lon": 5, "lat": 0}),
        ('{"lon":1.50,"lat":1e1}', {"lon": 1.5, "lat": 10}),
        ("x", NOWHERE),
        ("[1,2]", NOWHERE),
        ([1, 2], NOWHERE),
        ({"lon": True}, NOWHERE),
    ],
)
def test_a_place_is_cast(raw: Any, point: dict[str, float]) -> None:
    assert FIELD.cast(raw) == point


def test_a_place_is_kept_and_shown() -> None:
    point = {"lon": 1.5, "lat": -0.1234567890123456}

    assert FIELD.to_column(point) == '{"lon":1.5,"lat":-0.1234567890123456}'
    assert kept(FIELD, point) == point
    assert shown(FIELD, FIELD.to_column(point)) == point
    assert shown(FIELD, "{") == NOWHERE


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ({"lon": 180, "lat": -90}, ""),
        ({"lon": 0, "lat": 90.1}, "validation_invalid_latitude"),
        ({"lon": -180.1, "lat": 0}, "validation_invalid_longitude"),
        (NOWHERE, ""),
    ],
)
def test_a_place_is_checked(point: dict[str, float], expected: str) -> None:
    assert code(check(FIELD, point)) == expected


def test_a_place_may_be_required() -> None:
    assert code(check(GeoPointField(required=True), NOWHERE)) == "validation_required"
    assert check(GeoPointField(required=True), {"lon": 0, "lat": 1}) is None
