"""Incoming webhooks: one an app, by which somebody else's program has it updated."""

import hashlib
import hmac
import secrets
from pathlib import Path

import msgspec

from appos.accounts.limiter import FailureLimiter
from appos.apps.models import App
from appos.apps.service import Apps
from appos.audit.models import Actor
from appos.audit.service import Audit
from appos.errors import NotFoundError, StoreError, UnauthenticatedError
from appos.store.cipher import Cipher
from appos.store.values import timestamp
from appos.store.whole_file import write_whole

FILE = "webhook.json"
SECRET_BYTES = 32
# Source: GitHub, "Validating webhook deliveries".
SCHEME = "sha256="
# Compared with where there is no secret, so that an answer takes as long.
_NONE = secrets.token_urlsafe(SECRET_BYTES)


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """How a call shows that it may: a signature of its body, or the secret itself."""

    signature: str = ""
    secret: str = ""

    def __repr__(self) -> str:
        """Leave both out."""
        return "Proof()"


class _Kept(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    secret: str
    created: str
    created_by: str

    def __repr__(self) -> str:
        return f"_Kept(created={self.created!r})"


class Webhooks:
    """The webhooks of all apps; each lies beside what is known of its app, and goes with it."""

    def __init__(self, apps: Apps, cipher: Cipher, audit: Audit) -> None:
        self._apps = apps
        self._cipher = cipher
        self._audit = audit
        self._limiter = FailureLimiter()

    def make(self, app: App, actor: Actor) -> str:
        """Give an app a webhook, and return its secret, which is told this once; the one before ends."""
        secret = secrets.token_urlsafe(SECRET_BYTES)
        kept = _Kept(secret=self._cipher.encrypt(secret), created=timestamp(), created_by=actor.label)
        write_whole(self._path(app), msgspec.json.encode(kept))
        self._audit.record(actor, "app.webhook.make", app.name)
        return secret

    def remove(self, app: App, actor: Actor) -> None:
        """Take an app's webhook away.

        Raises:
            NotFoundError: `webhook_not_found`.
        """
        try:
            self._path(app).unlink()
        except FileNotFoundError as error:
            raise NotFoundError(f"{app.name!r} has no webhook.", code="webhook_not_found") from error
        self._audit.record(actor, "app.webhook.remove", app.name)

    def called(self, app_id: str, body: bytes, proof: Proof, address: str) -> App:
        """Return the app that a call may update.

        Whether the app, its webhook or the proof is wrong is not told: it would tell which apps there are.

        Raises:
            UnauthenticatedError: `webhook_refused`.
            TooManyRequestsError: the address, or all that call this app, failed too often.
        """
        self._limiter.check(app_id, address)
        app = self._found(app_id)
        secret = self._secret(app) if app is not None else None
        if not _holds(proof, body, secret or _NONE) or app is None or secret is None:
            self._limiter.failed(app_id, address)
            message = "There is no such webhook, or the call is not signed with its secret."
            raise UnauthenticatedError(message, code="webhook_refused")
        return app

    def _found(self, app_id: str) -> App | None:
        try:
            return self._apps.find(app_id)
        except NotFoundError:
            return None

    def _secret(self, app: App) -> str | None:
        try:
            kept = msgspec.json.decode(self._path(app).read_bytes(), type=_Kept)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError) as error:
            message = f"The webhook of {app.name!r} cannot be read; make it anew."
            raise StoreError(message, code="webhook_unreadable") from error
        return self._cipher.decrypt(kept.secret)

    def _path(self, app: App) -> Path:
        return self._apps.store.own(app.name) / FILE


def _holds(proof: Proof, body: bytes, secret: str) -> bool:
    """Whether a proof is good, in a time that does not depend on how wrong it is."""
    if proof.signature:
        right = SCHEME + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(proof.signature.encode(), right.encode())
    return hmac.compare_digest(proof.secret.encode(), secret.encode())
