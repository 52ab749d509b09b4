"""AppOS's own settings, under /api/appos/settings."""

from flask import Blueprint, Response
from msgspec import UNSET

from appos.records.settings.own import OwnChanges, OwnSettings
from appos.web.describe import describe
from appos.web.state import actor, state
from appos.web.wire import answer, decode

bp = Blueprint("own_settings", __name__, url_prefix="/api/appos/settings")


@bp.get("")
@describe(answers={200: OwnSettings})
def show() -> Response:
    """Show AppOS's own settings."""
    return answer(state().services.own_settings.read())


@bp.patch("")
@describe(body=OwnChanges, answers={200: OwnSettings}, errors=(400,))
def update() -> Response:
    """Change what the body names, and show all of them; they count at once."""
    services, asked = state().services, decode(OwnChanges)
    changed = services.own_settings.change(asked, actor())
    if asked.log_level is not UNSET:
        services.use_log_level()
    return answer(changed)
