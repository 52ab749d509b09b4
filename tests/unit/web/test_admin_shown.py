"""appos/web/admin/shown.py: how values look."""

from datetime import UTC, datetime, timedelta

import pytest

from appos.web.admin.shown import actor_label, ago, badge, duration, size, when

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-30, "soon"),
        (0, "just now"),
        (59, "just now"),
        (60, "1 minute ago"),
        (3599, "59 minutes ago"),
        (7200, "2 hours ago"),
        (86400, "1 day ago"),
        (86400 * 400, "400 days ago"),
    ],
)
def test_an_age_is_told_in_its_largest_unit(seconds: int, text: str) -> None:
    assert ago(NOW - timedelta(seconds=seconds), NOW) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 ms"),
        (0.0123, "12 ms"),
        (1.25, "1.2 s"),
        (42, "42 s"),
        (60, "1 min"),
        (3725, "1 h 2 min"),
        (90061, "1 d 1 h"),
    ],
)
def test_a_duration_has_two_units_at_most(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (1 << 30, "1.0 GiB"), (3 << 40, "3.0 TiB")],
)
def test_bytes_are_told_in_a_unit_that_suits_them(count: int, text: str) -> None:
    assert size(count) == text


def test_a_moment_is_told_as_it_was_and_as_it_is_seen_from_now() -> None:
    shown = when("2026-01-02 03:04:05.678Z")
    assert 'datetime="2026-01-02T03:04:05Z"' in shown
    assert "2026-01-02 03:04:05 UTC" in shown
    assert "time" not in when("")


def test_what_others_wrote_is_escaped() -> None:
    hostile = "<b>&"
    for shown in (badge(hostile), actor_label(hostile), actor_label(f"{hostile}:{hostile}")):
        assert hostile not in shown
