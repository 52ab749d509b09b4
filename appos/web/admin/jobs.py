"""Jobs in the panel."""

from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from appos.jobs.kinds import Kinds
from appos.ledger.models import Job, JobState
from appos.store.query import ListQuery, Page
from appos.web.admin.base import attempt, expose
from appos.web.admin.filters import Filter, Is, days
from appos.web.admin.lists import ServiceView
from appos.web.admin.sessions import sessions
from appos.web.admin.shown import actor_label, badge, took, when
from appos.web.jobs import follow
from appos.web.state import actor, state
from appos.web.stream import event_stream

STATES = [(each.value, each.value.capitalize()) for each in JobState]


def _error(_view: object, _context: object, job: Job, _name: str) -> str:
    return f"{job.error.code}: {job.error.message}" if job.error else ""


def _kind(view: "JobsView", _context: object, job: Job, _name: str) -> Markup:
    return Markup('<a class="strong" href="{}">{}</a><small class="code">{}</small>').format(
        view.get_url(".details_view", id=job.id), view.title(job.kind), job.kind
    )


class JobsView(ServiceView):
    """Every job with its steps and its log."""

    icon = "jobs"
    can_view_details = True
    details_template = "admin/job.html"
    column_list = ("kind", "state", "requested_by", "took", "created")
    column_labels = {"kind": "Job", "requested_by": "Requested by", "took": "Duration"}
    column_sortable_list = ("kind", "state", ("requested_by", "requestedBy"), "created")
    column_export_list = (
        "id",
        "kind",
        "subject",
        "state",
        "requested_by",
        "attempt",
        "created",
        "started",
        "finished",
        "error",
    )
    column_formatters = {
        "kind": _kind,
        "state": lambda _view, _context, job, _name: badge(job.state.value),
        "requested_by": lambda _view, _context, job, _name: actor_label(job.requested_by),
        "took": lambda _view, _context, job, _name: took(job),
        "created": lambda _view, _context, job, _name: when(job.created),
    }
    column_formatters_export = {"error": _error}
    searched = ("id", "kind", "subject", "requestedBy", "errorMessage")
    search_hint = "Search kind, subject, person or error"
    empty_hint = "No job has run yet."
    intro = "Everything that AppOS does in the background, with its steps and its log."

    def __init__(self, kinds: Kinds, **options: Any) -> None:
        self._kinds = kinds
        self.column_filters = (
            Is("State", "state", STATES),
            Is("Kind", "kind", [(name, kind.title) for name, kind in kinds.items()]),
            Filter("Requested by", "requestedBy"),
            *days("created"),
        )
        super().__init__(Job, **options)

    def fetch(self, query: ListQuery) -> Page[Job]:
        """Return one page of the jobs."""
        return state().services.ledger.page(query)

    def title(self, kind: str) -> str:
        """Return what a kind of job does, in words."""
        return self._kinds[kind].title if kind in self._kinds else kind

    def is_startable(self, kind: str) -> bool:
        """Whether a person may start a kind of job."""
        return kind in self._kinds and self._kinds[kind].is_startable

    @expose("/start", "POST")
    def start(self) -> ResponseReturnValue:
        """Queue a job that a person may start, and lead to it."""
        job = attempt(lambda: state().tasks.start(request.form.get("kind", ""), actor()))
        if job is None:
            return redirect(self.get_url("admin.index"))
        return redirect(self.get_url(".details_view", id=job.id))

    @expose("/<job_id>/cancel", "POST")
    def cancel(self, job_id: str) -> ResponseReturnValue:
        """Cancel a queued job, or ask a running one to stop."""
        job = attempt(lambda: state().services.ledger.cancel(job_id, actor()))
        if job is not None:
            state().tasks.runner.cancel(job_id)
            ended = job.state.is_final
            flash("The job is cancelled." if ended else "The job stops at its next safe point.", "success")
        return redirect(self.get_url(".details_view", id=job_id))

    @expose("/<job_id>/log")
    def log(self, job_id: str) -> ResponseReturnValue:
        """Stream a job's log to the browser: EventSource sends no token, so the session opens this one."""
        ledger = state().services.ledger
        last = request.headers.get("Last-Event-ID", "")
        after = int(last) if last.isdecimal() else 0
        return event_stream(follow(ledger, ledger.get(job_id), after, sessions().still()))
