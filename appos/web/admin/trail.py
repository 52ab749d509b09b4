"""The audit trail and the request log in the panel."""

from typing import Any

import msgspec
from markupsafe import Markup

from appos.audit.models import Entry, Request
from appos.store.query import ListQuery, Page
from appos.web.admin.filters import Filter, Is, OneOf, days
from appos.web.admin.lists import ServiceView
from appos.web.admin.shown import actor_label, badge, duration, when
from appos.web.state import state


def _actor(_view: object, _context: object, entry: Entry, _name: str) -> Markup:
    return Markup("{}<small>{}</small>").format(actor_label(entry.actor), entry.address)


class AuditView(ServiceView):
    """Who did what; nothing here can be changed."""

    icon = "audit"
    page_size = 50
    column_list = ("created", "actor", "action", "subject", "detail", "result")
    column_labels = {"created": "When", "subject": "On what"}
    column_export_list = (
        "id",
        "created",
        "actor",
        "actor_id",
        "action",
        "subject",
        "result",
        "address",
        "detail",
    )
    column_sortable_list = ("created", "actor", "action", "subject", "result")
    column_filters = (
        Is("Result", "result", (("success", "Success"), ("failure", "Failure"))),
        Filter("Action contains", "action"),
        Filter("Actor contains", "actor"),
        Filter("Address contains", "address"),
        *days("created"),
    )
    column_formatters = {
        "created": lambda _view, _context, entry, _name: when(entry.created),
        "actor": _actor,
        "action": lambda _view, _context, entry, _name: Markup('<span class="code">{}</span>').format(
            entry.action
        ),
        "result": lambda _view, _context, entry, _name: badge(entry.result.value),
    }
    searched = ("actor", "action", "subject", "address", "detail")
    search_hint = "Search actor, action, subject or detail"
    intro = "Who did what, on what, from where. Entries are added and never changed."

    def fetch(self, query: ListQuery) -> Page[Entry]:
        """Return one page of the trail."""
        return state().services.audit.page(query)


class LoggedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the request log, flat."""

    id: str
    created: str
    status: int
    method: str
    path: str
    milliseconds: float
    account: str
    address: str
    data: dict[str, Any]

    @classmethod
    def of(cls, request: Request) -> "LoggedRequest":
        """Return a request without the nesting."""
        data = request.data
        return cls(
            id=request.id,
            created=request.created,
            status=int(data.get("status", 0)),
            method=str(data.get("method", "")),
            path=str(data.get("url", "")),
            milliseconds=float(data.get("execTime", 0)),
            account=str(data.get("auth", "")),
            address=str(data.get("userIP", "")),
            data=data,
        )


def _status(_view: object, _context: object, request: LoggedRequest, _name: str) -> Markup:
    tone = "bad" if request.status >= 500 else "warn" if request.status >= 400 else "good"
    return badge(str(request.status), tone)


def _path(view: "RequestsView", _context: object, request: LoggedRequest, _name: str) -> Markup:
    return Markup('<a class="code" href="{}">{}</a>').format(
        view.get_url(".details_view", id=request.id), request.path
    )


class RequestsView(ServiceView):
    """The requests that AppOS answered."""

    icon = "requests"
    page_size = 50
    can_view_details = True
    details_template = "admin/request.html"
    column_list = ("created", "status", "method", "path", "milliseconds", "account", "address")
    column_labels = {"created": "When", "milliseconds": "Took"}
    column_export_list = ("id", *column_list)
    column_sortable_list = ("created", ("status", "level"))
    column_filters = (
        OneOf(
            "Outcome",
            {
                "answered": ("Answered", "level < 8"),
                "refused": ("Refused, 4xx", """data ~ '"status":4'"""),
                "failed": ("Failed, 5xx", """data ~ '"status":5'"""),
            },
        ),
        OneOf(
            "Method",
            {
                name: (name, f"message ~ '{name} %'")
                for name in ("GET", "HEAD", "POST", "PATCH", "PUT", "DELETE")
            },
        ),
        Filter("Path contains", "message"),
        *days("created"),
    )
    column_formatters = {
        "created": lambda _view, _context, request, _name: when(request.created),
        "status": _status,
        "path": _path,
        "milliseconds": lambda _view, _context, request, _name: duration(request.milliseconds / 1000),
    }
    searched = ("message", "data")
    search_hint = "Search path, address or client"
    empty_hint = "No request has been logged yet."
    intro = "The requests that AppOS answered; how long they are kept stands in the settings."

    def fetch(self, query: ListQuery) -> Page[LoggedRequest]:
        """Return one page of the log."""
        page = state().services.requests.page(query)
        return Page(
            items=[LoggedRequest.of(request) for request in page.items],
            page=page.page,
            per_page=page.per_page,
            total_items=page.total_items,
            total_pages=page.total_pages,
        )
