"""Setting a password anew: by a link in a mail, or one printed on the machine itself."""

import html
import time

from appos.accounts import tokens
from appos.accounts.mail import Mail, Mailer
from appos.accounts.models import Identity
from appos.accounts.service import Accounts, password_problems
from appos.errors import FieldErrors, InvalidError, NotFoundError
from appos.ledger.models import Order
from appos.ledger.run import Run
from appos.records.auth_options import TokenKind
from appos.records.models import Collection
from appos.records.collections import Collections
from appos.records.settings.service import SettingsService

RESEND_SECONDS = 120.0
MAIL_JOB = "mail.password_reset"


class PasswordResets:
    """Requests, mails and confirmations of password resets."""

    def __init__(
        self, accounts: Accounts, collections: Collections, settings: SettingsService, mailer: Mailer
    ) -> None:
        self._accounts = accounts
        self._collections = collections
        self._settings = settings
        self._mailer = mailer
        self._sent: dict[str, float] = {}

    def request(self, collection: Collection, email: str) -> Order | None:
        """Return the mail job to queue; None without account or mail server, or if one just went out."""
        identity = self._accounts.find_by_email(collection, email)
        if identity is None or not self._settings.read().smtp.enabled:
            return None
        key, now = identity.account.id, time.monotonic()
        if now - self._sent.get(key, -RESEND_SECONDS) < RESEND_SECONDS:
            return None
        self._sent = {other: sent for other, sent in self._sent.items() if now - sent < RESEND_SECONDS}
        self._sent[key] = now
        return Order(kind=MAIL_JOB, args={"collection": collection.id, "account": key})

    def send_mail(self, run: Run) -> None:
        """Send the mail with the link; the token is made here, so that no job ever holds one.

        Raises:
            NotFoundError: the account is gone.
            MailError: `mail_failed`.
        """
        collection = self._collections.auth(str(run.job.args["collection"]))
        identity = self._accounts.find(collection, str(run.job.args["account"]))
        if identity is None:
            raise NotFoundError("The account was deleted before its mail was sent.", code="account_gone")
        settings = self._settings.read()
        template = collection.auth_options.reset_password_template
        values = {
            "{APP_NAME}": settings.meta.app_name,
            "{APP_URL}": settings.meta.app_url.rstrip("/"),
            "{TOKEN}": self._token(identity),
        }
        subject, body = template.subject, template.body
        for name, value in values.items():
            subject, body = subject.replace(name, value), body.replace(name, html.escape(value))
        mail = Mail(to=identity.account.email, subject=subject, html=body)
        run.step("send", lambda: self._mailer.send(mail, settings))

    def link(self, identity: Identity, address: str) -> str:
        """Return a link that sets an account's password once; for the machine's own terminal alone."""
        return f"{address}/_/reset#token={self._token(identity)}"

    @staticmethod
    def _token(identity: Identity) -> str:
        return tokens.sign(
            identity.account, identity.collection, TokenKind.PASSWORD_RESET, email=identity.account.email
        )

    def confirm(
        self, collection: Collection, token: str, password: str, password_confirm: str, address: str
    ) -> Identity:
        """Set a new password; the token dies with the old one.

        Raises:
            InvalidError: `validation_failed`, with PocketBase's codes for token, password and
            passwordConfirm.
        """
        identity = self._accounts.identify_for_reset(token) if token else None
        problems = {
            **_password_problems(password, password_confirm),
            **_token_problems(token, identity, collection),
        }
        if problems or identity is None:
            raise InvalidError(
                "An error occurred while validating the submitted data.",
                code="validation_failed",
                fields=problems,
            )
        refused = password_problems(password)
        if refused:
            raise InvalidError("Failed to set new password.", code="validation_failed", fields=refused)
        self._accounts.change(identity, {"password": password, "verified": True}, identity.actor(address))
        return identity


_BLANK: dict[str, object] = {"code": "validation_required", "message": "Cannot be blank."}


def _token_problems(token: str, identity: Identity | None, collection: Collection) -> FieldErrors:
    if not token:
        return {"token": _BLANK}
    if identity is None:
        return {"token": {"code": "validation_invalid_token", "message": "Invalid or expired token."}}
    if identity.collection.id != collection.id:
        message = "The provided token is for different auth collection."
        return {"token": {"code": "validation_token_collection_mismatch", "message": message}}
    return {}


def _password_problems(password: str, password_confirm: str) -> FieldErrors:
    values = {"password": password, "passwordConfirm": password_confirm}
    problems = {name: _BLANK for name, value in values.items() if not value}
    if password and not 8 <= len(password.encode()) <= 255:
        problems["password"] = {
            "code": "validation_length_out_of_range",
            "message": "The length must be between 8 and 255.",
            "params": {"max": 255, "min": 8},
        }
    if password_confirm and password_confirm != password:
        problems["passwordConfirm"] = {
            "code": "validation_values_mismatch",
            "message": "Values don't match.",
        }
    return problems
