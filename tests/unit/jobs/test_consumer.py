"""The one consumer of a data directory."""

import fcntl
import signal
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest

from appos.audit.models import SYSTEM
from appos.errors import StoreError
from appos.jobs import consumer as module
from appos.jobs.consumer import EmbeddedConsumer, JobProcess
from appos.jobs.storage import JobQueue
from appos.jobs.tasks import Tasks, new_huey
from appos.ledger.models import JobState, Order
from appos.services import Services


class FakeConsumer:
    """Huey's consumer without its workers."""

    made: list["FakeConsumer"] = []  # noqa: RUF012

    def __init__(self, _huey: object, **options: object) -> None:
        self.options = options
        self.calls: list[str] = []
        self.stop_flag = threading.Event()
        FakeConsumer.made.append(self)

    def start(self) -> None:
        self.calls.append("start")

    def stop(self) -> None:
        self.calls.append("stop")

    def check_worker_health(self) -> None:
        self.calls.append("check")


@pytest.fixture(autouse=True)
def consumers(monkeypatch: pytest.MonkeyPatch) -> list[FakeConsumer]:
    monkeypatch.setattr(module, "EmbeddedConsumer", FakeConsumer)
    monkeypatch.setattr(module, "TICK_SECONDS", 0.005)
    monkeypatch.setattr(module, "HEALTH_SECONDS", 0.0)
    monkeypatch.setattr(module, "RECONCILE_SECONDS", 0.0)
    monkeypatch.setattr(FakeConsumer, "made", [])
    return FakeConsumer.made


Start = Callable[[], JobProcess]


@pytest.fixture
def tasks(services: Services, queue: JobQueue) -> Tasks:
    return Tasks(new_huey(queue), services)


@pytest.fixture
def start(services: Services, tasks: Tasks, queue: JobQueue) -> Iterator[Start]:
    processes: list[JobProcess] = []

    def begin() -> JobProcess:
        process = JobProcess(services, tasks, queue, workers=2, grace_seconds=0.1)
        processes.append(process)
        process.start()
        return process

    yield begin
    for process in processes:
        process.stop()


def wait_until(is_so: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(1000):
        if is_so():
            return
        pause.wait(0.005)
    pytest.fail("it did not come to be")


def test_huey_leaves_the_signals_to_gunicorn() -> None:
    before = signal.getsignal(signal.SIGTERM)
    EmbeddedConsumer._set_signal_handlers(SimpleNamespace())  # type: ignore[arg-type]

    assert signal.getsignal(signal.SIGTERM) is before


def test_a_start_takes_back_what_a_dead_process_left(
    services: Services, queue: JobQueue, start: Start, consumers: list[FakeConsumer]
) -> None:
    job = services.ledger.submit(Order(kind="system.check", is_resumable=True), SYSTEM)
    services.ledger.claim(job.id, "boot-gone")
    start()
    wait_until(lambda: queue.queue_size() == 1)

    assert services.ledger.get(job.id).state is JobState.QUEUED
    assert consumers[0].calls[0] == "start"
    assert consumers[0].options["workers"] == 2
    assert consumers[0].options["worker_type"] == "greenlet"


def test_while_another_process_holds_the_lock_nothing_is_taken(
    services: Services, start: Start, consumers: list[FakeConsumer], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = services.ledger.submit(Order(kind="system.check"), SYSTEM)
    services.ledger.claim(job.id, "boot-there")
    tried = threading.Event()
    with (services.config.data_dir / "pb_data" / ".consumer").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        process = start()
        wait = process._stopping.wait

        def wait_shortly(seconds: float) -> bool:
            tried.set()
            return wait(min(seconds, 0.01))

        monkeypatch.setattr(process._stopping, "wait", wait_shortly)
        tried.wait(5)
        before = services.ledger.get(job.id).state
        had_none = not consumers
    wait_until(lambda: bool(consumers))

    assert (before, had_none) == (JobState.RUNNING, True)
    assert services.ledger.get(job.id).state is JobState.INTERRUPTED


def test_a_stop_before_the_lock_came_ends_at_once(
    services: Services, start: Start, consumers: list[FakeConsumer]
) -> None:
    with (services.config.data_dir / "pb_data" / ".consumer").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        start().stop()

    assert consumers == []


def test_work_that_the_queue_lost_is_found(services: Services, queue: JobQueue, start: Start) -> None:
    start()
    services.ledger.submit(Order(kind="system.check"), SYSTEM)
    wait_until(lambda: queue.queue_size() == 1)


def test_the_workers_are_looked_after(start: Start, consumers: list[FakeConsumer]) -> None:
    start()
    wait_until(lambda: bool(consumers) and "check" in consumers[0].calls)


def test_running_jobs_are_watched(start: Start, tasks: Tasks, monkeypatch: pytest.MonkeyPatch) -> None:
    watched = threading.Event()
    monkeypatch.setattr(tasks.runner, "watch", watched.set)
    start()

    assert watched.wait(5)


def test_a_busy_database_is_waited_for(
    services: Services,
    start: Start,
    consumers: list[FakeConsumer],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    reclaim, left = services.ledger.reclaim, iter(range(2))

    def refuse(boot: str) -> object:
        if next(left, None) is not None:
            raise StoreError("The database is locked.", code="database_busy")
        return reclaim(boot)

    monkeypatch.setattr(services.ledger, "reclaim", refuse)
    start()
    wait_until(lambda: bool(consumers))

    assert [record.message for record in caplog.records] == ["jobs_not_watched"] * 2


def test_a_stop_ends_everything(
    services: Services, queue: JobQueue, start: Start, consumers: list[FakeConsumer]
) -> None:
    process = start()
    wait_until(lambda: bool(consumers))
    services.requests.add(0, "GET /", {})
    process.stop()

    assert consumers[0].stop_flag.is_set()
    assert consumers[0].calls[-1] == "stop"
    assert services.ledger.watchers.is_closed
    assert queue.dequeue() is None
    assert not services.requests._waiting
    with (services.config.data_dir / "pb_data" / ".consumer").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
