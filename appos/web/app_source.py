"""Where apps come from and go to, under /api/appos/apps: adopted, updated by webhooks, exported."""

import msgspec
from flask import Blueprint, Response, url_for
from flask.typing import ResponseReturnValue

from appos.apps.adoption import Adoptable
from appos.apps.drift import Drift, DriftAction
from appos.apps.export import export
from appos.apps.views import Accepted
from appos.errors import InvalidError
from appos.web.apps import accepted
from appos.web.describe import describe
from appos.web.granted import granted
from appos.web.state import actor, state
from appos.web.wire import answer, decode, decode_query

bp = Blueprint("app_source", __name__, url_prefix="/api/appos/apps")


class AdoptRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The name of a project or of a container that runs; `consent` agrees to the changes that were shown."""

    project: str = ""
    container: str = ""
    consent: bool = False


class AdoptableList(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What runs and is no app's."""

    items: list[Adoptable]


class DriftRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How what differs is put right."""

    action: DriftAction


class Webhook(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The path to post to, and the secret to sign with, which is shown this once."""

    url: str
    secret: str

    def __repr__(self) -> str:
        """Leave the secret out."""
        return f"Webhook(url={self.url!r})"


class ExportQuery(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Whether the values of the environment go into the archive."""

    secrets: bool = False


@bp.get("/adoptable")
@describe(answers={200: AdoptableList})
def adoptable() -> Response:
    """List the Compose projects that run without AppOS, and the containers that no Compose made."""
    return answer(AdoptableList(items=state().services.adoption.found()))


@bp.post("/adopt")
@describe(body=AdoptRequest, answers={202: Accepted}, errors=(400, 404, 409))
def adopt() -> ResponseReturnValue:
    """Take a project or a container over; where that would change what runs, only with consent."""
    asked = decode(AdoptRequest)
    if bool(asked.project) is bool(asked.container):
        raise InvalidError("Name either a project or a container.", code="adopt_one")
    adoption = state().services.adoption
    if asked.container:
        app = adoption.adopt_container(asked.container, actor(), has_consent=asked.consent)
    else:
        app = adoption.adopt(asked.project, actor(), has_consent=asked.consent)
    return accepted(app.name, "app.deploy", {"kind": "adopt"})


@bp.get("/<app_id>/drift")
@describe(answers={200: Drift}, errors=(404,))
def drift(app_id: str) -> Response:
    """Say how an app differs from what was deployed."""
    return answer(state().services.drifts.of(granted(app_id, None)))


@bp.post("/<app_id>/drift")
@describe(body=DriftRequest, answers={202: Accepted}, errors=(400, 404, 409))
def put_right(app_id: str) -> ResponseReturnValue:
    """Bring back what was deployed, or deploy the files as they are now."""
    app, asked = granted(app_id, None), decode(DriftRequest)
    return accepted(app.name, *state().services.drifts.order(app, asked.action))


@bp.post("/<app_id>/webhook")
@describe(answers={200: Webhook}, errors=(404,))
def make_webhook(app_id: str) -> Response:
    """Give an app a webhook, by which others have it updated; the one before ends."""
    app = granted(app_id, None)
    secret = state().services.webhooks.make(app, actor())
    return answer(Webhook(url=url_for("webhooks.call", app_id=app.id), secret=secret))


@bp.delete("/<app_id>/webhook")
@describe(answers={204: None}, errors=(404,))
def remove_webhook(app_id: str) -> ResponseReturnValue:
    """Take an app's webhook away."""
    state().services.webhooks.remove(granted(app_id, None), actor())
    return "", 204


@bp.get("/<app_id>/export")
@describe(query=ExportQuery, answers={200: None}, errors=(404,), media="application/gzip")
def export_app(app_id: str) -> Response:
    """Download an app as an archive that works without AppOS."""
    app = granted(app_id, None)
    data = export(state().services.apps.store, app, with_secrets=decode_query(ExportQuery).secrets)
    headers = {"Content-Disposition": f'attachment; filename="{app.name}.tar.gz"'}
    return Response(data, 200, headers, mimetype="application/gzip")
