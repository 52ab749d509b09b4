"""The one Huey task, which runs a job by its id, and the way to queue one."""

import logging
from datetime import UTC, datetime
from functools import partial

import msgspec
from huey import Huey
from huey.api import crontab

from appos.audit.models import SYSTEM, Actor
from appos.errors import ConflictError, InvalidError, NotFoundError
from appos.jobs.kinds import KINDS, Kind, Kinds
from appos.jobs.schedules import CRONS, SCHEDULES, Schedule
from appos.jobs.storage import JobQueue
from appos.ledger.models import Job, Order
from appos.ledger.runner import Handler, Runner
from appos.services import Services

log = logging.getLogger(__name__)


def new_huey(queue: JobQueue) -> Huey:
    """Return a Huey over the queue; it keeps no results, for the jobs table holds them."""
    return Huey("appos", storage_class=lambda _name: queue, results=False, utc=True)


def now() -> datetime:
    """Return the moment by which schedules go."""
    return datetime.now(UTC)


class Tasks:
    """Queues jobs and runs them."""

    def __init__(self, huey: Huey, services: Services, kinds: Kinds = KINDS) -> None:
        self.huey = huey
        self.kinds = kinds
        self._services = services
        self.runner = Runner(services.ledger, services.boot)
        # A task's body is one call: the job, by its id.
        self._run_job = huey.task(name="run_job")(self.execute)
        for schedule in SCHEDULES:
            huey.periodic_task(crontab(**schedule.fields()), name=f"fire_{schedule.kind}")(
                partial(self.fire, schedule)
            )

    def submit(self, order: Order, actor: Actor) -> Job:
        """Queue a job of a known kind."""
        kind = self.kind(order.kind)
        order = msgspec.structs.replace(
            order, is_resumable=kind.is_resumable, timeout_seconds=kind.timeout_seconds
        )
        job = self._services.ledger.submit(order, actor)
        self.run(job.id)
        return job

    def start(self, kind: str, actor: Actor) -> Job:
        """Queue a job that a person may start by hand.

        Raises:
            InvalidError: `unknown_kind`.
        """
        if not self.kind(kind).is_startable:
            raise InvalidError(f"A job of the kind {kind!r} cannot be started by hand.", code="unknown_kind")
        return self.submit(Order(kind=kind, subject=kind), actor)

    def run_cron(self, cron_id: str, actor: Actor) -> Job:
        """Queue the job that PocketBase calls `cron_id`.

        Raises:
            NotFoundError: `cron_not_found`.
        """
        schedule = next((cron for cron in CRONS if cron.cron_id == cron_id), None)
        if schedule is None:
            raise NotFoundError("Missing or invalid cron job.", code="cron_not_found")
        return self.submit(Order(kind=schedule.kind, subject=schedule.kind), actor)

    def kind(self, name: str) -> Kind:
        """Return a kind.

        Raises:
            InvalidError: `unknown_kind`.
        """
        if name not in self.kinds:
            startable = ", ".join(sorted(key for key, kind in self.kinds.items() if kind.is_startable))
            message = f"There is no kind of job {name!r}; choose one of {startable}."
            problem = {"code": "unknown_kind", "message": message}
            raise InvalidError(message, code="unknown_kind", fields={"kind": problem})
        return self.kinds[name]

    def run(self, job_id: str) -> None:
        """Put a queued job's id on the queue; should it get lost there, `reconcile` puts it there again."""
        self._run_job(job_id)

    def execute(self, job_id: str) -> None:
        """Run a job; afterwards, put the next one of its subject on the queue, and tell of a failure."""
        job = self.runner.execute(job_id, self._handler)
        if job is None:
            return
        if job.subject:
            self.reconcile(job.subject)
        notice = self._services.notices.order(job)
        if notice is not None:
            self.submit(notice, SYSTEM)

    def reconcile(self, subject: str = "") -> None:
        """Put the jobs on the queue that may start, all of them or those of one subject."""
        for job_id in self._services.ledger.ready(subject):
            self.run(job_id)

    def _handler(self, name: str) -> Handler:
        kind = self.kind(name)
        return lambda run: kind.call(self._services, run)

    def fire(self, schedule: Schedule) -> None:
        """Queue a schedule's job, once for each minute that it is due, however often this is called."""
        minute = schedule.due_minute(now())
        order = Order(kind=schedule.kind, subject=schedule.kind, scheduled_for=minute)
        try:
            self.submit(order, SYSTEM)
        except ConflictError:
            log.info("schedule_fired_already", extra={"kind": schedule.kind, "minute": minute})
