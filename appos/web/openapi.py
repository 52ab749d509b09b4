"""The description of the API, and the page to read and try it: /api/openapi.json and /api/docs."""

from typing import Any

import msgspec
from flask import Blueprint, Response, current_app, render_template

from appos.web.describe import describe
from appos.web.openapi_document import document

bp = Blueprint("openapi", __name__, url_prefix="/api")

_KEY = "appos.openapi"


@bp.get("/openapi.json")
@describe(answers={200: dict[str, Any]})
def show() -> Response:
    """Show this description."""
    known = current_app.extensions
    if _KEY not in known:
        known[_KEY] = msgspec.json.encode(document(current_app))
    return Response(known[_KEY], mimetype="application/json", headers={"Cache-Control": "no-cache"})


@bp.get("/docs")
@describe(answers={200: None}, media="text/html")
def read() -> str:
    """Show a page on which every route can be read and tried."""
    return render_template("docs.html")
