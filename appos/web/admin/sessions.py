"""Sessions of the admin panel: who signed in at /_/login, for a day at most."""

import hmac
import secrets
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from flask import Flask, Request, Response, current_app, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from appos.accounts.models import Account, Identity
from appos.records.models import SUPERUSERS
from appos.services import Services
from appos.web.address import is_trusted
from appos.web.state import KEY, State, state

if TYPE_CHECKING:
    from flask.sessions import SessionMixin

PREFIX = "/_/"
LIFETIME_SECONDS = 24 * 3600


class PanelCookie(SecureCookieSessionInterface):
    """Keeps the session to the panel: nothing outside /_/ reads it, and over HTTPS its cookie is Secure."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the session of the cookie under /_/, elsewhere an empty one."""
        if not request.path.startswith(PREFIX):
            return SecureCookieSession()
        return super().open_session(app, request)

    def get_cookie_secure(self, app: Flask) -> bool:
        """Whether the request came over HTTPS, here or at a proxy that is trusted."""
        return is_https()


def is_https() -> bool:
    """Whether the request came over HTTPS, here or at a proxy that is trusted."""
    proxies = state().services.config.trusted_proxies
    forwarded = request.headers.get("X-Forwarded-Proto", "").strip().lower() == "https"
    return request.is_secure or (forwarded and is_trusted(request.remote_addr or "", proxies))


class PanelUser(UserMixin):  # type: ignore[misc]
    """A superuser, as Flask-Login sees one."""

    def __init__(self, identity: Identity, key: str) -> None:
        self.identity = identity
        self._key = key

    def get_id(self) -> str:
        """Return what the session keeps: the account's id, sealed with its token key.

        A new password comes with a new token key, so it ends every session of the account.
        """
        return f"{self.identity.account.id}.{_seal(self.identity.account, self._key)}"


def _seal(account: Account, key: str) -> str:
    return hmac.digest(key.encode(), f"{account.id} {account.token_key}".encode(), "sha256").hex()


class Sessions(LoginManager):  # type: ignore[misc]
    """Flask-Login without its "remember me" cookie, and with an end to every session.

    The cookie holds the session, so one that was signed out is remembered here until it has expired.
    """

    def __init__(self, services: Services, key: str) -> None:
        super().__init__()
        self.session_protection = None
        self._services = services
        self._key = key
        self._ended: dict[str, float] = {}
        self.user_loader(self._user)

    def _update_remember_cookie(self, response: Response) -> Response:
        return response

    def _user(self, user_id: str) -> PanelUser | None:
        return self.find(user_id, str(session.get("sid", "")), int(session.get("since", 0)))

    def find(self, user_id: str, sid: str, since: int) -> PanelUser | None:
        """Return whose session this is; None if it has expired, was signed out or its password changed."""
        if sid in self._ended or not 0 <= time.time() - since <= LIFETIME_SECONDS:
            return None
        collection = self._services.collections.auth(SUPERUSERS)
        identity = self._services.accounts.find(collection, user_id.partition(".")[0])
        if identity is None:
            return None
        user = PanelUser(identity, self._key)
        return user if hmac.compare_digest(user.get_id().encode(), user_id.encode()) else None

    def begin(self, identity: Identity) -> None:
        """Open a new session for a superuser; nothing of the one before is kept."""
        self._forget(str(session.get("sid", "")))
        session.clear()
        session["sid"] = secrets.token_urlsafe(16)
        session["since"] = int(time.time())
        login_user(PanelUser(identity, self._key))
        g.identity = identity

    def end(self) -> None:
        """End the session, also for a copy of its cookie."""
        self._forget(str(session.get("sid", "")))
        logout_user()
        session.clear()

    def _forget(self, sid: str) -> None:
        now = time.monotonic()
        self._ended = {other: until for other, until in self._ended.items() if until > now}
        if sid:
            self._ended[sid] = now + LIFETIME_SECONDS

    def still(self) -> Callable[[], bool]:
        """Return a question that a stream may ask without a request: does this session still hold?"""
        user_id, sid = str(session.get("_user_id", "")), str(session.get("sid", ""))
        since = int(session.get("since", 0))
        return lambda: self.find(user_id, sid, since) is not None


def register(app: Flask) -> None:
    """Give the app the panel's sessions."""
    known: State = app.extensions[KEY]
    app.session_interface = PanelCookie()
    app.config["PERMANENT_SESSION_LIFETIME"] = LIFETIME_SECONDS
    Sessions(known.services, known.services.session_secret).init_app(app, add_context_processor=False)
    app.context_processor(lambda: {"csrf_token": csrf_token})


def sessions() -> Sessions:
    """Return the sessions of the current app."""
    return cast("Sessions", current_app.login_manager)  # type: ignore[attr-defined]


def session_identity() -> Identity | None:
    """Return the superuser whose session this request carries."""
    return current_user.identity if current_user.is_authenticated else None


def csrf_token() -> str:
    """Return the token that every form of this session has to bring back."""
    known: SessionMixin = session
    if "csrf" not in known:
        known["csrf"] = secrets.token_urlsafe(32)
    return str(known["csrf"])
