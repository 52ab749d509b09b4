"""Jobs, under /api/appos/jobs."""

import re
import time
from collections.abc import Callable, Iterator

import msgspec
from flask import Blueprint, Response, g, request, url_for
from flask.typing import ResponseReturnValue

from appos.apps.models import Level
from appos.errors import ForbiddenError, NotFoundError
from appos.ledger.models import Job
from appos.ledger.service import Ledger
from appos.store.query import ListQuery, Page
from appos.web.describe import describe
from appos.web.granted import asker
from appos.web.state import actor, state
from appos.web.stream import PING_SECONDS, event, event_stream, ping
from appos.web.wire import answer, decode, list_query

# The id of a log line, as large as SQLite's integers may be.
EVENT_ID = re.compile("[0-9]{1,18}")

bp = Blueprint("jobs", __name__, url_prefix="/api/appos/jobs")


class StartRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The kind of job to start, such as `system.check`."""

    kind: str


@bp.get("")
@describe(query=ListQuery, answers={200: Page[Job]}, errors=(400,))
def index() -> Response:
    """List jobs, newest first."""
    return answer(state().services.ledger.page(list_query()))


@bp.post("")
@describe(body=StartRequest, answers={202: Job}, errors=(400,))
def create() -> ResponseReturnValue:
    """Queue a job of a kind that can be started by hand."""
    job = state().tasks.start(decode(StartRequest).kind, actor())
    return answer(job, 202, {"Location": url_for("jobs.show", job_id=job.id)})


@bp.get("/<job_id>")
@describe(answers={200: Job}, errors=(404,))
def show(job_id: str) -> Response:
    """Show one job with its steps."""
    return answer(_seen(job_id, Level.READ))


@bp.post("/<job_id>/cancel")
@describe(answers={202: Job}, errors=(404, 409))
def cancel(job_id: str) -> ResponseReturnValue:
    """Cancel a queued job, or ask a running one to stop at its next safe point."""
    _seen(job_id, Level.OPERATE)
    job = state().services.ledger.cancel(job_id, actor())
    state().tasks.runner.cancel(job_id)
    return answer(job, 202)


@bp.get("/<job_id>/log")
@describe(answers={200: None}, errors=(404,), media="text/event-stream")
def log(job_id: str) -> Response:
    """Stream a job's log: what was, then what comes, then the job as it ended.

    Events are `line` (with the line's id, so that `Last-Event-ID` goes on behind it), `job` at each change,
    and `end`.
    """
    ledger = state().services.ledger
    job = _seen(job_id, Level.READ)
    seen = request.headers.get("Last-Event-ID", "")
    last = int(seen) if EVENT_ID.fullmatch(seen) else 0
    accounts, token = state().services.accounts, str(g.token)
    return event_stream(follow(ledger, job, last, lambda: accounts.identify(token) is not None))


def _seen(job_id: str, level: Level) -> Job:
    """Return a job that who asks may see: any for superusers, else those of apps that were granted.

    Raises:
        NotFoundError: `job_not_found`, also where they may not know of it.
        ForbiddenError: `not_granted`.
    """
    who, services = asker(), state().services
    job = services.ledger.get(job_id)
    if who.is_superuser:
        return job
    has = services.apps.may_see_job(who, job)
    if has is None:
        raise NotFoundError(f"There is no job {job_id!r}.", code="job_not_found")
    if not has.covers(level):
        raise ForbiddenError(f"You may not do this with {job.subject!r}.", code="not_granted")
    return job


def follow(ledger: Ledger, job: Job, last: int, is_allowed: Callable[[], bool]) -> Iterator[bytes]:
    """Yield a job's log lines and changes until it ends, AppOS stops, or the token that asked dies."""
    with ledger.watchers.watch(job.id) as changed:
        seen, asked = "", time.monotonic()
        while True:
            # Asked by the clock: a job that is never quiet would keep the stream of a dead token open.
            if time.monotonic() - asked >= PING_SECONDS:
                if not is_allowed():
                    return
                asked = time.monotonic()
            changed.clear()
            job = ledger.get(job.id)
            lines = ledger.lines(job.id, last)
            for line in lines:
                last = line.id
                yield event("line", line, str(line.id))
            if lines:
                continue
            if job.state.is_final:
                yield event("end", job)
                return
            if job.updated != seen:
                seen = job.updated
                yield event("job", job)
            is_changed = changed.wait(PING_SECONDS)
            if ledger.watchers.is_closed:
                return
            if not is_changed:
                yield ping()
