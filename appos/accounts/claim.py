"""The claim of a new installation: how its first superuser comes to be, once."""

import hmac
import logging

from appos.accounts import table
from appos.accounts.models import SignedIn
from appos.accounts.passwords import refuse_weak
from appos.accounts.service import (
    CLAIM_TOKEN,
    Accounts,
    email_problems,
    hash_for,
    password_problems,
    refuse,
)
from appos.audit.models import SYSTEM, Actor
from appos.config import Config, InitMode
from appos.errors import ConfigError, ConflictError, ForbiddenError, InvalidError
from appos.records.collections import Collections
from appos.records.models import SUPERUSERS
from appos.records.table import read_parameter
from appos.store.database import Database

log = logging.getLogger(__name__)


class Claim:
    """Open until the first superuser exists, then closed for ever by the one row that its table takes."""

    def __init__(
        self, config: Config, database: Database, collections: Collections, accounts: Accounts
    ) -> None:
        self._config = config
        self._database = database
        self._collections = collections
        self._accounts = accounts

    def is_open(self) -> bool:
        """Whether the installation waits for its first superuser."""
        with self._database.read() as db:
            return not table.is_claimed(db)

    def link(self) -> str:
        """Return the link that claims the installation, "" once it is claimed."""
        with self._database.read() as db:
            token = "" if table.is_claimed(db) else read_parameter(db, CLAIM_TOKEN)
        return f"{self._config.address}/setup#token={token}" if token else ""

    def init(self, email: str, password: str, token: str, actor: Actor) -> SignedIn:
        """Create the first superuser and close the claim.

        Raises:
            ConflictError: `already_claimed`.
            ForbiddenError: `wrong_token`.
            InvalidError: `validation_failed` or `weak_password`.
        """
        with self._database.read() as db:
            if table.is_claimed(db):
                raise _claimed()
            expected = str(read_parameter(db, CLAIM_TOKEN))
        if not hmac.compare_digest(expected.encode(), token.encode()):
            raise ForbiddenError(
                "The claim token is wrong; open the link that the log of AppOS shows.", code="wrong_token"
            )
        return self._create(email, password, actor)

    def _create(self, email: str, password: str, actor: Actor) -> SignedIn:
        problems = email_problems(email)
        if problems:
            raise InvalidError("The e-mail address is not valid.", code="validation_failed", fields=problems)
        refuse_weak(password, email)
        collection = self._collections.auth(SUPERUSERS)
        refuse(password_problems(collection, password))
        password_hash = hash_for(collection, password)
        with self._database.transaction() as db:
            # Asked again under the writer's lock: of many claims at once, one gets here first.
            if table.is_claimed(db):
                raise _claimed()
            account = self._accounts.insert(collection, email, password_hash, actor)
        identity = self._accounts.find(collection, account.id)
        if identity is None:
            raise _claimed()
        return self._accounts.signed_in(identity)

    def prepare(self) -> None:
        """At start: create the superuser that `INIT_MODE=auto` asks for, or show the link to claim.

        Raises:
            ConfigError: `config_invalid` if auto mode has no usable e-mail and password.
        """
        if not self.is_open():
            return
        if self._config.init_mode is InitMode.SETUP:
            log.info("setup_required", extra={"link": self.link()})
            return
        email, password = self._config.superuser_email, self._config.superuser_password
        missing = [
            name
            for name, value in (("SUPERUSER_EMAIL", email), ("SUPERUSER_PASSWORD", password))
            if not value
        ]
        if missing:
            raise ConfigError(f"INIT_MODE=auto needs {' and '.join(missing)}.")
        try:
            self._create(email, password, SYSTEM)
        except InvalidError as error:
            raise ConfigError(f"SUPERUSER_PASSWORD cannot be used. {error.message}") from error
        except ConflictError:
            log.info("claimed_meanwhile")


def _claimed() -> ConflictError:
    return ConflictError(
        "This installation has its superuser already; sign in, or run 'appos superuser reset EMAIL' there.",
        code="already_claimed",
    )
