"""The policy: what apps may ask of their host, under /api/appos/policy."""

from typing import Any

from flask import Blueprint, Response

from appos.web.describe import Later, describe
from appos.web.state import actor, state
from appos.web.wire import answer, decode

bp = Blueprint("policy", __name__, url_prefix="/api/appos/policy")


@bp.get("")
@describe(answers={200: Later("appos.apps.policies", "PolicyShown")})
def show() -> Response:
    """Show the settings, and every rule as it counts for each role."""
    return answer(state().services.policies.show())


@bp.put("")
@describe(
    body=Later("appos.compose.policy.rules", "PolicyRules"),
    answers={200: Later("appos.apps.policies", "PolicyShown")},
    errors=(400,),
)
def update() -> Response:
    """Put settings in the place of those there are; the next deployment goes by them."""
    return answer(state().services.policies.replace(decode(dict[str, Any]), actor()))
