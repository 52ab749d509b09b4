"""Jobs in a running server: their locks, cancellation, deadlines, lost messages and logs."""

import time
from itertools import islice

import pytest

from appos.audit.models import SYSTEM
from appos.ledger.models import Order
from tests.integration.work import FINAL, Work
from tests.serving import wait_for

# What the specification allows a cancellation.
CANCEL_SECONDS = 2.0
# A cancellation from another process is found a little later.
CANCEL_ELSEWHERE_SECONDS = 2.5
RECONCILE_SECONDS = 10.0
LATENCY_SECONDS = 1.0
LINES = 15


def test_two_jobs_of_one_subject_never_overlap_and_others_run_beside(work: Work) -> None:
    first, second = work.start("test.resumable-a"), work.start("test.resumable-a")
    other = work.start("test.resumable-b")
    work.until_it_works(first)
    waiting = work.job(second)
    assert (waiting["state"], waiting["waitingFor"]) == ("queued", first)
    for job_id in (first, second, other):
        work.until(job_id, "succeeded")
    a, b, c = (work.effects(job_id) for job_id in (first, second, other))
    assert a[-1].at < b[0].at
    assert c[0].at < a[-1].at


def test_the_jobs_of_a_subject_run_in_their_order(work: Work) -> None:
    ids = [work.start("test.once-a") for _ in range(4)]
    for job_id in ids:
        work.until(job_id, "succeeded")
    moments = [effect.at for job_id in ids for effect in work.effects(job_id)]
    assert moments == sorted(moments)


def test_a_running_job_is_cancelled_within_two_seconds(work: Work) -> None:
    job_id = work.start("test.sleepy")
    work.until_it_works(job_id)
    assert work.cancel(job_id) == 202
    job = work.until(job_id, "cancelled", seconds=CANCEL_SECONDS)
    assert [step["state"] for step in job["steps"]] == ["cancelled"]
    assert job["cancelRequestedBy"] == "_superusers:ada@example.com"


def test_another_process_cancels_a_running_job(work: Work) -> None:
    job_id = work.start("test.sleepy")
    work.until_it_works(job_id)
    with work.ledger() as ledger:
        ledger.cancel(job_id, SYSTEM)
    work.until(job_id, "cancelled", seconds=CANCEL_ELSEWHERE_SECONDS)


def test_a_queued_job_is_cancelled_at_once_and_never_runs(work: Work) -> None:
    busy, queued = work.start("test.sleepy"), work.start("test.sleepy")
    work.until_it_works(busy)
    assert work.cancel(queued) == 202
    assert work.job(queued)["state"] == "cancelled"
    work.cancel(busy)
    work.until(busy, "cancelled")
    work.until(work.start("test.sleepy"), "running")
    assert work.effects(queued) == []
    for job_id, job in work.stored().items():
        if job["state"] not in FINAL:
            work.cancel(job_id)


def test_a_job_that_has_ended_cannot_be_cancelled(work: Work) -> None:
    job_id = work.start("test.fails")
    job = work.until(job_id, "failed")
    assert job["error"] == {"code": "test_failed", "message": "The test wants it so."}
    assert work.cancel(job_id) == 409
    assert work.job(job_id)["state"] == "failed"


def test_a_job_is_stopped_at_its_deadline(work: Work) -> None:
    job = work.until(work.start("test.overdue"), "failed", seconds=5)
    assert job["error"]["code"] == "deadline_exceeded"


def test_a_job_that_another_process_queued_is_found(work: Work) -> None:
    with work.ledger() as ledger:
        job_id = ledger.submit(Order(kind="test.once-b", is_resumable=False), SYSTEM).id
    work.until(job_id, "succeeded", seconds=RECONCILE_SECONDS)
    assert [effect.what for effect in work.effects(job_id)] == ["begin", "end"]


def test_a_log_tells_what_was_then_what_comes_then_the_end(work: Work) -> None:
    job_id = work.start("test.chatty")
    work.until(job_id, "running")
    time.sleep(0.5)
    late = []
    with work.log(job_id) as stream:
        seen = []
        for event in stream:
            seen.append(event)
            if event.name == "line":
                late.append(time.monotonic() - float(event.data["text"]))
    lines = [event for event in seen if event.name == "line"]
    assert len(lines) == LINES
    assert [event.data["text"] for event in lines] == sorted(event.data["text"] for event in lines)
    # The first were written before anybody listened; the last came while they did.
    assert late[0] > 0.3
    assert max(late[-5:]) < LATENCY_SECONDS
    assert (seen[-1].name, seen[-1].data["state"]) == ("end", "succeeded")


@pytest.mark.parametrize("heard", [5, LINES])
def test_a_log_goes_on_behind_the_last_line_heard(work: Work, heard: int) -> None:
    job_id = work.start("test.chatty")
    with work.log(job_id) as stream:
        first = list(islice((event for event in stream if event.name == "line"), heard))
    with work.log(job_id, last_event_id=first[-1].id) as stream:
        rest = list(stream)
    lines = [event.id for event in rest if event.name == "line"]
    assert len(lines) == LINES - heard
    assert [int(event.id) for event in first] + [int(id_) for id_ in lines] == sorted(
        {int(event.id) for event in first} | {int(id_) for id_ in lines}
    )
    assert rest[-1].name == "end"


def test_a_reader_who_leaves_is_let_go(work: Work) -> None:
    job_id = work.start("test.chatty")
    with work.log(job_id) as stream:
        next(stream)
    work.until(job_id, "succeeded")
    wait_for(lambda: work.server.health() == 200, 2, "health")
    assert "Traceback" not in work.server.log_text()
