"""Looking at the whole."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from appos import __version__
from appos.compose.binary import VERSION, ComposeBinary
from appos.errors import AppOSError, StoreError
from appos.ledger.models import StepState
from appos.ledger.run import RunStopped, StopReason
from appos.services import Services
from appos.store import database as store
from appos.system.models import Health
from appos.system.service import System
from tests.unit.fakes import Clock, FakeEngine, MemoryJournal, run

GIB = 1 << 30


class Probe:
    """What the system asks of a queue."""

    def __init__(self, backend: str = "redis", is_degraded: bool = False) -> None:
        self.backend = backend
        self.is_degraded = is_degraded

    def ping(self) -> bool:
        return not self.is_degraded


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("appos.system.service.time.monotonic", clock)
    return clock


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A disk of a size of one's choice."""
    usage = SimpleNamespace(total=100 * GIB, free=50 * GIB)
    monkeypatch.setattr("appos.system.service.shutil.disk_usage", lambda _path: usage)
    return usage


def system_of(services: Services, queue: Probe | None = None) -> System:
    return System(
        services.config, services.databases, services.engine, services.compose, services.ledger, queue
    )


def checked(system: System) -> tuple[MemoryJournal, str]:
    """Run the check and return what it wrote and what was wrong."""
    journal = MemoryJournal()
    try:
        system.check(run(journal))
    except AppOSError as error:
        refused = error
    else:
        return journal, ""
    assert refused.code == "check_failed"
    return journal, refused.message


def test_the_status_tells_of_every_part(services: Services, clock: Clock, disk: SimpleNamespace) -> None:
    system = system_of(services, Probe())
    clock.sleep(65)
    status = system.status()

    assert (status.version, status.uptime_seconds) == (__version__, 65)
    parts = (status.database, status.queue, status.engine, status.disk)
    assert [part.state for part in parts] == [Health.OK] * 4
    assert all(part.message.endswith(".") for part in parts)
    assert status.engine.info == FakeEngine().info()
    assert (status.disk.total_bytes, status.disk.free_bytes) == (100 * GIB, 50 * GIB)
    assert status.jobs == {"queued": 0, "running": 0}


@pytest.mark.parametrize(
    ("queue", "state", "words"),
    [
        pytest.param(None, Health.OK, "in memory", id="no-queue"),
        pytest.param(Probe("memory"), Health.OK, "in memory", id="memory"),
        pytest.param(Probe("redis"), Health.OK, "in Redis", id="redis"),
        pytest.param(Probe("memory", True), Health.WARNING, "Redis does not answer", id="redis-down"),
    ],
)
def test_the_queue_is_as_it_is(
    services: Services, disk: SimpleNamespace, queue: Probe | None, state: Health, words: str
) -> None:
    part = system_of(services, queue).status().queue

    assert part.state is state
    assert words in part.message


def test_an_engine_that_is_down_has_no_info(services: Services, engine: FakeEngine) -> None:
    engine.is_up = False
    state = system_of(services).status().engine

    assert (state.state, state.info) == (Health.FAILED, None)
    assert "does not answer" in state.message


def test_the_engine_is_asked_now_and_then(services: Services, engine: FakeEngine, clock: Clock) -> None:
    system = system_of(services)
    for seconds in (0, 2, 2, 2, 2):
        clock.sleep(seconds)
        system.status()

    assert engine.asked == 2


@pytest.mark.parametrize(
    ("total", "free", "state"),
    [
        pytest.param(100 * GIB, 6 * GIB, Health.OK, id="enough"),
        pytest.param(100 * GIB, 4 * GIB, Health.WARNING, id="under-a-twentieth"),
        pytest.param(4 * GIB, GIB - 1, Health.WARNING, id="under-a-gibibyte"),
    ],
)
def test_a_disk_that_is_nearly_full_is_a_warning(
    services: Services, disk: SimpleNamespace, total: int, free: int, state: Health
) -> None:
    disk.total, disk.free = total, free

    assert system_of(services).status().disk.state is state


def test_the_database_is_looked_at_every_two_seconds(
    services: Services, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []
    monkeypatch.setattr(services.databases.data, "probe", lambda: asked.append(clock.now))
    system = system_of(services)
    before = system.is_fresh()
    for _ in range(5):
        system.database_problem()
        clock.sleep(0.9)

    assert asked == pytest.approx([1000, 1002.7])
    assert (before, system.is_fresh()) == (False, True)
    clock.sleep(2)
    assert not system.is_fresh()


def remove(path: Path) -> None:
    path.unlink()


def lock(path: Path) -> sqlite3.Connection:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other


@pytest.mark.parametrize(
    ("act", "words"),
    [
        pytest.param(remove, "cannot be opened", id="deleted"),
        pytest.param(lock, "locked by another program", id="locked"),
    ],
)
def test_a_database_that_takes_no_writes_says_why(
    services: Services,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    act: Callable[[Path], sqlite3.Connection | None],
    words: str,
) -> None:
    monkeypatch.setattr(store, "PROBE_SECONDS", 0)
    held = act(services.config.database_path)
    system = system_of(services)
    problem = system.database_problem()
    if held is not None:
        held.close()

    assert words in problem
    assert not system.is_fresh()


def test_a_database_that_takes_writes_again_is_well(
    services: Services, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "PROBE_SECONDS", 0)
    system = system_of(services)
    with closing(lock(services.config.database_path)):
        first = system.database_problem()
    second = system.database_problem()
    clock.sleep(2)

    assert first == second != ""
    assert system.database_problem() == ""
    assert system.is_fresh()


def test_a_check_looks_at_everything_for_real(services: Services, disk: SimpleNamespace) -> None:
    journal, problems = checked(system_of(services, Probe()))

    assert problems == ""
    assert [(step.name, step.state) for step in journal.steps] == [
        (name, StepState.SUCCEEDED) for name in ("engine", "disk", "queue", "database")
    ]
    assert journal.steps[0].message == "Docker 28.0.1 answers."
    assert journal.lines == [f"{step.name}: {step.message}" for step in journal.steps]
    assert [(report.done, report.total) for report in journal.reports] == [(n, 4) for n in range(5)]
    assert [path.name for path in services.config.data_dir.iterdir() if "check" in path.name] == []


def test_a_check_finds_every_problem_and_says_them_all(
    services: Services, engine: FakeEngine, disk: SimpleNamespace
) -> None:
    engine.is_up = False
    disk.free = 0
    system = system_of(services, Probe("memory", True))
    services.config.auxiliary_path.write_bytes(b"garbage" * 2000)
    journal, problems = checked(system)

    assert [step.state for step in journal.steps] == [StepState.FAILED] * 4
    for words in ("does not answer", "nearly full", "Redis", "damaged"):
        assert words in problems


def test_a_disk_that_cannot_be_written_is_found(services: Services, disk: SimpleNamespace) -> None:
    gone = replace(services.config, data_dir=services.config.data_dir / "gone")
    system = System(gone, services.databases, services.engine, services.compose, services.ledger, None)

    assert "cannot be written: No such file or directory" in checked(system)[1]


def test_a_disk_that_gives_back_other_bytes_is_found(
    services: Services, disk: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "read_bytes", lambda _path: b"other")

    assert "gave back other bytes" in checked(system_of(services))[1]


def test_a_full_disk_leaves_nothing_behind(
    services: Services, disk: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    problems = checked(system_of(services))[1]

    assert "No space left on device" in problems
    assert [path.name for path in services.config.data_dir.iterdir() if "check" in path.name] == []


def test_a_check_stops_where_it_is_told_to(services: Services, disk: SimpleNamespace) -> None:
    this = run()
    this.stop(StopReason.CANCEL)
    with pytest.raises(RunStopped):
        system_of(services).check(this)


def test_a_check_that_is_stopped_in_the_database_is_stopped_and_not_failed(
    services: Services, disk: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    this = run()

    def interrupted(_stopped: object) -> str:
        this.stop(StopReason.CANCEL)
        raise StoreError("The work on the database was stopped.", code="interrupted")

    monkeypatch.setattr(services.databases.data, "check", interrupted)
    with pytest.raises(RunStopped):
        system_of(services).check(this)


def test_the_compose_that_runs_is_told(services: Services) -> None:
    part = system_of(services).compose_part()

    assert part.state is Health.OK
    assert part.message == f"Docker Compose {VERSION}, checked by its checksum."


def test_a_compose_that_may_not_run_is_told(services: Services, tmp_path: Path) -> None:
    compose = ComposeBinary(tmp_path, tmp_path / "none")
    system = System(services.config, services.databases, services.engine, compose, services.ledger, None)

    assert system.status().compose.state is Health.FAILED
    assert "COMPOSE_BINARY" in system.status().compose.message
