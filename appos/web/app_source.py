"""Where apps come from and go to, under /api/appos/apps: adopted from what runs, and exported."""

import msgspec
from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from appos.apps.adoption import Adoptable
from appos.apps.export import export
from appos.apps.views import Accepted
from appos.web.apps import accepted
from appos.web.describe import describe
from appos.web.granted import granted
from appos.web.state import actor, state
from appos.web.wire import answer, decode, decode_query

bp = Blueprint("app_source", __name__, url_prefix="/api/appos/apps")


class AdoptRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The name of a project that runs; `consent` agrees to the changes that were shown."""

    project: str
    consent: bool = False


class AdoptableList(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The projects that run and are no apps."""

    items: list[Adoptable]


class ExportQuery(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Whether the values of the environment go into the archive."""

    secrets: bool = False


@bp.get("/adoptable")
@describe(answers={200: AdoptableList})
def adoptable() -> Response:
    """List the Compose projects that run without AppOS."""
    return answer(AdoptableList(items=state().services.adoption.found()))


@bp.post("/adopt")
@describe(body=AdoptRequest, answers={202: Accepted}, errors=(400, 404, 409))
def adopt() -> ResponseReturnValue:
    """Take a project over; where that would change what runs, only with consent."""
    asked = decode(AdoptRequest)
    app = state().services.adoption.adopt(asked.project, actor(), has_consent=asked.consent)
    return accepted(app.name, "app.deploy", {"kind": "adopt"})


@bp.get("/<app_id>/export")
@describe(query=ExportQuery, answers={200: None}, errors=(404,), media="application/gzip")
def export_app(app_id: str) -> Response:
    """Download an app as an archive that works without AppOS."""
    app = granted(app_id, None)
    data = export(state().services.apps.store, app, with_secrets=decode_query(ExportQuery).secrets)
    headers = {"Content-Disposition": f'attachment; filename="{app.name}.tar.gz"'}
    return Response(data, 200, headers, mimetype="application/gzip")
