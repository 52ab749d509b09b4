"""The claim of a new installation, under /api/appos/setup."""

import msgspec
from flask import Blueprint, Response

from appos.web.describe import describe
from appos.web.record_auth import SignedInAnswer, answer_signed_in
from appos.web.state import actor, state
from appos.web.wire import answer, decode

bp = Blueprint("setup", __name__, url_prefix="/api/appos/setup")


class InitRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The first superuser's e-mail and password, and the token from the log."""

    email: str
    password: str
    token: str


class SetupStatus(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Whether the installation waits for its first superuser, and how that comes to be."""

    needs_setup: bool
    init_mode: str


@bp.get("/status")
@describe(answers={200: SetupStatus})
def show() -> Response:
    """Say whether the installation waits for its first superuser."""
    services = state().services
    return answer({"needsSetup": services.claim.is_open(), "initMode": services.config.init_mode.value})


@bp.post("/init")
@describe(body=InitRequest, answers={200: SignedInAnswer}, errors=(400, 403, 409))
def init() -> Response:
    """Create the first superuser, once."""
    asked = decode(InitRequest)
    signed_in = state().services.claim.init(asked.email, asked.password, asked.token, actor())
    return answer_signed_in(signed_in)
