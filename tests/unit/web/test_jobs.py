"""Jobs, over HTTP."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from appos.audit.models import SYSTEM
from appos.jobs.tasks import Tasks
from appos.ledger.models import Job, JobState, Order
from appos.ledger.service import Ledger
from appos.web import jobs as module
from appos.web.jobs import follow
from tests.conftest import SUPERUSER_EMAIL, identity_of, state_of

Event = tuple[str, Any]


@pytest.fixture
def ledger(app: Flask) -> Ledger:
    return state_of(app).services.ledger


def submit(ledger: Ledger, **order: Any) -> Job:
    return ledger.submit(Order(kind="test.kind", **order), SYSTEM)


def parsed(chunk: bytes) -> Event:
    """The name and the data of an event, or ("ping", None)."""
    if chunk.startswith(b":"):
        return "ping", None
    fields = dict(line.split(":", 1) for line in chunk.decode().strip().split("\n"))
    data = json.loads(fields["data"])
    if "id" in fields:
        assert fields["id"] == str(data["id"])
    return fields["event"], data


def brief(event: Event) -> str:
    name, data = event
    return f"{name} {data['text'] if name == 'line' else data['state']}" if data else name


def stream(client: FlaskClient, job: Job, headers: dict[str, str]) -> list[str]:
    """What the stream of a job that has ended holds."""
    text = client.get(f"/api/appos/jobs/{job.id}/log", headers=headers).get_data()
    return [brief(parsed(chunk)) for chunk in text.split(b"\n\n") if chunk]


def test_a_job_is_started_by_hand(client: FlaskClient, as_superuser: dict[str, str], tasks: Tasks) -> None:
    answer = client.post("/api/appos/jobs", headers=as_superuser, json={"kind": "system.check"})
    job = answer.get_json()

    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/api/appos/jobs/{job['id']}"
    assert (job["state"], job["requestedBy"]) == ("queued", f"_superusers:{SUPERUSER_EMAIL}")
    assert tasks.huey.storage.queue_size() == 1
    assert client.get(answer.headers["Location"], headers=as_superuser).get_json() == job


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"kind": "none"}, "unknown_kind"),
        ({"kind": "mail.password_reset"}, "unknown_kind"),
        ({}, "body_invalid"),
    ],
)
def test_a_kind_that_nobody_starts_is_refused(
    client: FlaskClient, as_superuser: dict[str, str], body: dict[str, str], code: str
) -> None:
    answer = client.post("/api/appos/jobs", headers=as_superuser, json=body)

    assert (answer.status_code, answer.get_json()["code"]) == (400, code)


def test_jobs_are_listed_in_pages(client: FlaskClient, as_superuser: dict[str, str], ledger: Ledger) -> None:
    ids = [submit(ledger, subject=str(number)).id for number in range(3)]
    page = client.get("/api/appos/jobs?perPage=2&page=1", headers=as_superuser).get_json()
    found = client.get("/api/appos/jobs?filter=subject='1'", headers=as_superuser).get_json()

    assert [job["id"] for job in page["items"]] == [ids[2], ids[1]]
    assert (page["page"], page["perPage"], page["totalItems"], page["totalPages"]) == (1, 2, 3, 2)
    assert [job["id"] for job in found["items"]] == [ids[1]]


@pytest.mark.parametrize("query", ["filter=nope=1", "filter=((", "sort=nope"])
def test_a_list_that_cannot_be_is_refused(
    client: FlaskClient, as_superuser: dict[str, str], query: str
) -> None:
    answer = client.get(f"/api/appos/jobs?{query}", headers=as_superuser)

    assert answer.status_code == 400
    assert answer.get_json()["code"] in ("invalid_filter", "unknown_field")


def test_a_number_that_is_too_large_is_refused(client: FlaskClient, as_superuser: dict[str, str]) -> None:
    answer = client.get(f"/api/appos/jobs?page={10**30}", headers=as_superuser)

    assert (answer.status_code, answer.get_json()["code"]) == (400, "invalid_query")


@pytest.mark.parametrize(
    ("method", "path"), [("GET", ""), ("GET", "/log"), ("POST", "/cancel")], ids=lambda it: it or "show"
)
def test_a_job_that_is_not_there_is_not_found(
    client: FlaskClient, as_superuser: dict[str, str], method: str, path: str
) -> None:
    answer = client.open(f"/api/appos/jobs/none{path}", method=method, headers=as_superuser)

    assert (answer.status_code, answer.get_json()["code"]) == (404, "job_not_found")


def test_a_queued_job_is_cancelled_and_an_ended_one_is_not(
    client: FlaskClient, as_superuser: dict[str, str], ledger: Ledger
) -> None:
    path = f"/api/appos/jobs/{submit(ledger).id}/cancel"
    first = client.post(path, headers=as_superuser)
    again = client.post(path, headers=as_superuser)

    assert (first.status_code, first.get_json()["state"]) == (202, "cancelled")
    assert (again.status_code, again.get_json()["code"]) == (409, "job_ended")


def test_a_running_job_of_this_process_is_told_at_once(
    client: FlaskClient, as_superuser: dict[str, str], tasks: Tasks, ledger: Ledger
) -> None:
    job = submit(ledger)

    def handle(run: Any) -> None:
        answer = client.post(f"/api/appos/jobs/{job.id}/cancel", headers=as_superuser)
        assert answer.get_json()["cancelRequestedBy"] == f"_superusers:{SUPERUSER_EMAIL}"
        run.checkpoint()

    tasks.runner.execute(job.id, lambda _kind: handle)

    assert ledger.get(job.id).state is JobState.CANCELLED


def ended(ledger: Ledger, *lines: str) -> Job:
    job = submit(ledger)
    ledger.claim(job.id, "boot")
    ledger.append(job.id, lines)
    ledger.finish(job, JobState.SUCCEEDED, None, [])
    return ledger.get(job.id)


def test_the_log_of_a_job_that_has_ended_is_whole(
    client: FlaskClient, as_superuser: dict[str, str], ledger: Ledger
) -> None:
    assert stream(client, ended(ledger, "one", "two"), as_superuser) == [
        "line one",
        "line two",
        "end succeeded",
    ]


def test_a_long_log_comes_whole(client: FlaskClient, as_superuser: dict[str, str], ledger: Ledger) -> None:
    events = stream(client, ended(ledger, *(str(number) for number in range(1201))), as_superuser)

    assert events == [f"line {number}" for number in range(1201)] + ["end succeeded"]


@pytest.mark.parametrize(
    ("last", "lines"),
    [
        pytest.param("{0}", ["two"], id="behind-the-first"),
        pytest.param("{1}", [], id="behind-the-last"),
        pytest.param("999999999999999999", [], id="behind-all"),
        pytest.param("9" * 30, ["one", "two"], id="no-number-of-ours"),
        pytest.param("-1", ["one", "two"], id="below"),
        pytest.param("x", ["one", "two"], id="no-number"),
        pytest.param("", ["one", "two"], id="empty"),
    ],
)
def test_a_reader_who_comes_back_goes_on_where_it_was(
    client: FlaskClient, as_superuser: dict[str, str], ledger: Ledger, last: str, lines: list[str]
) -> None:
    job = ended(ledger, "one", "two")
    ids = [line.id for line in ledger.lines(job.id)]
    events = stream(client, job, as_superuser | {"Last-Event-ID": last.format(*ids)})

    assert events == [*(f"line {line}" for line in lines), "end succeeded"]


def test_the_log_takes_a_token_in_the_header_alone(
    client: FlaskClient, superuser_token: str, ledger: Ledger
) -> None:
    path = f"/api/appos/jobs/{ended(ledger).id}/log"

    assert client.get(f"{path}?token={superuser_token}").status_code == 401


def followed(ledger: Ledger, job: Job, is_allowed: Callable[[], bool] = lambda: True) -> Iterator[str]:
    return (brief(parsed(chunk)) for chunk in follow(ledger, job, 0, is_allowed))


def test_a_stream_goes_on_as_the_job_does(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PING_SECONDS", 0.001)
    job = submit(ledger)
    events = followed(ledger, job)
    seen = [next(events)]
    ledger.claim(job.id, "boot")
    seen.append(next(events))
    ledger.append(job.id, ["one", "two"])
    seen += [next(events), next(events)]
    ledger.finish(job, JobState.FAILED, None, [])
    seen += [event for event in events if event != "ping"]

    assert seen == ["job queued", "job running", "line one", "line two", "end failed"]


def test_a_quiet_stream_pings(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PING_SECONDS", 0.001)
    events = followed(ledger, submit(ledger))

    assert [next(events) for _ in range(3)] == ["job queued", "ping", "ping"]


def test_a_stream_ends_when_appos_stops(ledger: Ledger) -> None:
    events = followed(ledger, submit(ledger))
    first = next(events)
    ledger.watchers.close()

    assert [first, *events] == ["job queued"]


def test_a_stream_ends_when_its_token_dies(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PING_SECONDS", 0.001)
    allowed = iter([True, True])
    events = list(followed(ledger, submit(ledger), lambda: next(allowed, False)))

    assert events[0] == "job queued"
    assert set(events[1:]) == {"ping"}


def test_a_job_that_is_never_quiet_keeps_no_stream_of_a_dead_token_open(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PING_SECONDS", 0.0)
    job = submit(ledger)
    ledger.append(job.id, ["line"])
    count = 0

    def is_allowed() -> bool:
        ledger.append(job.id, ["line"])
        return count < 5

    for _ in followed(ledger, job, is_allowed):
        count += 1
        assert count < 50


def test_the_token_that_asked_is_the_one_that_counts(
    app: Flask,
    client: FlaskClient,
    as_superuser: dict[str, str],
    ledger: Ledger,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "PING_SECONDS", 0.001)
    services = state_of(app).services
    answer = client.get(f"/api/appos/jobs/{submit(ledger).id}/log", headers=as_superuser, buffered=False)
    chunks = iter(answer.response)
    first = next(chunks)
    ada = identity_of(services, "_superusers", SUPERUSER_EMAIL)
    services.accounts.change(ada, {"password": "Basalt-Heron-43"}, SYSTEM)
    rest = list(chunks)
    answer.close()

    assert b"event:job" in bytes(first)  # type: ignore[arg-type]
    assert len(rest) < 50
    assert not ledger.watchers._events
