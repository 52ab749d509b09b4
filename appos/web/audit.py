"""The audit trail, under /api/appos/audit."""

from flask import Blueprint, Response

from appos.audit.models import Entry
from appos.store.query import ListQuery, Page
from appos.web.describe import describe
from appos.web.state import state
from appos.web.wire import answer, list_query

bp = Blueprint("audit", __name__, url_prefix="/api/appos/audit")


@bp.get("")
@describe(query=ListQuery, answers={200: Page[Entry]}, errors=(400,))
def index() -> Response:
    """List what was done, newest first."""
    return answer(state().services.audit.page(list_query()))
