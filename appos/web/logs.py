"""PocketBase's routes of the request log, under /api/logs."""

import msgspec
from flask import Blueprint, Response, request

from appos.audit.models import HourCount, Request
from appos.store.query import ListQuery, Page
from appos.web.describe import describe
from appos.web.state import state
from appos.web.wire import answer, list_query

bp = Blueprint("logs", __name__, url_prefix="/api/logs")


class StatsQuery(msgspec.Struct, frozen=True):
    """Which requests are counted: a filter, "" for all."""

    filter: str = ""


@bp.get("")
@describe(query=ListQuery, answers={200: Page[Request]}, errors=(400,))
def index() -> Response:
    """List requests, the oldest first."""
    return answer(state().services.requests.search(list_query()))


@bp.get("/stats")
@describe(query=StatsQuery, answers={200: list[HourCount]}, errors=(400,))
def stats() -> Response:
    """Count requests by the hour."""
    return answer(state().services.requests.stats(request.args.get("filter", "")))


@bp.get("/<path:log_id>")
@describe(answers={200: Request}, errors=(404,))
def show(log_id: str) -> Response:
    """Show one request."""
    return answer(state().services.requests.get(log_id))
