"""A ledger, a runner over it, and a clock that both go by."""

from typing import Any

import pytest

from appos.audit.models import SYSTEM
from appos.ledger.models import Job, Order
from appos.ledger.runner import Handler, Runner
from appos.ledger.service import Ledger
from appos.services import Services
from tests.unit.fakes import Clock

BOOT = "boot-here"


@pytest.fixture
def ledger(services: Services) -> Ledger:
    return services.ledger


@pytest.fixture
def runner(ledger: Ledger) -> Runner:
    return Runner(ledger, BOOT)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("appos.ledger.runner.time.monotonic", clock)
    monkeypatch.setattr("appos.ledger.runner.time.sleep", clock.sleep)
    return clock


def submit(ledger: Ledger, **order: Any) -> Job:
    return ledger.submit(Order(kind="test.kind", **order), SYSTEM)


def execute_job(runner: Runner, ledger: Ledger, handler: Handler, **order: Any) -> Job:
    """Run a job and return how it stands afterwards."""
    job = submit(ledger, **order)
    runner.execute(job.id, lambda _kind: handler)
    return ledger.get(job.id)
