"""The tables of jobs and their log lines."""

from collections.abc import Mapping, Sequence
from typing import Any

import dataset
import msgspec
import sqlalchemy as sa

from appos.ledger.models import Failure, Job, JobState, LogLine, Order, Progress, Step
from appos.store.database import Row, execute, rows
from appos.store.query import ListQuery, Page, list_page
from appos.store.values import new_id, timestamp

STORED = (
    "id kind subject args requestedBy state steps progressDone progressTotal progressMessage errorCode "
    "errorMessage isResumable attempt timeoutSeconds boot cancelRequestedBy scheduledFor due started "
    "heartbeat deadline finished created updated"
).split()
JOBS = sa.table("jobs", *(sa.column(name) for name in STORED))
# The job that holds the lock of the same subject, which a queued job therefore waits for.
_HOLDER = JOBS.alias("holder")
WAITING_FOR = (
    sa.select(_HOLDER.c.id)
    .where(
        JOBS.c.state == "queued",
        JOBS.c.subject != "",
        _HOLDER.c.state == "running",
        _HOLDER.c.subject == JOBS.c.subject,
    )
    .scalar_subquery()
    .label("waitingFor")
)
COLUMNS = (*JOBS.c, WAITING_FOR)

# A queued job may start when it is due, its subject is free, and no older job of that subject waits for it.
_READY = """
    jobs.state = 'queued' AND jobs.due <= :now AND (jobs.subject = '' OR NOT EXISTS (
        SELECT 1 FROM jobs AS other WHERE other.subject = jobs.subject AND (
            other.state = 'running'
            OR (other.state = 'queued' AND other.due <= :now AND other.rowid < jobs.rowid))))
"""

_CLAIM = f"""
    UPDATE jobs SET state = 'running', boot = :boot, attempt = attempt + 1, deadline = :deadline,
        started = CASE started WHEN '' THEN :now ELSE started END, heartbeat = :now, updated = :now
    WHERE id = :id AND {_READY}
"""  # noqa: S608 - made of constants
_LIST_READY = f"""
    SELECT id FROM jobs WHERE {_READY} AND :subject IN ('', jobs.subject) ORDER BY rowid LIMIT :limit
"""  # noqa: S608 - made of constants


def model(found: Row) -> Job:
    """Make a job of a row."""
    error = Failure(code=found["errorCode"], message=found["errorMessage"]) if found["errorCode"] else None
    progress = Progress(
        done=found["progressDone"], total=found["progressTotal"], message=found["progressMessage"]
    )
    values = found | {
        "args": msgspec.json.decode(found["args"]),
        "steps": msgspec.json.decode(found["steps"], type=list[Step]),
        "isResumable": bool(found["isResumable"]),
        "waitingFor": found.get("waitingFor") or "",
        "progress": progress,
        "error": error,
    }
    return msgspec.convert(values, Job)


def insert_job(db: dataset.Database, order: Order, requested_by: str) -> str:
    """Queue a job and return its id."""
    now = timestamp()
    job_id = new_id()
    db["jobs"].insert(
        {
            "id": job_id,
            "kind": order.kind,
            "subject": order.subject,
            "args": _json(order.args),
            "requestedBy": requested_by,
            "state": JobState.QUEUED.value,
            "isResumable": order.is_resumable,
            "timeoutSeconds": order.timeout_seconds,
            "scheduledFor": order.scheduled_for,
            "due": order.due,
            "created": now,
            "updated": now,
        }
    )
    return job_id


def find_job(db: dataset.Database, job_id: str) -> Job | None:
    """Return a job."""
    found = db.executable.execute(sa.select(*COLUMNS).where(JOBS.c.id == job_id)).mappings().first()
    return None if found is None else model(dict(found))


def list_jobs(db: dataset.Database, query: ListQuery) -> Page[Job]:
    """Return one page of the jobs, newest first."""
    return list_page(db, JOBS, query, model, columns=COLUMNS, default_sort="-created")


def open_jobs(db: dataset.Database) -> list[Job]:
    """Return the jobs that are queued or running, oldest first."""
    query = sa.select(*COLUMNS).where(JOBS.c.state.in_(("queued", "running"))).order_by(sa.text("jobs.rowid"))
    return [model(dict(it)) for it in db.executable.execute(query).mappings()]


def update_job(db: dataset.Database, job_id: str, values: Mapping[str, Any]) -> None:
    """Change columns of a job."""
    db["jobs"].update({**values, "id": job_id, "updated": timestamp()}, ["id"])


def claim_job(db: dataset.Database, job_id: str, boot: str, deadline: str) -> bool:
    """Take a queued job and the lock of its subject; False if it is not ready or somebody else has it."""
    return bool(execute(db, _CLAIM, id=job_id, boot=boot, deadline=deadline, now=timestamp()))


def ready_jobs(db: dataset.Database, subject: str, limit: int = 100) -> list[str]:
    """Return the ids of queued jobs that may start now, oldest first: all, or those of one subject."""
    found = rows(db, _LIST_READY, now=timestamp(), subject=subject, limit=limit)
    return [each["id"] for each in found]


def orphans(db: dataset.Database, boot: str) -> list[Job]:
    """Return the running jobs of every process but this one."""
    query = sa.select(*COLUMNS).where(JOBS.c.state == "running", JOBS.c.boot != boot)
    return [model(dict(found)) for found in db.executable.execute(query).mappings().all()]


def beat(db: dataset.Database, ids: Sequence[str]) -> None:
    """Note that these jobs are alive."""
    db.executable.execute(sa.update(JOBS).where(JOBS.c.id.in_(ids)).values(heartbeat=timestamp()))


def cancel_requests(db: dataset.Database, ids: Sequence[str]) -> list[str]:
    """Return which of these jobs somebody wants cancelled."""
    query = sa.select(JOBS.c.id).where(JOBS.c.id.in_(ids), JOBS.c.cancelRequestedBy != "")
    return [found[0] for found in db.executable.execute(query).all()]


def counts(db: dataset.Database) -> dict[str, int]:
    """Return how many jobs are queued and running."""
    found = rows(
        db,
        "SELECT state, count(*) AS number FROM jobs WHERE state IN ('queued', 'running') GROUP BY state",
    )
    numbers = {each["state"]: int(each["number"]) for each in found}
    return {state.value: numbers.get(state.value, 0) for state in (JobState.QUEUED, JobState.RUNNING)}


def insert_lines(db: dataset.Database, job_id: str, texts: Sequence[str]) -> None:
    """Append lines to a job's log."""
    now = timestamp()
    db["jobLogs"].insert_many([{"job": job_id, "created": now, "text": line} for line in texts])


def lines_after(db: dataset.Database, job_id: str, last_id: int, limit: int = 500) -> list[LogLine]:
    """Return the log lines of a job behind the one with this id."""
    found = rows(
        db,
        "SELECT id, created, text FROM jobLogs WHERE job = :job AND id > :last ORDER BY id LIMIT :limit",
        job=job_id,
        last=last_id,
        limit=limit,
    )
    return msgspec.convert(found, list[LogLine])


def delete_finished_before(db: dataset.Database, moment: str) -> int:
    """Delete the jobs that ended before a timestamp, their logs too, and return how many there were."""
    return execute(db, "DELETE FROM jobs WHERE finished != '' AND finished < :moment", moment=moment)


def steps_json(steps: Sequence[Step]) -> str:
    """Return steps as they are stored."""
    return _json(steps)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
