"""The state of the whole, under /api/appos/system."""

from flask import Blueprint, Response

from appos.web.state import state
from appos.web.wire import answer

bp = Blueprint("system", __name__, url_prefix="/api/appos/system")


@bp.get("/status")
def show() -> Response:
    """Show the state of database, queue, engine and disk."""
    return answer(state().services.system.status())
