"""The queue."""

import logging
import threading

import pytest

from appos.jobs import storage as module
from appos.jobs.storage import RETRY_SECONDS, JobQueue
from tests.unit.fakes import Clock, FakeRemote, RemoteDownError


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("appos.jobs.storage.time.monotonic", clock)
    return clock


@pytest.fixture
def remote() -> FakeRemote:
    return FakeRemote()


@pytest.fixture
def queue(remote: FakeRemote, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> JobQueue:
    """A queue over a remote one, which waits for nothing."""
    monkeypatch.setattr(module, "REDIS_POLL_SECONDS", 0)
    monkeypatch.setattr(module, "MEMORY_POLL_SECONDS", 0)
    return JobQueue("appos", remote, (RemoteDownError,))


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> JobQueue:
    monkeypatch.setattr(module, "MEMORY_POLL_SECONDS", 0)
    return JobQueue("appos", None)


def taken(queue: JobQueue) -> list[bytes]:
    """Everything that the queue hands out, until it has nothing."""
    return list(iter(queue.dequeue, None))


def test_without_redis_messages_wait_in_memory_in_their_order(memory: JobQueue) -> None:
    for data in (b"1", b"2", b"3"):
        memory.enqueue(data)

    assert memory.queue_size() == 3
    assert taken(memory) == [b"1", b"2", b"3"]
    assert memory.queue_size() == 0


def test_what_is_more_urgent_comes_first(memory: JobQueue) -> None:
    for data, priority in ((b"none", None), (b"low", 1.0), (b"high", 9.0), (b"none too", None)):
        memory.enqueue(data, priority)

    assert taken(memory) == [b"high", b"low", b"none", b"none too"]


def test_memory_alone_is_not_degraded(memory: JobQueue) -> None:
    assert (memory.backend, memory.is_degraded, memory.ping()) == ("memory", False, True)


def test_whoever_waits_is_woken_by_a_message() -> None:
    queue = JobQueue("appos", None)
    got: list[bytes | None] = []
    thread = threading.Thread(target=lambda: got.append(queue.dequeue()))
    thread.start()
    while thread.is_alive():
        queue.enqueue(b"1")
        thread.join(0.05)

    assert got == [b"1"]


def test_a_stop_wakes_all_who_wait() -> None:
    queue = JobQueue("appos", None)
    threads = [threading.Thread(target=queue.dequeue) for _ in range(3)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        queue.wake_all()
        threads[0].join(0.02)
        threads[1].join(0.02)
        threads[2].join(0.02)

    assert queue.dequeue() is None


def test_with_redis_messages_go_there(queue: JobQueue, remote: FakeRemote) -> None:
    queue.enqueue(b"1", 5.0)

    assert (remote.messages, queue.backend, queue.is_degraded) == ([b"1"], "redis", False)
    assert queue.queue_size() == 1
    assert taken(queue) == [b"1"]


def test_what_another_process_queued_is_seen(queue: JobQueue, remote: FakeRemote) -> None:
    remote.messages.append(b"theirs")

    assert taken(queue) == [b"theirs"]


def test_without_an_answer_messages_wait_in_memory(
    queue: JobQueue, remote: FakeRemote, caplog: pytest.LogCaptureFixture
) -> None:
    remote.is_up = False
    for data in (b"1", b"2"):
        queue.enqueue(data)

    assert (queue.backend, queue.is_degraded) == ("memory", True)
    assert taken(queue) == [b"1", b"2"]
    assert [record.message for record in caplog.records] == ["redis_lost"]


def test_a_redis_that_is_down_is_left_alone_for_a_while(
    queue: JobQueue, remote: FakeRemote, clock: Clock
) -> None:
    remote.is_up = False
    for data in (b"1", b"2", b"3"):
        queue.enqueue(data)
    first = remote.asked
    clock.sleep(RETRY_SECONDS + 0.1)
    queue.enqueue(b"4")

    assert (first, remote.asked) == (1, 2)


def test_a_redis_that_is_back_is_used_again_and_nothing_is_lost(
    queue: JobQueue, remote: FakeRemote, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    queue.enqueue(b"1")
    remote.is_up = False
    queue.enqueue(b"2")
    remote.is_up = True
    queue.enqueue(b"3")
    degraded = queue.is_degraded
    clock.sleep(RETRY_SECONDS + 0.1)
    queue.enqueue(b"4")

    assert (degraded, queue.is_degraded, queue.backend) == (True, False, "redis")
    assert sorted(taken(queue)) == [b"1", b"2", b"3", b"4"]
    assert [record.message for record in caplog.records] == ["redis_lost", "redis_back"]


def test_asking_now_does_not_wait_for_the_next_round(queue: JobQueue, remote: FakeRemote) -> None:
    remote.is_up = False
    queue.enqueue(b"1")
    down = queue.ping()
    remote.is_up = True

    assert (down, queue.ping(), queue.is_degraded) == (False, True, False)


def test_another_error_is_not_taken_for_a_redis_that_is_down(
    queue: JobQueue, remote: FakeRemote, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object) -> None:
        raise KeyError

    monkeypatch.setattr(remote, "enqueue", fail)
    with pytest.raises(KeyError):
        queue.enqueue(b"1")


def test_huey_finds_no_results_and_no_schedule(memory: JobQueue) -> None:
    assert memory.read_schedule(0) == []
    assert memory.schedule_size() == 0
    assert not memory.has_data_for_key("key")
    assert memory.peek_data("key") is memory.pop_data("key")
