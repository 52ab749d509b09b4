"""Measuring, keeping and showing what host and apps use."""

import threading
import time
from pathlib import Path

import pytest

from appos.engine.models import ContainerSummary, Stats
from appos.services import Services
from appos.store.database import Database, execute, rows
from appos.system.metrics import table
from appos.system.metrics.host import Host
from appos.system.metrics.models import COARSE_SECONDS, AppUsage, HostUsage, Range
from appos.system.metrics.questions import Questions
from appos.system.metrics.sampler import Sampler
from appos.system.metrics.service import FINE_SECONDS, MetricsService
from tests.unit.fakes import FakeEngine, run
from tests.unit.system.metrics.parts import container, kernel, unified

DAY = 86_400


class Machine:
    """A host whose files a test writes, and what is measured of it."""

    def __init__(self, root: Path, database: Database, engine: FakeEngine) -> None:
        self.root = root
        self.database = database
        self.containers: list[ContainerSummary] = [container()]
        proc, sys = kernel(root)
        host = Host(root, proc=proc, sys=sys)
        self.sampler = Sampler(database, engine, lambda: self.containers, host, unified(root))
        self.days = 7
        self.metrics = MetricsService(database, self.sampler, host, lambda: self.days)

    def known(self) -> list[tuple[str, int]]:
        with self.database.read() as db:
            return [
                (each["app"], each["time"]) for each in rows(db, "SELECT * FROM metrics ORDER BY app, time")
            ]

    def keep(self, app: str, *times: int, cpu: float = 10.0) -> None:
        for moment in times:
            table.insert_samples(self.database, moment, {app: HostUsage(cpu_percent=cpu, memory_bytes=100)})


@pytest.fixture
def machine(tmp_path: Path, services: Services, engine: FakeEngine) -> Machine:
    return Machine(tmp_path, services.databases.auxiliary, engine)


def test_the_first_look_is_written_nowhere_and_the_second_is(machine: Machine) -> None:
    machine.sampler.sample(is_first=True)
    assert machine.known() == []
    machine.sampler.sample()

    ((host, moment), (app, _)) = machine.known()
    assert (host, app) == ("", "wiki")
    assert moment % 30 == 0


def test_an_apps_processor_time_is_its_share_of_the_time_between(machine: Machine, tmp_path: Path) -> None:
    machine.sampler.sample(is_first=True)
    first = machine.sampler.latest("wiki")
    began = time.time()
    time.sleep(0.02)
    unified(tmp_path, microseconds=2_010_000)
    machine.sampler.sample()
    used, passed = machine.sampler.latest("wiki"), time.time() - began

    assert first == AppUsage(name="wiki", memory_bytes=3000)
    assert used is not None
    assert used.cpu_percent is not None
    # 10 ms of work within some 20 ms.
    assert 1.0 / passed * 0.9 <= used.cpu_percent <= 50
    assert (used.memory_bytes, used.received_bytes_per_second) == (3000, 0)


def test_the_containers_of_an_app_are_added_up(machine: Machine, tmp_path: Path) -> None:
    other = "b" * 64
    unified(tmp_path, place=f"docker/{other}")
    machine.containers.append(container(other))
    machine.sampler.sample(is_first=True)

    assert machine.sampler.latest("wiki") == AppUsage(name="wiki", memory_bytes=6000)


def test_what_does_not_run_or_belongs_to_no_app_is_not_measured(machine: Machine) -> None:
    machine.containers = [container(state="exited"), container("c" * 64, "")]
    machine.sampler.sample(is_first=True)

    assert machine.sampler.apps() == ()


def test_the_engine_is_asked_for_what_the_kernel_does_not_show(machine: Machine, engine: FakeEngine) -> None:
    id_ = engine.add_container("elsewhere", labels={"com.docker.compose.project": "shop"})
    engine.start(id_)
    engine.boxes[id_].stats = Stats(
        cpu_percent=1.0,
        memory_bytes=42,
        memory_limit_bytes=0,
        network_received_bytes=1,
        network_sent_bytes=2,
        block_read_bytes=0,
        block_written_bytes=0,
        processes=1,
        cpu_seconds=1.0,
    )
    machine.containers = [container(id_, "shop")]
    machine.sampler.sample(is_first=True)
    machine.sampler.questions.ask_next()
    machine.sampler.sample()

    assert machine.sampler.latest("shop") == AppUsage(name="shop", memory_bytes=42)


def test_containers_are_asked_in_turns_and_forgotten_when_they_are_gone(engine: FakeEngine) -> None:
    ids = [engine.add_container(name) for name in ("one", "two")]
    for id_ in ids:
        engine.start(id_)
    wanted = list(ids)
    questions = Questions(engine, lambda: wanted)
    for _ in range(2):
        questions.ask_next()
    assert all(questions.reading(id_) for id_ in ids)
    wanted.pop()
    questions.ask_next()

    assert [questions.reading(id_) is not None for id_ in ids] == [True, False]


def test_an_engine_that_is_gone_is_asked_again_later(engine: FakeEngine) -> None:
    id_ = engine.add_container("one")
    engine.is_up = False
    questions = Questions(engine, lambda: [id_])
    questions.ask_next()

    assert questions.reading(id_) is None


@pytest.mark.parametrize("range_", list(Range))
def test_a_chart_has_at_most_300_points(machine: Machine, range_: Range) -> None:
    now = int(time.time()) // COARSE_SECONDS * COARSE_SECONDS
    spacing = 30 if range_.seconds <= FINE_SECONDS else COARSE_SECONDS
    times = range(now - range_.seconds - 7200, now, spacing)
    with machine.database.transaction():
        machine.keep("", *times)
    points = machine.metrics.chart(range_).points

    assert 100 <= len(points) <= 300
    assert {point.cpu_percent for point in points} == {10.0}
    assert range_.seconds // range_.step_seconds - 1 <= len(points) + COARSE_SECONDS // range_.step_seconds


def test_a_chart_tells_what_is_used_now_and_what_the_host_has(machine: Machine) -> None:
    machine.sampler.sample(is_first=True)
    told = machine.metrics.chart(Range.HOUR)

    assert told.size.memory_bytes == 1000 << 10
    assert told.now.memory_bytes == 600 << 10
    assert [app.name for app in told.apps] == ["wiki"]
    assert told.forecast is None


def test_a_chart_of_an_app_is_its_own(machine: Machine) -> None:
    moment = int(time.time()) // 30 * 30
    machine.keep("wiki", moment, cpu=3.0)
    machine.keep("", moment, cpu=50.0)
    machine.sampler.sample(is_first=True)
    told = machine.metrics.chart(Range.HOUR, "wiki")

    assert [point.cpu_percent for point in told.points] == [3.0]
    assert (told.now.memory_bytes, told.now.load, told.apps) == (3000, None, ())
    assert machine.metrics.chart(Range.HOUR, "nobody").points == ()


def test_a_disk_that_fills_up_is_forecast(machine: Machine) -> None:
    now = int(time.time())
    total = machine.sampler.host()[1].disk_total_bytes
    with machine.database.transaction():
        for number in range(36):
            used = HostUsage(disk_bytes=round(total * (0.5 + number * 0.01)))
            table.insert_samples(machine.database, now - (36 - number) * 7200, {"": used})
    told = machine.metrics.chart(Range.HOUR).forecast

    assert told is not None
    assert 1.0 < told.days < 1.5


def test_what_is_old_becomes_coarse_and_what_is_older_goes(machine: Machine) -> None:
    now = int(time.time()) // COARSE_SECONDS * COARSE_SECONDS
    old = now - 2 * DAY
    machine.keep("wiki", now - 60, old, old + 30, old + 330, old + 360, now - 8 * DAY)
    machine.metrics.clean(run())

    assert machine.known() == [("wiki", old), ("wiki", old + 300), ("wiki", now - 60)]
    machine.metrics.clean(run())
    assert len(machine.known()) == 3
    machine.days = 1
    machine.metrics.clean(run())
    assert machine.known() == [("wiki", now - 60)]


def test_averages_keep_what_they_are_made_of(machine: Machine) -> None:
    old = (int(time.time()) - 2 * DAY) // COARSE_SECONDS * COARSE_SECONDS
    machine.keep("wiki", old + 30, cpu=10.0)
    machine.keep("wiki", old + 60, cpu=20.0)
    machine.metrics.clean(run())
    with machine.database.read() as db:
        (found,) = rows(db, "SELECT * FROM metrics")

    assert (found["time"], found["cpuPercent"], found["memoryBytes"]) == (old, 15.0, 100)


def test_a_database_that_takes_nothing_does_not_end_the_measuring(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appos.system.metrics.sampler.SAMPLE_SECONDS", 0.01)
    with machine.database.transaction() as db:
        execute(db, "ALTER TABLE metrics RENAME TO away")
    stopping = threading.Event()
    thread = threading.Thread(target=machine.metrics.run, args=(stopping,))
    thread.start()
    time.sleep(0.05)
    with machine.database.transaction() as db:
        execute(db, "ALTER TABLE away RENAME TO metrics")
    deadline = time.monotonic() + 5
    while not machine.known() and time.monotonic() < deadline:
        time.sleep(0.01)
    stopping.set()
    thread.join()

    assert machine.known()


def test_a_mistake_of_ours_does_not_end_the_measuring(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("appos.system.metrics.sampler.SAMPLE_SECONDS", 0.01)
    monkeypatch.setattr("appos.system.metrics.questions.LEAST_SECONDS", 0.01)
    monkeypatch.setattr("appos.system.metrics.questions.SAMPLE_SECONDS", 0.01)
    stopping, looks = threading.Event(), []

    def containers() -> list[ContainerSummary]:
        looks.append(1)
        raise KeyError("unheard of")

    monkeypatch.setattr(machine.sampler, "_containers", containers)
    monkeypatch.setattr(machine.sampler.questions, "_wanted", containers)
    threads = [
        threading.Thread(target=call, args=(stopping,)) for call in (machine.metrics.run, machine.metrics.ask)
    ]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 5
    while len(looks) < 8 and time.monotonic() < deadline:
        time.sleep(0.01)
    stopping.set()
    for thread in threads:
        thread.join()

    assert len(looks) >= 8
    assert {"metrics_failed", "container_measuring_failed"} <= {record.message for record in caplog.records}
