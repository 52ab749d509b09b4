"""PocketBase's routes of the request log, under /api/logs."""

from flask import Blueprint, Response, request

from appos.web.state import state
from appos.web.wire import answer, list_query

bp = Blueprint("logs", __name__, url_prefix="/api/logs")


@bp.get("")
def index() -> Response:
    """List requests, the oldest first."""
    return answer(state().services.requests.search(list_query()))


@bp.get("/stats")
def stats() -> Response:
    """Count requests by the hour."""
    return answer(state().services.requests.stats(request.args.get("filter", "")))


@bp.get("/<path:log_id>")
def show(log_id: str) -> Response:
    """Show one request."""
    return answer(state().services.requests.get(log_id))
