"""The services that AppOS consists of, as supervisord tells of them, and without it."""

import os
from collections.abc import Mapping
from typing import Any

import pytest

from appos.audit.models import SYSTEM
from appos.errors import ConflictError, NotFoundError
from appos.services import Services
from appos.store.query import ListQuery
from appos.system import supervisor as module
from appos.system.service_logs import ServiceLogs
from appos.system.supervisor import Supervisor
from appos.system.supervisord import Supervisord
from tests.unit.fakes import FakeEngine

BEGAN = ("2026-01-02 03:04:05.678Z", 60)


def process(name: str, **changes: Any) -> Mapping[str, Any]:
    told = {
        "name": name,
        "group": name,
        "statename": "RUNNING",
        "pid": 12,
        "start": 1_767_323_045,
        "now": 1_767_323_105,
        "spawnerr": "",
        "description": "pid 12, uptime 0:01:00",
    }
    return told | changes


class Told(Supervisord):
    """A supervisord that tells what it is given, and remembers what it was asked."""

    def __init__(self, *processes: Mapping[str, Any], is_up: bool = True) -> None:
        super().__init__("unix:///run/supervisor.sock")
        self.told = list(processes)
        self.is_up = is_up
        self.asked: list[tuple[str, str]] = []

    def processes(self) -> list[Mapping[str, Any]]:
        if not self.is_up:
            raise ConflictError("supervisord does not answer.", code="supervisor_unavailable")
        return self.told

    def restart(self, name: str) -> None:
        self.asked.append(("restart", name))

    def signal(self, name: str, signal: str) -> None:
        self.asked.append((signal, name))


@pytest.fixture
def make(services: Services, engine: FakeEngine) -> Any:
    def made(told: Supervisord | None) -> Supervisor:
        logs = ServiceLogs(engine, is_supervised=told is not None)
        return Supervisor(told, logs, services.audit, lambda: BEGAN)

    return made


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Restart without a pause."""
    monkeypatch.setattr(module, "DELAY_SECONDS", 0.0)


def test_services_are_told_as_supervisord_knows_them(make: Any) -> None:
    down = process("redis", statename="FATAL", pid=0, spawnerr="Exited too quickly", description="")
    running, failed = make(Told(process("appos"), down)).services()

    assert (running.name, running.state, running.pid, running.uptime_seconds) == ("appos", "running", 12, 60)
    assert running.started == "2026-01-02 03:04:05.000Z"
    assert (failed.state, failed.pid, failed.uptime_seconds) == ("fatal", None, 0)
    assert failed.description == "Exited too quickly"


def test_without_supervisord_there_is_appos_alone(make: Any) -> None:
    (own,) = make(None).services()

    assert (own.name, own.state, own.managed, own.pid) == ("appos", "running", False, os.getpid())
    assert (own.started, own.uptime_seconds) == BEGAN
    assert "without supervisord" in own.description


def test_a_supervisord_that_does_not_answer_is_told(make: Any) -> None:
    (own,) = make(Told(is_up=False)).services()

    assert (own.managed, own.description) == (False, "supervisord does not answer.")


def test_a_service_is_restarted_after_the_answer(make: Any, services: Services, at_once: None) -> None:
    told = Told(process("redis"))
    supervisor = make(told)
    shown = supervisor.restart("redis", SYSTEM)
    for timer in supervisor._restarts:
        timer.join()

    assert shown.state == "running"
    assert told.asked == [("restart", "redis")]
    assert services.audit.page(ListQuery()).items[0].action == "service.restart"


def test_appos_ends_itself_and_leaves_the_start_to_supervisord(make: Any, at_once: None) -> None:
    told = Told(process("appos"))
    supervisor = make(told)
    supervisor.restart("appos", SYSTEM)
    for timer in supervisor._restarts:
        timer.join()

    assert told.asked == [("TERM", "appos")]


def test_a_stop_forgets_restarts_that_have_not_begun(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DELAY_SECONDS", 60.0)
    told = Told(process("redis"))
    supervisor = make(told)
    supervisor.restart("redis", SYSTEM)
    supervisor.close()
    for timer in supervisor._restarts:
        timer.join()

    assert told.asked == []


def test_what_nobody_runs_cannot_be_restarted(make: Any) -> None:
    with pytest.raises(ConflictError) as caught:
        make(None).restart("appos", SYSTEM)
    assert caught.value.code == "service_not_managed"
    with pytest.raises(NotFoundError) as unknown:
        make(Told(process("appos"))).restart("nginx", SYSTEM)
    assert unknown.value.code == "service_not_found"
