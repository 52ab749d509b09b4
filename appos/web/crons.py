"""PocketBase's routes of crons, under /api/crons."""

from flask import Blueprint, Response

from appos.jobs.schedules import CRONS
from appos.web.state import actor, state
from appos.web.wire import answer, no_content

bp = Blueprint("crons", __name__, url_prefix="/api/crons")


@bp.get("")
def index() -> Response:
    """List what PocketBase runs by the clock, and when."""
    return answer([{"id": cron.cron_id, "expression": cron.expression} for cron in CRONS])


@bp.post("/<path:cron_id>")
def run(cron_id: str) -> Response:
    """Queue the job of a cron; answers before it runs."""
    state().tasks.run_cron(cron_id, actor())
    return no_content()
