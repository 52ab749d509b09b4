"""What runs by the clock."""

from datetime import UTC, datetime, timedelta

import pytest
from huey.api import crontab

from appos.jobs.kinds import KINDS
from appos.jobs.schedules import SCHEDULES, Schedule

SUNDAY = datetime(2026, 1, 4, tzinfo=UTC)


def fires(expression: str, since: datetime, hours: int = 24) -> list[str]:
    """The minutes of the hours to come that Huey takes a schedule to name."""
    is_due = crontab(**Schedule(kind="k", expression=expression).fields(), strict=True)
    minutes = (since + timedelta(minutes=number) for number in range(hours * 60))
    return [f"{minute:%a %H:%M}" for minute in minutes if is_due(minute)]


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda schedule: schedule.kind)
def test_a_schedule_is_of_a_kind_that_is_known_and_an_expression_that_is_read(schedule: Schedule) -> None:
    assert schedule.kind in KINDS
    assert crontab(**schedule.fields(), strict=True)


def test_an_expression_has_five_fields_in_crons_order() -> None:
    assert Schedule(kind="k", expression="1 2 3 4 5").fields() == {
        "minute": "1",
        "hour": "2",
        "day": "3",
        "month": "4",
        "day_of_week": "5",
    }
    with pytest.raises(ValueError, match="shorter"):
        Schedule(kind="k", expression="1 2 3 4").fields()


@pytest.mark.parametrize(
    ("expression", "minutes"),
    [
        pytest.param("0 */6 * * *", ["Sun 00:00", "Sun 06:00", "Sun 12:00", "Sun 18:00"], id="four-a-day"),
        pytest.param("0 0 * * *", ["Sun 00:00"], id="once-a-day"),
        pytest.param("30 3 * * 0", ["Sun 03:30"], id="sunday-is-0"),
        pytest.param("30 3 * * 7", ["Sun 03:30"], id="and-7"),
        pytest.param("30 3 * * 1", [], id="monday-is-1"),
        pytest.param("15 3 4 * *", ["Sun 03:15"], id="day-of-month"),
        pytest.param("15 3 5 * *", [], id="another-day-of-month"),
        pytest.param("15 3 * 2 *", [], id="another-month"),
    ],
)
def test_huey_fires_when_cron_would(expression: str, minutes: list[str]) -> None:
    assert fires(expression, SUNDAY) == minutes


def test_the_check_runs_every_hour() -> None:
    assert len(fires("30 * * * *", SUNDAY)) == 24


@pytest.mark.parametrize(
    ("expression", "now", "due"),
    [
        pytest.param("30 * * * *", SUNDAY.replace(hour=5, minute=30), "2026-01-04 05:30", id="on-time"),
        pytest.param(
            "30 * * * *", SUNDAY.replace(hour=5, minute=30, second=59), "2026-01-04 05:30", id="seconds-late"
        ),
        pytest.param("30 * * * *", SUNDAY.replace(hour=5, minute=31), "2026-01-04 05:30", id="a-minute-late"),
        pytest.param("0 0 * * *", SUNDAY.replace(hour=5), "2026-01-04 00:00", id="hours-late"),
        pytest.param("30 3 * * 1", SUNDAY, "2025-12-29 03:30", id="days-late"),
        pytest.param("0 0 30 2 *", SUNDAY, "2025-12-28 00:00", id="never-looks-back-a-week"),
    ],
)
def test_a_schedule_that_fires_late_fires_for_the_minute_it_was_due(
    expression: str, now: datetime, due: str
) -> None:
    assert Schedule(kind="k", expression=expression).due_minute(now) == due
