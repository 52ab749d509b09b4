"""PocketBase's routes of crons, under /api/crons."""

import msgspec
from flask import Blueprint, Response

from appos.jobs.schedules import CRONS
from appos.web.describe import describe
from appos.web.state import actor, state
from appos.web.wire import answer, no_content

bp = Blueprint("crons", __name__, url_prefix="/api/crons")


class Cron(msgspec.Struct, frozen=True, kw_only=True):
    """What runs by the clock, and when."""

    id: str
    expression: str


@bp.get("")
@describe(answers={200: list[Cron]})
def index() -> Response:
    """List what PocketBase runs by the clock, and when."""
    return answer([{"id": cron.cron_id, "expression": cron.expression} for cron in CRONS])


@bp.post("/<path:cron_id>")
@describe(answers={204: None}, errors=(404,))
def run(cron_id: str) -> Response:
    """Queue the job of a cron; answers before it runs."""
    state().tasks.run_cron(cron_id, actor())
    return no_content()
