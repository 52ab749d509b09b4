"""The audit trail, under /api/appos/audit."""

from flask import Blueprint, Response

from appos.web.state import state
from appos.web.wire import answer, list_query

bp = Blueprint("audit", __name__, url_prefix="/api/appos/audit")


@bp.get("")
def index() -> Response:
    """List what was done, newest first."""
    return answer(state().services.audit.page(list_query()))
