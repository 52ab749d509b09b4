"""Superusers, as the command line and `make` manage them."""

from appos.accounts.models import Identity
from appos.accounts.passwords import refuse_weak
from appos.accounts.resets import PasswordResets
from appos.accounts.service import Accounts
from appos.audit.models import SHELL
from appos.audit.service import Audit
from appos.config import Config
from appos.errors import NotFoundError
from appos.records.collections import Collections
from appos.records.models import SUPERUSERS


class Superusers:
    """Whoever has a shell on the machine may do this, and leaves a trace in the audit trail."""

    def __init__(
        self,
        config: Config,
        collections: Collections,
        accounts: Accounts,
        resets: PasswordResets,
        audit: Audit,
    ) -> None:
        self._config = config
        self._audit = audit
        self._collections = collections
        self._accounts = accounts
        self._resets = resets

    def create(self, email: str, password: str) -> None:
        """Create a superuser.

        Raises:
            InvalidError: `weak_password`, `validation_failed` or `not_unique`.
        """
        refuse_weak(password, email)
        self._accounts.create(self._collections.auth(SUPERUSERS), email, password, SHELL)

    def upsert(self, email: str, password: str) -> None:
        """Create a superuser, or set the password of the one there is.

        Raises:
            InvalidError: `weak_password` or `validation_failed`.
        """
        if self._accounts.find_by_email(self._collections.auth(SUPERUSERS), email):
            self.update(email, password)
        else:
            self.create(email, password)

    def update(self, email: str, password: str) -> None:
        """Set a superuser's password.

        Raises:
            NotFoundError: `superuser_not_found`.
            InvalidError: `weak_password`.
        """
        identity = self._find(email)
        refuse_weak(password, email)
        self._accounts.change(identity, {"password": password}, SHELL)

    def delete(self, email: str) -> None:
        """Delete a superuser.

        Raises:
            NotFoundError: `superuser_not_found`.
            InvalidError: `last_superuser`.
        """
        self._accounts.delete(self._find(email), SHELL)

    def reset_link(self, email: str) -> str:
        """Return a link that sets a superuser's password once.

        Raises:
            NotFoundError: `superuser_not_found`.
        """
        identity = self._find(email)
        self._audit.record(SHELL, "account.reset_link", f"{SUPERUSERS}:{identity.account.email}")
        return self._resets.link(identity, self._config.address)

    def _find(self, email: str) -> Identity:
        identity = self._accounts.find_by_email(self._collections.auth(SUPERUSERS), email)
        if identity is None:
            raise NotFoundError(f"There is no superuser {email!r}.", code="superuser_not_found")
        return identity
