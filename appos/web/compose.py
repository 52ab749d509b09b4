"""Compose files as text, under /api/appos/compose."""

import msgspec
from flask import Blueprint, Response

from appos.web.describe import Later, describe
from appos.web.state import state
from appos.web.wire import answer, decode

bp = Blueprint("compose", __name__, url_prefix="/api/appos/compose")


class CheckRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Files by name, such as `compose.yaml` and `.env`, and the name of the project, "" for none yet."""

    files: dict[str, str]
    name: str = ""


@bp.post("/check")
@describe(body=CheckRequest, answers={200: Later("appos.compose.diagnose", "Check")}, errors=(400,))
def check() -> Response:
    """Say what is wrong with files, at which line, and what to write instead."""
    request = decode(CheckRequest)
    return answer(state().services.drafts.check(request.files, request.name))
