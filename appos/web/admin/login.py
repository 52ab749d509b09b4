"""Signing in to the panel and out of it."""

import re

from flask import Blueprint, flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appos.accounts.models import Identity
from appos.errors import InvalidError, TooManyRequestsError
from appos.records.models import SUPERUSERS
from appos.web.admin.sessions import session_identity, sessions
from appos.web.state import actor, identity, state

bp = Blueprint("panel_session", __name__, url_prefix="/_")

HOME = "/_/"
# A path under /_/ without dots and escapes, which could lead elsewhere, and any query.
NEXT = re.compile(r"/_/[A-Za-z0-9_/-]*(\?[!-\[\]-~]*)?")
WRONG = "The e-mail address or the password is wrong."


def next_path(text: str) -> str:
    """Return a path that was asked for before signing in, or the first page if it lies elsewhere."""
    return text if NEXT.fullmatch(text) else HOME


@bp.get("/login")
def login() -> ResponseReturnValue:
    """Show the form to sign in."""
    target = next_path(request.args.get("next", ""))
    if session_identity() is not None:
        return redirect(target)
    if state().services.claim.is_open():
        return redirect("/setup")
    return _form(target)


@bp.post("/login")
def sign_in() -> ResponseReturnValue:
    """Open a session, and lead to where one wanted to go."""
    email, password = request.form.get("email", "").strip(), request.form.get("password", "")
    target = next_path(request.form.get("next", ""))
    try:
        sessions().begin(_proven(email, password))
    except TooManyRequestsError as error:
        return _form(target, email, _too_many(error)), 429, {"Retry-After": str(error.retry_after_seconds)}
    except InvalidError as error:
        g.error = error.message
        return _form(target, email, WRONG), 400
    return redirect(target)


@bp.post("/logout")
def logout() -> ResponseReturnValue:
    """End the session."""
    who = identity()
    if who is not None:
        state().services.audit.record(actor(), "panel.sign_out", actor().label)
    sessions().end()
    flash("You have signed out.", "success")
    return redirect("/_/login")


def _proven(email: str, password: str) -> Identity:
    services = state().services
    superusers = services.collections.auth(SUPERUSERS)
    return services.accounts.sign_in(superusers, email, password, g.address, action="panel.sign_in").identity


def _too_many(error: TooManyRequestsError) -> str:
    g.error = error.message
    return f"That failed too often. Wait {error.retry_after_seconds} seconds, then try again."


def _form(target: str, email: str = "", problem: str = "") -> str:
    return render_template("login.html", next=target, email=email, problem=problem)
