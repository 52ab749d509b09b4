"""Who may call what: one table, closed by default."""

from enum import Enum

from flask import Flask, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from appos.errors import ForbiddenError, UnauthenticatedError
from appos.records.collections import NO_CONTEXT
from appos.web import rate_limits
from appos.web.admin.sessions import session_identity
from appos.web.state import identity, state


class Permission(Enum):
    """Who may call a route."""

    # Everybody.
    PUBLIC = "public"
    # Whoever the rules of the collection named in the path allow; the service decides.
    RULE = "rule"
    # An account of the collection named in the path, with a valid token.
    ACCOUNT = "account"
    # Whoever is signed in; the service decides by what was granted.
    GRANT = "grant"
    # Whoever has a ticket for it, which is taken before the handshake.
    TICKET = "ticket"
    # Whoever has the secret of the webhook named in the path; the service decides.
    SIGNED = "signed"
    # A superuser with a valid token.
    SUPERUSER = "superuser"
    # A superuser with a session of the admin panel.
    PANEL = "panel"


# By endpoint or by blueprint; an endpoint's own line counts first.
ACCESS: dict[str, Permission] = {
    "health": Permission.PUBLIC,
    "pages": Permission.PUBLIC,
    "dashboard": Permission.PUBLIC,
    "setup": Permission.PUBLIC,
    "collections": Permission.SUPERUSER,
    "record_auth": Permission.RULE,
    "record_auth.auth_refresh": Permission.ACCOUNT,
    "record_auth.request_email_change": Permission.ACCOUNT,
    "record_auth.impersonate": Permission.SUPERUSER,
    "records": Permission.RULE,
    # A file by the rule of its record, or for everybody who knows its name; a token for whoever is signed in.
    "files": Permission.RULE,
    "realtime": Permission.RULE,
    "settings": Permission.SUPERUSER,
    "logs": Permission.SUPERUSER,
    "crons": Permission.SUPERUSER,
    "backups": Permission.SUPERUSER,
    # It asks for a superuser's token for files.
    "backups.show": Permission.PUBLIC,
    "batch": Permission.PUBLIC,
    # The files of a draft may name any other file of the machine.
    "compose": Permission.SUPERUSER,
    "oauth2": Permission.PUBLIC,
    # It tells what there is, and nothing of what is in it.
    "openapi": Permission.PUBLIC,
    "own_settings": Permission.SUPERUSER,
    "policy": Permission.SUPERUSER,
    "apps": Permission.GRANT,
    "apps.deploy": Permission.SUPERUSER,
    "apps.check": Permission.SUPERUSER,
    "app_files": Permission.GRANT,
    "app_git": Permission.SUPERUSER,
    "app_source": Permission.SUPERUSER,
    "app_verbs": Permission.GRANT,
    "webhooks": Permission.SIGNED,
    "app_watch": Permission.GRANT,
    "docker": Permission.SUPERUSER,
    "images": Permission.SUPERUSER,
    "registries": Permission.SUPERUSER,
    "jobs": Permission.SUPERUSER,
    # Of an app that was granted.
    "jobs.show": Permission.GRANT,
    "jobs.log": Permission.GRANT,
    "jobs.cancel": Permission.GRANT,
    "audit": Permission.SUPERUSER,
    "static": Permission.PUBLIC,
    "terminal": Permission.SUPERUSER,
    "terminal.give_ticket": Permission.GRANT,
    "terminal.self_test": Permission.GRANT,
    "terminal_sockets": Permission.TICKET,
    "terminal_local": Permission.TICKET,
    "system": Permission.SUPERUSER,
    # That of an app is for whoever may see the app.
    "system.metrics": Permission.GRANT,
    "admin": Permission.PANEL,
    "panel_session": Permission.PANEL,
    "panel_session.login": Permission.PUBLIC,
    "panel_session.sign_in": Permission.PUBLIC,
    "panel_collections": Permission.PANEL,
    "panel_superusers": Permission.PANEL,
    "panel_users": Permission.PANEL,
    "panel_jobs": Permission.PANEL,
    "panel_audit": Permission.PANEL,
    "panel_requests": Permission.PANEL,
    "panel_settings": Permission.PANEL,
}


def permission_of(endpoint: str) -> Permission | None:
    """Return what the table says of an endpoint; None if it says nothing."""
    return ACCESS.get(endpoint) or ACCESS.get(endpoint.rpartition(".")[0])


def register(app: Flask) -> None:
    """Before every request find out who asks, count it where requests are limited, and ask the table."""
    app.before_request(refuse_small_letters)
    app.before_request(identify)
    app.before_request(rate_limits.check)
    app.before_request(authorize)


def check_table(app: Flask) -> None:
    """Fail the start if a route has no declared permission.

    Raises:
        RuntimeError: with the endpoints that have none.
    """
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    undeclared = sorted(endpoint for endpoint in endpoints if permission_of(endpoint) is None)
    if undeclared:
        raise RuntimeError(f"no permission is declared in appos/web/access.py for {', '.join(undeclared)}")


def refuse_small_letters() -> None:
    """Find nothing by a method in small letters, which Flask takes for the one in capitals.

    Raises:
        NotFound: its method has some.
    """
    if request.method != request.method.upper():
        raise NotFound


def identify() -> None:
    """Find out who asks: in the panel its session says so, elsewhere the token."""
    g.token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    is_panel = request.endpoint is not None and permission_of(request.endpoint) is Permission.PANEL
    g.identity = session_identity() if is_panel else state().services.accounts.identify(g.token)


def authorize() -> ResponseReturnValue | None:
    """Refuse what the table does not allow; a stranger's page leads to the sign-in.

    Raises:
        UnauthenticatedError: nobody is signed in.
        ForbiddenError: somebody is, and may not.
    """
    if request.endpoint is None:
        return None
    permission = permission_of(request.endpoint)
    if permission is Permission.PANEL:
        return _panel_answer()
    if permission is Permission.SUPERUSER:
        require_superuser()
    elif permission is Permission.ACCOUNT:
        _require_account()
    elif permission is Permission.GRANT and identity() is None:
        raise UnauthenticatedError("The request requires valid record authorization token.")
    return None


def _panel_answer() -> ResponseReturnValue | None:
    """Let in whoever has a session of the panel; the answer is for whoever has none."""
    if identity() is not None:
        return None
    if request.method in ("GET", "HEAD") and request.accept_mimetypes.accept_html:
        asked = request.full_path if request.query_string else request.path
        return redirect(url_for("panel_session.login", next=asked if asked != "/_/" else None))
    raise UnauthenticatedError("Sign in to the admin panel first.")


def require_superuser() -> None:
    """Refuse whoever is no superuser.

    Raises:
        UnauthenticatedError: nobody is signed in.
        ForbiddenError: somebody is, and may not.
    """
    who = identity()
    if who is None:
        raise UnauthenticatedError("The request requires valid record authorization token.")
    if not who.is_superuser:
        raise ForbiddenError("The authorized record is not allowed to perform this action.")


def _require_account() -> None:
    named = str((request.view_args or {}).get("collection", ""))
    collection = state().services.collections.get(named, NO_CONTEXT)
    who = identity()
    if who is None:
        raise UnauthenticatedError("The request requires valid record authorization token.")
    if who.collection.id != collection.id:
        raise ForbiddenError(f"The request requires auth record from {who.collection.name} collection.")
