"""Mails that show whether mail works, and what a template looks like."""

from collections.abc import Callable, Mapping
from typing import Any

from appos.accounts import letters, tokens
from appos.accounts.mail import Mailer, MailError
from appos.accounts.models import Account
from appos.errors import InvalidError
from appos.records.auth_options import AuthOptions, MailTemplate, TokenKind
from appos.records.collections import Collections
from appos.records.fields.problems import Problem, problem
from appos.records.fields.rules import check_length, first, required, stated
from appos.records.models import SUPERUSERS, Collection, Record
from appos.records.settings.service import SettingsService
from appos.records.settings.validate import check_email, check_in
from appos.store.values import random_text, timestamp

FAILED = "Failed to send the test email."
MOST_BYTES = 255
SAMPLE_OTP = "123456"

TEMPLATES: Mapping[str, tuple[Callable[[AuthOptions], MailTemplate], TokenKind | None]] = {
    "verification": (lambda options: options.verification_template, TokenKind.VERIFICATION),
    "password-reset": (lambda options: options.reset_password_template, TokenKind.PASSWORD_RESET),
    "email-change": (lambda options: options.confirm_email_change_template, TokenKind.EMAIL_CHANGE),
    "otp": (lambda options: options.otp.email_template, None),
    "login-alert": (lambda options: options.auth_alert.email_template, None),
}
"""The templates by the names that PocketBase gives them here, and the tokens that their links carry."""


class SampleMails:
    """Sends mails of an account that is none: its values name their fields, and its tokens prove nothing."""

    def __init__(self, collections: Collections, settings: SettingsService, mailer: Mailer) -> None:
        self._collections = collections
        self._settings = settings
        self._mailer = mailer

    def send(self, email: str, template: str, collection_name: str) -> None:
        """Send a sample of a collection's template; of the superusers' if no collection is named.

        Raises:
            InvalidError: `validation_failed` with what is wrong with the order, `mail_failed` with what the
                mail server said, `mail_off` without one. Source of the words: PocketBase 0.36,
                `POST /api/settings/test/email`.
        """
        collection = self._collections.find(collection_name or SUPERUSERS)
        problems = stated(
            {
                "email": first(required(email), check_length(email, 1, MOST_BYTES), check_email(email)),
                "template": first(required(template), check_in(template, TEMPLATES)),
                "collection": first(check_length(collection_name, 1, MOST_BYTES), _check_auth(collection)),
            }
        )
        if problems or collection is None:
            raise InvalidError(FAILED, code="validation_failed", fields=problems)
        settings = self._settings.read()
        if not settings.smtp.enabled:
            raise InvalidError(f"{FAILED} Raw error: \nNo mail server is enabled.", code="mail_off")
        find, kind = TEMPLATES[template]
        more = {"OTP": SAMPLE_OTP, "ALERT_INFO": f"{timestamp()} - TEST_IP TEST_USER_AGENT"}
        if kind is not None:
            more["TOKEN"] = _token(collection, kind, email)
        mail = letters.write(find(collection.auth_options), email, _record(collection, email), settings, more)
        try:
            self._mailer.send(mail, settings)
        except MailError as error:
            raise InvalidError(f"{FAILED} Raw error: \n{error.message}", code=error.code) from error


def _check_auth(collection: Collection | None) -> Problem | None:
    if collection is not None and collection.is_auth:
        return None
    return problem("validation_invalid_auth_collection", "Must be a valid auth collection id or name.")


def _record(collection: Collection, email: str) -> Record:
    record = Record.empty(collection)
    shown = [field for field in collection.fields if not field.hidden]
    record.values |= {field.name: field.cast(_sample(field.name)) for field in shown}
    record.values["email"] = email
    return record


def _sample(name: str) -> str:
    return f"__pb_test_{name}__"


def _token(collection: Collection, kind: TokenKind, email: str) -> str:
    nobody = Account(
        id=_sample("id"),
        email=email,
        email_visibility=False,
        verified=False,
        password="",
        token_key=random_text(50),
        created="",
        updated="",
    )
    new: dict[str, Any] = {"newEmail": email} if kind is TokenKind.EMAIL_CHANGE else {}
    return tokens.sign(nobody, collection, kind, email=email, **new)
