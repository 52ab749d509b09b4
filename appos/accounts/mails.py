"""Mails to accounts, sent by jobs or at once; the token in a mail is made with it: no job holds one."""

import time
from collections.abc import Callable
from enum import StrEnum
from typing import Any

import msgspec

from appos.accounts import letters, tokens
from appos.accounts.mail import Mail, Mailer, MailError
from appos.accounts.models import Identity
from appos.accounts.service import Accounts
from appos.errors import NotFoundError
from appos.ledger.models import Order
from appos.ledger.run import Run
from appos.records.auth_options import AuthOptions, MailTemplate, TokenKind
from appos.records.collections import Collections
from appos.records.settings.service import SettingsService

# How long an account waits for the same mail once more. Source: PocketBase 0.36.
RESEND_SECONDS = 120.0


class Letter(StrEnum):
    """What a mail is about; the value is the kind of the job that sends it, where one does."""

    PASSWORD_RESET = "mail.password_reset"  # noqa: S105 - the name of a job
    VERIFICATION = "mail.verification"
    EMAIL_CHANGE = "mail.email_change"
    LOGIN_ALERT = "mail.login_alert"


class _Form(msgspec.Struct, frozen=True):
    template: Callable[[AuthOptions], MailTemplate]
    token: TokenKind | None = None
    # Whether another one follows at once, however often it is asked for.
    is_unlimited: bool = False


_FORMS = {
    Letter.PASSWORD_RESET: _Form(lambda it: it.reset_password_template, TokenKind.PASSWORD_RESET),
    Letter.VERIFICATION: _Form(lambda it: it.verification_template, TokenKind.VERIFICATION),
    Letter.EMAIL_CHANGE: _Form(lambda it: it.confirm_email_change_template, TokenKind.EMAIL_CHANGE),
    Letter.LOGIN_ALERT: _Form(lambda it: it.auth_alert.email_template, is_unlimited=True),
}


class AccountMails:
    """Orders and sends the mails of accounts."""

    def __init__(
        self, accounts: Accounts, collections: Collections, settings: SettingsService, mailer: Mailer
    ) -> None:
        self._accounts = accounts
        self._collections = collections
        self._settings = settings
        self._mailer = mailer
        self._sent: dict[tuple[Letter, str], float] = {}

    def order(self, letter: Letter, identity: Identity, **more: str) -> Order | None:
        """Return the job to queue; None without a mail server, or if the same mail just went out.

        `more` is what the mail needs besides the account: `alertInfo`.
        """
        if not self._settings.read().smtp.enabled or not self._is_due(letter, identity):
            return None
        args = {"collection": identity.collection.id, "account": identity.account.id, **more}
        return Order(kind=letter.value, args=args)

    def _is_due(self, letter: Letter, identity: Identity) -> bool:
        if _FORMS[letter].is_unlimited:
            return True
        key, now = (letter, f"{identity.collection.id}/{identity.account.id}"), time.monotonic()
        if now - self._sent.get(key, -RESEND_SECONDS) < RESEND_SECONDS:
            return False
        self._sent = {other: sent for other, sent in self._sent.items() if now - sent < RESEND_SECONDS}
        self._sent[key] = now
        return True

    def send(self, run: Run) -> None:
        """Send the mail that a job was ordered for; its token is made here, so that no job ever holds one.

        Raises:
            NotFoundError: `account_gone`.
            MailError: `mail_failed`.
        """
        args = {name: str(value) for name, value in run.job.args.items()}
        identity = self._accounts.find(self._collections.auth(args["collection"]), args["account"])
        if identity is None:
            raise NotFoundError("The account was deleted before its mail was sent.", code="account_gone")
        mail = self._write(Letter(run.job.kind), identity, args)
        run.step("send", lambda: self._mailer.send(mail, self._settings.read()))

    def send_at_once(self, letter: Letter, identity: Identity, **more: str) -> None:
        """Send a mail while somebody waits for it; `more` is what it needs besides the account: `newEmail`.

        Raises:
            MailError: `mail_off` without a mail server, `mail_failed` with what it said.
        """
        settings = self._settings.read()
        if not settings.smtp.enabled:
            raise MailError("No mail server is enabled.", code="mail_off")
        self._mailer.send(self._write(letter, identity, more), settings)

    def _write(self, letter: Letter, identity: Identity, args: dict[str, str]) -> Mail:
        account, form = identity.account, _FORMS[letter]
        more = {"ALERT_INFO": args.get("alertInfo", "")} if letter is Letter.LOGIN_ALERT else {}
        new: dict[str, Any] = {"newEmail": args["newEmail"]} if letter is Letter.EMAIL_CHANGE else {}
        if form.token is not None:
            more["TOKEN"] = tokens.sign(account, identity.collection, form.token, email=account.email, **new)
        template = form.template(identity.collection.auth_options)
        to = new.get("newEmail", account.email)
        return letters.write(template, to, identity.record, self._settings.read(), more)
