"""What is done with apps, under /api/appos/apps: started, stopped, deployed again, updated, rolled back."""

import msgspec
from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from appos.apps.models import Level, Release
from appos.apps.views import Accepted, ReleaseDetail, Removal
from appos.web.apps import CheckAnswer, RemovalQuery, accepted, check_answer
from appos.web.describe import describe
from appos.web.granted import granted
from appos.web.state import state
from appos.web.wire import answer, decode, decode_query

bp = Blueprint("app_verbs", __name__, url_prefix="/api/appos/apps/<app_id>")


class RestartRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The services to restart, none for all."""

    services: list[str] = []


class RollbackRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The number of the release to go back to, by default that of the last good one."""

    release: int | None = None


class PlanRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A Compose file and an environment to plan with, by default those that are saved."""

    compose: str | None = None
    env: dict[str, str] | None = None


class ReleaseList(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The releases that are kept, newest first."""

    items: list[Release]


@bp.post("/start")
@describe(answers={202: Accepted}, errors=(404,))
def start(app_id: str) -> ResponseReturnValue:
    """Start the containers of an app, in their order."""
    return accepted(granted(app_id, Level.OPERATE).name, "app.start", {})


@bp.post("/stop")
@describe(answers={202: Accepted}, errors=(404,))
def stop(app_id: str) -> ResponseReturnValue:
    """Stop the containers of an app."""
    return accepted(granted(app_id, Level.OPERATE).name, "app.stop", {})


@bp.post("/restart")
@describe(body=RestartRequest, answers={202: Accepted}, errors=(400, 404))
def restart(app_id: str) -> ResponseReturnValue:
    """Stop and start an app, or some of its services."""
    app, request = granted(app_id, Level.OPERATE), decode(RestartRequest)
    return accepted(app.name, "app.restart", {"services": request.services})


@bp.post("/redeploy")
@describe(answers={202: Accepted}, errors=(404,))
def redeploy(app_id: str) -> ResponseReturnValue:
    """Deploy the files of an app as they are saved."""
    return accepted(granted(app_id, None).name, "app.deploy", {"kind": "redeploy"})


@bp.post("/update")
@describe(answers={202: Accepted}, errors=(404,))
def update(app_id: str) -> ResponseReturnValue:
    """Pull newer images and deploy them."""
    return accepted(granted(app_id, Level.OPERATE).name, "app.update", {})


@bp.post("/rollback")
@describe(body=RollbackRequest, answers={202: Accepted}, errors=(400, 404, 409))
def rollback(app_id: str) -> ResponseReturnValue:
    """Go back to an earlier release, with its files and its images."""
    app, request, services = granted(app_id, None), decode(RollbackRequest), state().services
    number = request.release
    if number is None:
        number = services.rollouts.last_good(app.name)
    release = services.apps.store.release(app.name, number)
    return accepted(app.name, "app.rollback", {"release": release.number})


@bp.get("/removal")
@describe(query=RemovalQuery, answers={200: Removal}, errors=(404,))
def removal(app_id: str) -> Response:
    """Say exactly what would go with an app, and what would stay."""
    app = granted(app_id, None)
    return answer(state().services.rollouts.removal(app.name, volumes=decode_query(RemovalQuery).volumes))


@bp.post("/plan")
@describe(body=PlanRequest, answers={200: CheckAnswer}, errors=(400, 404))
def plan(app_id: str) -> Response:
    """Say what a deployment would do, and what stands against it; change nothing."""
    app, request, services = granted(app_id, None), decode(PlanRequest), state().services
    files = services.editing.draft(app, request.compose, request.env)
    return answer(check_answer(*services.apps.review(app.name, files)))


@bp.get("/releases")
@describe(answers={200: ReleaseList}, errors=(404,))
def releases(app_id: str) -> Response:
    """List the releases of an app."""
    app = granted(app_id, Level.READ)
    return answer(ReleaseList(items=state().services.apps.store.releases(app.name)))


@bp.get("/releases/<int:number>")
@describe(answers={200: ReleaseDetail}, errors=(404,))
def release(app_id: str, number: int) -> Response:
    """Show a release: its Compose file, and what it meant without secret values."""
    app, editing = granted(app_id, None), state().services.editing
    found = editing.store.release(app.name, number)
    return answer(
        ReleaseDetail(
            number=found.number,
            compose=editing.release_compose(app, number),
            model=editing.store.release_model(app.name, number),
        )
    )
