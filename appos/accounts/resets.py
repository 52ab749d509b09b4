"""Setting a password anew: by a link in a mail, or one printed on the machine itself."""

from appos.accounts import tokens
from appos.accounts.fields import UNEQUAL, length_problem, token_problem
from appos.accounts.mails import AccountMails, Letter
from appos.accounts.models import Identity
from appos.accounts.service import Accounts, refuse
from appos.errors import InvalidError
from appos.ledger.models import Order
from appos.records.auth_options import TokenKind
from appos.records.fields.password import PasswordField
from appos.records.fields.problems import REQUIRED, Problem
from appos.records.models import Collection

NOT_SET = "Failed to set new password."


class PasswordResets:
    """Requests and confirmations of password resets."""

    def __init__(self, accounts: Accounts, mails: AccountMails) -> None:
        self._accounts = accounts
        self._mails = mails

    def request(self, collection: Collection, email: str) -> Order | None:
        """Return the mail job to queue; None without account or mail server, or if one just went out."""
        identity = self._accounts.find_by_email(collection, email)
        return self._mails.order(Letter.PASSWORD_RESET, identity) if identity else None

    def link(self, identity: Identity, address: str) -> str:
        """Return a link that sets an account's password once; for the machine's own terminal alone."""
        account = identity.account
        token = tokens.sign(account, identity.collection, TokenKind.PASSWORD_RESET, email=account.email)
        return f"{address}/_/reset#token={token}"

    def confirm(
        self, collection: Collection, token: str, password: str, password_confirm: str, address: str
    ) -> Identity:
        """Set a new password; the token dies with the old one.

        Raises:
            InvalidError: `validation_failed`, with PocketBase's codes for token, password and
            passwordConfirm.
        """
        identity = self._accounts.proven(token, TokenKind.PASSWORD_RESET) if token else None
        if identity and tokens.read_unverified(token).get("email") != identity.account.email:
            identity = None
        problems = _password_problems(collection, password, password_confirm)
        wrong = token_problem(token, identity, collection)
        refuse(problems | ({"token": wrong} if wrong else {}))
        if identity is None:
            raise InvalidError(NOT_SET, code="validation_failed")
        try:
            self._accounts.change(identity, {"password": password, "verified": True}, identity.actor(address))
        except InvalidError as error:
            raise InvalidError(NOT_SET, code="validation_failed", fields=error.fields) from error
        return identity


def _password_problems(collection: Collection, password: str, password_confirm: str) -> dict[str, Problem]:
    field = collection.field("password")
    least = field.min if isinstance(field, PasswordField) else 0
    values = {"password": password, "passwordConfirm": password_confirm}
    problems: dict[str, Problem] = {name: REQUIRED for name, value in values.items() if not value}
    too_long = length_problem(password, least=max(1, least))
    if too_long:
        problems["password"] = too_long
    if password_confirm and password_confirm != password:
        problems["passwordConfirm"] = UNEQUAL
    return problems
