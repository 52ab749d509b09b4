"""Stopping and reloading: quickly, with every stream told and no job lost or doubled."""

import itertools
import os
import signal
import socket
import threading
import time
from pathlib import Path

import pytest

from tests.integration.work import Effect, Event, Work, new_work
from tests.serving import Server, members, wait_for

# What the specification allows a stop with idle jobs.
STOP_SECONDS = 2.0
GRACE = {"JOB_GRACE_SECONDS": "1"}


def keep_alive(server: Server, path: str = "/api/health") -> socket.socket:
    """A connection that has been answered once and is kept open."""
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=20)
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    received = b""
    while not received.endswith(b"}\n"):
        received += connection.recv(4096)
    return connection


def test_an_idle_server_stops_at_once(server: Server) -> None:
    leader = server.process.pid
    assert server.stop() < STOP_SECONDS
    assert server.process.returncode == 0
    assert members(leader) == []


def test_idle_connections_do_not_delay_a_stop(server: Server) -> None:
    answered, silent = keep_alive(server), socket.create_connection(("127.0.0.1", server.port))
    # What has no quick answer goes through gunicorn's parser.
    parsed = keep_alive(server, "/api/nothing")
    with answered, parsed, silent:
        assert server.stop() < STOP_SECONDS
        assert (answered.recv(1), parsed.recv(1)) == (b"", b"")
    assert server.process.returncode == 0
    assert "Traceback" not in server.log_text()


def test_a_request_under_way_is_answered_before_the_stop(server: Server) -> None:
    token = server.claim()
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        head = f"POST /api/appos/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\n"
        connection.sendall(f"{head}Content-Length: 23\r\n\r\n".encode())
        time.sleep(0.3)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        connection.sendall(b'{"kind":"logs.cleanup"}')
        assert connection.recv(4096).startswith(b"HTTP/1.1 202 ")
    assert server.process.wait(10) == 0


def test_open_streams_end_and_do_not_delay_a_stop(tmp_path: Path) -> None:
    with new_work(tmp_path / "data") as work:
        job_id = work.put_off("test.sleepy")
        seen: list[list[Event]] = [[] for _ in range(50)]
        followers = [threading.Thread(target=follow, args=(work, job_id, events)) for events in seen]
        for follower in followers:
            follower.start()
        wait_for(lambda: all(seen), 20, "the first event of every stream")
        assert work.server.stop() < STOP_SECONDS
        for follower in followers:
            follower.join(5)
    assert not any(follower.is_alive() for follower in followers)
    assert all([event.name for event in events] == ["job"] for events in seen)


def follow(work: Work, job_id: str, seen: list[Event]) -> None:
    """Read a job's log until the server ends it."""
    with work.log(job_id) as stream:
        seen.extend(itertools.islice(stream, 1))
        seen.extend(stream)


def test_a_resumable_job_gets_its_grace_and_is_handed_back(tmp_path: Path) -> None:
    with new_work(tmp_path / "data", **GRACE) as work:
        job_id = work.start("test.long")
        work.until_it_works(job_id, 3)
        assert 1.0 <= work.server.stop() < STOP_SECONDS + 1
        job = work.stored()[job_id]
        assert (job["state"], job["attempt"], job["boot"]) == ("queued", 0, "")
        assert "job_failed" not in work.server.log_text()
        assert len(work.effects(job_id)) >= 8
        work.server.start()
        job = work.until(job_id, "succeeded")
        assert job["attempt"] == 1
        names = [effect.what for effect in work.effects(job_id)]
        # The step that the stop ended is done again, and no other.
        assert len(names) - len(set(names)) <= 1
        assert set(names) == {f"step{number}" for number in range(20)}


def test_a_job_that_is_not_resumable_is_interrupted(tmp_path: Path) -> None:
    with new_work(tmp_path / "data", **GRACE) as work:
        job_id = work.start("test.sleepy")
        work.until_it_works(job_id)
        assert work.server.stop() < STOP_SECONDS + 1
        job = work.stored()[job_id]
        assert (job["state"], job["errorCode"]) == ("interrupted", "interrupted")
        assert "in the step 'sleeping'" in job["errorMessage"]


def test_a_job_that_ends_within_the_grace_has_succeeded(tmp_path: Path) -> None:
    with new_work(tmp_path / "data") as work:
        job_id = work.start("test.once-a")
        work.until_it_works(job_id)
        assert work.server.stop() < STOP_SECONDS
        assert work.stored()[job_id]["state"] == "succeeded"
        assert [effect.what for effect in work.effects(job_id)] == ["begin", "end"]


def test_control_c_hands_jobs_back_too(tmp_path: Path) -> None:
    with new_work(tmp_path / "data", **GRACE) as work:
        job_id = work.start("test.long")
        work.until_it_works(job_id)
        # The terminal sends it to every process of the group.
        os.killpg(work.server.process.pid, signal.SIGINT)
        work.server.process.wait(10)
        assert work.stored()[job_id]["state"] == "queued"
        assert "Traceback" not in work.server.log_text()


def test_a_worker_hands_its_jobs_back_when_its_arbiter_is_killed(tmp_path: Path) -> None:
    with new_work(tmp_path / "data", **GRACE) as work:
        job_id = work.start("test.long")
        work.until_it_works(job_id)
        worker = work.server.worker_pid()
        os.kill(work.server.process.pid, signal.SIGKILL)
        wait_for(lambda: worker not in members(work.server.process.pid), 10, "the end of the worker")
        assert work.stored()[job_id]["state"] == "queued"


@pytest.mark.parametrize("kind", ["test.long", "test.stubborn"])
def test_a_reload_never_runs_a_job_in_two_workers(tmp_path: Path, kind: str) -> None:
    with new_work(tmp_path / "data", **GRACE) as work:
        job_id = work.start(kind)
        work.until_it_works(job_id, 2)
        before = work.server.worker_pid()
        work.server.process.send_signal(signal.SIGHUP)
        wait_for(lambda: before not in members(work.server.process.pid), 30, "the end of the old worker")
        wait_for(lambda: work.effects(job_id)[-1].pid != before, 10, "the new worker to go on")
        assert work.server.health() == 200
        job = work.until(job_id, "succeeded", seconds=30)
        assert job["attempt"] == (1 if kind == "test.long" else 2)
        assert turns(work.effects(job_id)) == [before, work.server.worker_pid()]


def turns(effects: list[Effect]) -> list[int]:
    """Which processes worked, in their order; one that appears twice worked beside another."""
    return [pid for pid, _ in itertools.groupby(effect.pid for effect in effects)]
