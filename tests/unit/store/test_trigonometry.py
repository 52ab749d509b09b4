"""Sines and cosines, which are musl's to the last bit."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appos.store.trigonometry import cosine, cosine_between, sine


@given(st.floats(-1e6, 1e6))
def test_they_are_within_a_bit_of_the_system_s(angle: float) -> None:
    assert math.isclose(cosine(angle), math.cos(angle), rel_tol=5e-16, abs_tol=1e-25)
    assert math.isclose(sine(angle), math.sin(angle), rel_tol=5e-16, abs_tol=1e-25)


@pytest.mark.parametrize("angle", [2e6, -1e300, 5e15])
def test_large_angles_are_the_system_s(angle: float) -> None:
    assert (cosine(angle), sine(angle)) == (math.cos(angle), math.sin(angle))


@pytest.mark.parametrize("angle", [math.inf, -math.inf, math.nan])
def test_what_is_no_angle_has_none(angle: float) -> None:
    assert math.isnan(cosine(angle))
    assert math.isnan(sine(angle))


# As PocketBase 0.36.2 measures it: the distance is 0, there is one, or there is none at all.
@pytest.mark.parametrize(
    ("degrees", "apart"),
    [(42.5, 0), (40.7, 0), (33.3, 0), (0.0, 0), (-90.0, 0), (10.0, -1), (3.0, -1), (44.9, 1)],
)
def test_a_place_is_as_far_from_itself_as_in_pocketbase(degrees: float, apart: int) -> None:
    latitude = degrees * (math.pi / 180)
    cosine_ = cosine_between(latitude, latitude, 0.0)

    assert cosine_ is not None
    assert (cosine_ > 1) - (cosine_ < 1) == apart


def test_what_is_not_known_gives_nothing() -> None:
    assert cosine_between(None, 0.0, 0.0) is None
    assert cosine_between(0.0, None, 0.0) is None
    assert cosine_between(0.0, 0.0, None) is None
