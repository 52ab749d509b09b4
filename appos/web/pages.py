"""The pages that need nobody signed in."""

from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue

from appos.accounts.passwords import LEAST_CHARACTERS
from appos.records.models import SUPERUSERS
from appos.web import dashboard
from appos.web.state import state

bp = Blueprint("pages", __name__)


@bp.get("/")
def index() -> ResponseReturnValue:
    """Show the dashboard; without one, lead to the claim of a new installation, else to the admin panel."""
    if dashboard.is_built():
        return dashboard.show()
    return redirect("/setup" if state().services.claim.is_open() else "/_/")


@bp.get("/setup")
def setup() -> ResponseReturnValue:
    """Show the page that claims the installation; the token stands behind the # of its link."""
    if dashboard.is_built():
        return dashboard.show()
    if not state().services.claim.is_open():
        return redirect("/_/")
    return render_template("setup.html", least_characters=LEAST_CHARACTERS)


@bp.get("/_/reset")
def reset() -> ResponseReturnValue:
    """Show the page that sets a password anew; the token stands behind the # of its link."""
    return _mailed("reset.html", "confirm-password-reset")


@bp.get("/_/verify")
def verify() -> ResponseReturnValue:
    """Show the page that confirms an address; the token stands behind the # of its link."""
    return _mailed("verify.html", "confirm-verification")


@bp.get("/_/email-change")
def email_change() -> ResponseReturnValue:
    """Show the page that changes an address; the token stands behind the # of its link."""
    return _mailed("email_change.html", "confirm-email-change")


def _mailed(template: str, action: str) -> str:
    superusers = state().services.collections.auth(SUPERUSERS)
    return render_template(template, action=action, superusers=superusers.id)
