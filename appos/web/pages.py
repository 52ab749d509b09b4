"""The pages that need nobody signed in."""

from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue

from appos.web.state import state

bp = Blueprint("pages", __name__)


@bp.get("/")
def index() -> ResponseReturnValue:
    """Lead to the claim of a new installation, else to the admin panel."""
    return redirect("/setup" if state().services.claim.is_open() else "/_/")


@bp.get("/setup")
def setup() -> ResponseReturnValue:
    """Show the page that claims the installation; the token stands behind the # of its link."""
    if not state().services.claim.is_open():
        return redirect("/_/")
    return render_template("setup.html")


@bp.get("/_/reset")
def reset() -> ResponseReturnValue:
    """Show the page that sets a password anew; the token stands behind the # of its link."""
    return render_template("reset.html")
