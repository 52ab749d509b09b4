"""E-mail addresses of accounts: proving that one is theirs, and changing it.

Source: PocketBase 0.36, verification and e-mail change of auth collections.
"""

from appos.accounts import tokens
from appos.accounts.fields import WRONG_PASSWORD, length_problem, token_problem
from appos.accounts.mail import MailError
from appos.accounts.mails import AccountMails, Letter
from appos.accounts.models import Identity
from appos.accounts.passwords import check_password
from appos.accounts.service import Accounts, email_problems, refuse
from appos.errors import InvalidError
from appos.ledger.models import Order
from appos.records.auth_options import TokenKind
from appos.records.fields.problems import REQUIRED, Problem, problem
from appos.records.models import Collection

MOST_PASSWORD_BYTES = 100
VERIFIED_ALREADY = "All superusers are verified by default."
CHANGED_DIRECTLY = "All superusers can change their emails directly."
NOT_REQUESTED = "Failed to request email change."
NOT_CONFIRMED = "Failed to confirm email change."

NO_EMAIL = problem("validation_invalid_token_claims", "Missing email token claim.")
OTHER_EMAIL = problem(
    "validation_token_email_mismatch", "The record email doesn't match with the requested token claims."
)
NO_NEW_EMAIL = problem("validation_invalid_token_payload", "Invalid token payload - newEmail must be set.")
SAME_EMAIL = problem("validation_not_in_invalid", "Must not be in list.")
TAKEN_EMAIL = problem("validation_invalid_new_email", "Invalid new email address.")


class Addresses:
    """Requests and confirmations that concern an account's e-mail address."""

    def __init__(self, accounts: Accounts, mails: AccountMails) -> None:
        self._accounts = accounts
        self._mails = mails

    @staticmethod
    def require_users(collection: Collection) -> None:
        """Refuse superusers, who need no verification.

        Raises:
            InvalidError: `verified_already`.
        """
        if collection.is_superusers:
            raise InvalidError(VERIFIED_ALREADY, code="verified_already")

    @staticmethod
    def require_changes_by_mail(collection: Collection) -> None:
        """Refuse superusers, who change their addresses directly.

        Raises:
            InvalidError: `changed_directly`.
        """
        if collection.is_superusers:
            raise InvalidError(CHANGED_DIRECTLY, code="changed_directly")

    def request_verification(self, collection: Collection, email: str) -> Order | None:
        """Return the mail job to queue; None if there is nobody to verify, or a mail just went out.

        Raises:
            InvalidError: superusers need none; `validation_failed`.
        """
        self.require_users(collection)
        too_long = length_problem(email)
        refuse({"email": too_long} if too_long else email_problems(email))
        identity = self._accounts.find_by_email(collection, email)
        if identity is None or identity.account.verified:
            return None
        return self._mails.order(Letter.VERIFICATION, identity)

    def confirm_verification(self, collection: Collection, token: str, address: str) -> None:
        """Mark the account of a token as verified.

        Raises:
            InvalidError: superusers need none; `validation_failed`, with PocketBase's codes for the token.
        """
        self.require_users(collection)
        identity = self._accounts.proven(token, TokenKind.VERIFICATION) if token else None
        email = tokens.read_unverified(token).get("email") if token else None
        wrong = NO_EMAIL if token and not email else token_problem(token, identity, collection)
        if wrong is None and identity is not None and identity.account.email != email:
            wrong = OTHER_EMAIL
        refuse({"token": wrong} if wrong else {})
        if identity is not None and not identity.account.verified:
            self._accounts.change(identity, {"verified": True}, identity.actor(address))

    def request_change(self, identity: Identity, new_email: str) -> None:
        """Send a mail to the new address, whose link confirms the change.

        Raises:
            InvalidError: superusers need none; `validation_failed`; `mail_off` or `mail_failed`.
        """
        self.require_changes_by_mail(identity.collection)
        wrong = self._new_email_problem(identity, new_email)
        refuse({"newEmail": wrong} if wrong else {})
        try:
            self._mails.send_at_once(Letter.EMAIL_CHANGE, identity, newEmail=new_email)
        except MailError as error:
            raise InvalidError(NOT_REQUESTED, code=error.code) from error

    def _new_email_problem(self, identity: Identity, new_email: str) -> Problem | None:
        malformed = length_problem(new_email) or email_problems(new_email).get("email")
        if malformed:
            return malformed
        if new_email == identity.account.email:
            return SAME_EMAIL
        found = self._accounts.find_by_email(identity.collection, new_email)
        return TAKEN_EMAIL if found and found.account.id != identity.account.id else None

    def confirm_change(self, collection: Collection, token: str, password: str, address: str) -> None:
        """Give the account of a token its new address, and end its other tokens.

        Raises:
            InvalidError: superusers need none; `validation_failed`, with PocketBase's codes for token and
            password.
        """
        self.require_changes_by_mail(collection)
        new_email = str(tokens.read_unverified(token).get("newEmail") or "") if token else ""
        identity = self._accounts.proven(token, TokenKind.EMAIL_CHANGE) if token else None
        wrong_token = self._change_token_problem(collection, token, new_email, identity)
        wrong_password = length_problem(password, MOST_PASSWORD_BYTES) if password else REQUIRED
        if wrong_password is None:
            known = identity.account.password if identity and not wrong_token else None
            wrong_password = None if check_password(password, known) else WRONG_PASSWORD
        found = {"token": wrong_token, "password": wrong_password}
        refuse({name: wrong for name, wrong in found.items() if wrong})
        if identity is not None:
            self._confirm(identity, new_email, address)

    def _confirm(self, identity: Identity, new_email: str, address: str) -> None:
        changes = {"email": new_email, "verified": True}
        try:
            self._accounts.change(identity, changes, identity.actor(address))
        except InvalidError as error:
            raise InvalidError(NOT_CONFIRMED, code="validation_failed", fields=error.fields) from error

    def _change_token_problem(
        self, collection: Collection, token: str, new_email: str, identity: Identity | None
    ) -> Problem | None:
        if token and not new_email:
            return NO_NEW_EMAIL
        if token and self._accounts.find_by_email(collection, new_email):
            message = f"The new email address is already registered: {new_email}."
            return problem("validation_existing_token_email", message)
        return token_problem(token, identity, collection)
