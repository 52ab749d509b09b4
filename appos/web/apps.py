"""Apps, under /api/appos/apps: listed, made, shown, and who may do what with them."""

from typing import Any

import msgspec
from flask import Blueprint, Response, url_for
from flask.typing import ResponseReturnValue
from msgspec import UNSET, UnsetType

from appos.apps.models import App, AppSettings, Level, Probe
from appos.apps.reviews import Review
from appos.apps.service import Asked
from appos.apps.sources import GitOrigin, refuse_both
from appos.apps.views import Accepted, AppView
from appos.compose.models import Finding
from appos.compose.plan import Plan
from appos.ledger.models import Order
from appos.store.query import Page
from appos.web.describe import describe
from appos.web.granted import asker, granted, level_name
from appos.web.state import actor, state
from appos.web.wire import answer, decode, decode_query

bp = Blueprint("apps", __name__, url_prefix="/api/appos/apps")


class DeployRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An app to make: its Compose file, its environment, other files by their paths. `start` deploys it.

    With `git` all files but the environment come from a repository.
    """

    name: str
    compose: str = ""
    git: GitOrigin | None = None
    env: dict[str, str] = {}
    files: dict[str, str] = {}
    settings: AppSettings | None = None
    start: bool = True


class CheckRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Files of an app that is being written."""

    name: str
    compose: str
    env: dict[str, str] = {}
    files: dict[str, str] = {}


class CheckAnswer(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is found in files; `plan` is what a deployment would do, and `refused` what stands against it.

    The plan is null where Compose refuses the files.
    """

    valid: bool
    findings: tuple[Finding, ...]
    refused: tuple[Finding, ...] = ()
    plan: Plan | None = None


class SettingsChanges(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The settings to change; what is not named stays."""

    wait_seconds: float | UnsetType = UNSET
    watch_seconds: float | UnsetType = UNSET
    probe: Probe | None | UnsetType = UNSET
    keep_releases: int | UnsetType = UNSET


class RemovalQuery(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Whether volumes and files go, too."""

    volumes: bool = False


@bp.get("")
@describe(query=Asked, answers={200: Page[AppView]}, errors=(400,))
def index() -> Response:
    """List the apps that who asks may see, with their state and what they use."""
    return answer(state().services.apps.page(decode_query(Asked), asker()))


@bp.post("/deploy")
@describe(body=DeployRequest, answers={201: Accepted, 202: Accepted}, errors=(400, 409))
def deploy() -> ResponseReturnValue:
    """Make an app and queue its deployment; without `start` it is made alone."""
    request = decode(DeployRequest)
    app = _registered(request)
    if not request.start:
        location = {"Location": url_for("apps.show", app_id=app.name)}
        return answer(Accepted(app=_view(app.name), job=None), 201, location)
    return accepted(app.name, "app.deploy", {})


def _registered(request: DeployRequest) -> App:
    services, settings = state().services, request.settings or _usual_settings()
    refuse_both(request.compose, request.git)
    if request.git is not None:
        return services.sources.register(
            request.name, request.git, actor(), env=request.env, settings=settings
        )
    return services.apps.register(
        request.name, request.compose, actor(), env=request.env, files=request.files, settings=settings
    )[0]


@bp.post("/check")
@describe(body=CheckRequest, answers={200: CheckAnswer}, errors=(400,))
def check() -> Response:
    """Say what is found in files, what a deployment would do, and what stands against it; change nothing."""
    request = decode(CheckRequest)
    files = {path: text.encode() for path, text in request.files.items()}
    files["compose.yaml"] = request.compose.encode()
    if request.env:
        files[".env"] = state().services.editing.env_text(request.env).encode()
    return answer(check_answer(*state().services.apps.review(request.name, files)))


def check_answer(findings: tuple[Finding, ...], review: Review | None) -> CheckAnswer:
    """Return what a check says."""
    if review is None:
        return CheckAnswer(valid=False, findings=findings)
    return CheckAnswer(valid=True, findings=findings, refused=review.refused, plan=review.plan)


@bp.get("/<app_id>")
@describe(answers={200: AppView}, errors=(404,))
def show(app_id: str) -> Response:
    """Show an app: its services, addresses, release, and what works on it."""
    app = granted(app_id, Level.READ)
    return answer(_view(app.name))


@bp.delete("/<app_id>")
@describe(query=RemovalQuery, answers={202: Accepted}, errors=(404,))
def delete(app_id: str) -> ResponseReturnValue:
    """Remove an app; its volumes stay and its files are moved aside, unless they are asked to go."""
    app = granted(app_id, None)
    return accepted(app.name, "app.remove", {"volumes": decode_query(RemovalQuery).volumes})


@bp.patch("/<app_id>/settings")
@describe(body=SettingsChanges, answers={200: AppView}, errors=(400, 404))
def change_settings(app_id: str) -> Response:
    """Change how an app is deployed."""
    app = granted(app_id, None)
    changes = decode(SettingsChanges)
    named = {
        name: value for name in changes.__struct_fields__ if (value := getattr(changes, name)) is not UNSET
    }
    settings = msgspec.structs.replace(app.settings, **named)
    state().services.apps.change_settings(app, settings, actor())
    return answer(_view(app.name))


@bp.get("/<app_id>/grants")
@describe(answers={200: dict[str, Level]}, errors=(404,))
def grants(app_id: str) -> Response:
    """Show what users may do with an app, by their ids."""
    return answer(granted(app_id, None).grants)


@bp.put("/<app_id>/grants")
@describe(body=dict[str, Level], answers={200: dict[str, Level]}, errors=(400, 404))
def change_grants(app_id: str) -> Response:
    """Say what users may do with an app; whoever is not named may do nothing."""
    app = granted(app_id, None)
    return answer(state().services.apps.change_grants(app, decode(dict[str, Level]), actor()).grants)


def accepted(name: str, kind: str, args: dict[str, Any]) -> ResponseReturnValue:
    """Queue a job on an app, and answer where it is to be seen."""
    job = state().tasks.submit(Order(kind=kind, subject=name, args=args), actor())
    location = {"Location": url_for("jobs.show", job_id=job.id)}
    return answer(Accepted(app=_view(name), job=job), 202, location)


def _usual_settings() -> AppSettings:
    return AppSettings(watch_seconds=float(state().services.own_settings.kept().watch_seconds))


def _view(name: str) -> AppView:
    app = state().services.apps.find(name)
    return state().services.apps.show(app, level_name(app))
