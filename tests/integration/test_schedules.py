"""Schedules: however often a process starts within a minute, a schedule runs once."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from appos.config import Config
from appos.jobs import tasks as tasks_module
from appos.jobs.schedules import SCHEDULES, Schedule
from appos.jobs.storage import JobQueue
from appos.jobs.tasks import Tasks, new_huey
from appos.services import Services
from appos.store.query import ListQuery
from tests.unit.fakes import FakeEngine

HOURLY = Schedule(kind="system.check", expression="30 * * * *")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def fire_in_a_new_process(data_dir: Path, moment: datetime, monkeypatch: pytest.MonkeyPatch) -> int:
    """Start, fire a schedule, end; return how many jobs there are."""
    monkeypatch.setattr(tasks_module, "now", lambda: moment)
    services = Services.build(Config(data_dir=data_dir), FakeEngine())
    try:
        Tasks(new_huey(JobQueue("appos", None)), services).fire(HOURLY)
        return services.ledger.page(ListQuery()).total_items
    finally:
        services.close()


def test_restarts_within_a_minute_run_a_schedule_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = ("2026-01-02 03:30:01", "2026-01-02 03:30:20", "2026-01-02 03:30:59")
    assert [fire_in_a_new_process(tmp_path, at(it), monkeypatch) for it in moments] == [1, 1, 1]


def test_a_schedule_that_is_taken_from_the_queue_late_counts_for_its_own_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = ("2026-01-02 03:30:59", "2026-01-02 03:31:00", "2026-01-02 04:29:00", "2026-01-02 04:30:00")
    assert [fire_in_a_new_process(tmp_path, at(it), monkeypatch) for it in moments] == [1, 1, 1, 2]


@pytest.mark.parametrize(
    ("expression", "moment", "minute"),
    [
        ("30 * * * *", "2026-01-02 03:30:00", "2026-01-02 03:30"),
        ("30 * * * *", "2026-01-02 03:29:59", "2026-01-02 02:30"),
        ("0 */6 * * *", "2026-01-02 05:59:00", "2026-01-02 00:00"),
        ("0 0 * * *", "2026-01-02 23:59:00", "2026-01-02 00:00"),
        ("* * * * *", "2026-01-02 03:31:07", "2026-01-02 03:31"),
    ],
)
def test_a_schedule_knows_the_minute_that_it_is_due(expression: str, moment: str, minute: str) -> None:
    assert Schedule(kind="test", expression=expression).due_minute(at(moment)) == minute


def test_every_schedule_has_a_kind_and_a_minute_in_each_day() -> None:
    for schedule in SCHEDULES:
        assert schedule.due_minute(at("2026-01-02 12:00:00")) <= "2026-01-02 12:00"
