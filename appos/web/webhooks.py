"""Calls of webhooks, under /api/appos/webhooks: whoever has the secret of one may have its app updated."""

import msgspec
from flask import Blueprint, g, request, url_for
from flask.typing import ResponseReturnValue

from appos.apps.webhooks import Proof
from appos.audit.models import Actor
from appos.ledger.models import JobState, Order
from appos.web.describe import describe
from appos.web.state import state
from appos.web.wire import answer

bp = Blueprint("webhooks", __name__, url_prefix="/api/appos/webhooks")

KIND = "app.update"
# Source: GitHub, "Webhook events and payloads", "ping": sent once to a new webhook, to try it.
TRIAL = "ping"


class Called(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The id of the job that updates the app; null where the call only tried the webhook."""

    job: str | None


@bp.post("/<app_id>")
@describe(answers={200: Called, 202: Called}, errors=(401, 429))
def call(app_id: str) -> ResponseReturnValue:
    """Update an app, for a call signed with the webhook's secret; one that waits already is not doubled."""
    signature = request.headers.get("X-Hub-Signature-256", "")
    app = state().services.webhooks.called(
        app_id, request.get_data(), Proof(signature=signature, secret=g.token), g.address
    )
    if request.headers.get("X-GitHub-Event") == TRIAL:
        return answer(Called(job=None)), 200
    job = _waiting(app.name)
    if job is None:
        actor = Actor(name="webhook", address=g.address)
        job = state().tasks.submit(Order(kind=KIND, subject=app.name, args={}), actor).id
    return answer(Called(job=job), 202, {"Location": url_for("jobs.show", job_id=job)})


def _waiting(name: str) -> str | None:
    """Return the id of the update of an app that is queued and has not begun."""
    jobs = state().services.ledger.open_jobs()
    found = (it.id for it in jobs if it.subject == name and it.kind == KIND and it.state is JobState.QUEUED)
    return next(found, None)
