"""The queue in Redis, with Redis there, absent, coming, going and refusing."""

import signal
import time
from pathlib import Path

import pytest

from tests.integration.work import Work, new_work
from tests.parts import RedisServer, new_redis, running_redis
from tests.serving import wait_for

ONE_WORKER = {"JOB_WORKERS": "1"}
# "No restart needed": how long Redis may be back before it is used.
RETURN_SECONDS = 6.0
POST_SECONDS = 1.0


def queue_state(work: Work) -> str:
    return str(work.status()["queue"]["state"])


def keys(redis: RedisServer) -> set[str]:
    with redis.client() as client:
        return {key.decode() for key in client.scan_iter()}


def post_seconds(work: Work, kind: str) -> float:
    began = time.monotonic()
    work.start(kind)
    return time.monotonic() - began


def test_jobs_wait_in_redis(tmp_path: Path) -> None:
    with (
        running_redis(tmp_path / "redis") as redis,
        new_work(tmp_path / "data", REDIS_ADDR=redis.addr, **ONE_WORKER) as work,
    ):
        assert work.status()["queue"] == {"state": "ok", "message": "Jobs are queued in Redis."}
        busy = work.start("test.sleepy")
        work.until(busy, "running")
        waiting = work.start("test.once-a")
        assert any("appos" in key for key in keys(redis))
        work.cancel(busy)
        work.until(waiting, "succeeded")
        assert not keys(redis)


def test_without_redis_the_queue_is_embedded_until_it_comes(tmp_path: Path) -> None:
    redis = new_redis(tmp_path / "redis")
    with new_work(tmp_path / "data", REDIS_ADDR=redis.addr) as work:
        assert queue_state(work) == "warning"
        work.until(work.start("test.once-a"), "succeeded")
        redis.start()
        try:
            wait_for(lambda: queue_state(work) == "ok", RETURN_SECONDS, "Redis to be used")
            work.until(work.start("test.once-a"), "succeeded")
            assert "redis_back" in work.server.log_text()
        finally:
            redis.kill()


def test_jobs_run_on_when_redis_dies_and_returns(tmp_path: Path) -> None:
    with (
        running_redis(tmp_path / "redis") as redis,
        new_work(tmp_path / "data", REDIS_ADDR=redis.addr) as work,
    ):
        during = work.start("test.resumable-a")
        work.until_it_works(during)
        redis.kill()
        assert all(post_seconds(work, f"test.once-{subject}") < POST_SECONDS for subject in "abcd")
        assert {job["state"] for job in work.until_all_ended(20).values()} == {"succeeded"}
        assert queue_state(work) == "warning"
        worker = work.server.worker_pid()
        redis.start()
        wait_for(lambda: queue_state(work) == "ok", RETURN_SECONDS, "Redis to be used")
        work.until(work.start("test.once-a"), "succeeded")
        assert work.server.worker_pid() == worker
        assert "Traceback" not in work.server.log_text()


def test_a_redis_that_hangs_delays_no_request(tmp_path: Path) -> None:
    with (
        running_redis(tmp_path / "redis") as redis,
        new_work(tmp_path / "data", REDIS_ADDR=redis.addr) as work,
    ):
        redis.signal(signal.SIGSTOP)
        try:
            assert all(post_seconds(work, f"test.once-{subject}") < POST_SECONDS for subject in "abcd")
            assert {job["state"] for job in work.until_all_ended(20).values()} == {"succeeded"}
        finally:
            redis.signal(signal.SIGCONT)
        wait_for(lambda: queue_state(work) == "ok", RETURN_SECONDS, "Redis to be used")


@pytest.mark.parametrize("password", [pytest.param("canary-wrong", id="wrong"), pytest.param("", id="none")])
def test_a_redis_that_refuses_the_password_is_done_without(tmp_path: Path, password: str) -> None:
    settings = {"REDIS_PASSWORD": password} if password else {}
    with (
        running_redis(tmp_path / "redis", password="canary-right") as redis,
        new_work(tmp_path / "data", REDIS_ADDR=redis.addr, **settings) as work,
    ):
        assert queue_state(work) == "warning"
        work.until(work.start("test.once-a"), "succeeded")
        assert "canary" not in work.server.log_text()


def test_the_right_password_opens_redis(tmp_path: Path) -> None:
    with (
        running_redis(tmp_path / "redis", password="canary-right") as redis,
        new_work(tmp_path / "data", REDIS_ADDR=redis.addr, REDIS_PASSWORD="canary-right") as work,
    ):
        assert queue_state(work) == "ok"
        work.until(work.start("test.once-a"), "succeeded")
        assert "canary" not in work.server.log_text()


def test_a_message_that_redis_lost_is_put_there_again(tmp_path: Path) -> None:
    with (
        running_redis(tmp_path / "redis") as redis,
        new_work(tmp_path / "data", REDIS_ADDR=redis.addr, **ONE_WORKER) as work,
    ):
        busy = work.start("test.sleepy")
        work.until(busy, "running")
        lost = work.start("test.once-a")
        with redis.client() as client:
            client.flushall()
        work.cancel(busy)
        work.until(lost, "succeeded", seconds=10)
