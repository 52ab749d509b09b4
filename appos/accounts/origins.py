"""Where accounts sign in from: a place that is new is told by mail.

Source: PocketBase 0.36, `authAlert` of auth collections and the records of `_authOrigins`.
"""

import hashlib

from appos.accounts.mails import AccountMails, Letter
from appos.accounts.models import Identity
from appos.audit.models import SYSTEM
from appos.ledger.models import Order
from appos.records.collections import Collections
from appos.records.models import Record
from appos.records.service import Records
from appos.store.database import Database
from appos.store.values import timestamp

COLLECTION = "_authOrigins"
MOST_ORIGINS = 5
MOST_AGENT = 300


class Origins:
    """Remembers the last places of each account, by an address and a browser."""

    def __init__(
        self, database: Database, collections: Collections, records: Records, mails: AccountMails
    ) -> None:
        self._database = database
        self._collections = collections
        self._records = records
        self._mails = mails

    def note(self, identity: Identity, address: str, agent: str) -> Order | None:
        """Note a sign-in, and return the mail job to queue if the place is new and not the first one."""
        collection = self._collections.find(COLLECTION)
        if collection is None or not identity.collection.auth_options.auth_alert.enabled:
            return None
        text = (address + agent[:MOST_AGENT]).encode()
        fingerprint = hashlib.md5(text, usedforsecurity=False).hexdigest()
        with self._database.transaction():
            known = [
                origin
                for (origin_id,) in self._database.fetch(
                    "SELECT id FROM _authOrigins WHERE collectionRef = :collection AND recordRef = :record "
                    "ORDER BY created DESC, _rowid_ DESC",
                    {"collection": identity.collection.id, "record": identity.account.id},
                )
                if (origin := self._records.find(collection, origin_id)) is not None
            ]
            here = [origin for origin in known if origin.values["fingerprint"] == fingerprint]
            if here:
                self._records.writer.change(here[0], {}, SYSTEM)
                return None
            self._forget(known)
            place = {"collectionRef": identity.collection.id, "recordRef": identity.account.id}
            self._records.writer.insert(collection, place | {"fingerprint": fingerprint}, SYSTEM)
        if not known or not identity.account.email:
            return None
        return self._mails.order(
            Letter.LOGIN_ALERT, identity, alertInfo=f"{timestamp()} - {address} {agent[:MOST_AGENT]}"
        )

    def _forget(self, known: list[Record]) -> None:
        for origin in known[MOST_ORIGINS - 1 :]:
            self._records.deleter.remove(origin, SYSTEM)
