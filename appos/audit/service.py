"""Writing and reading the audit trail."""

import dataset

from appos.audit import table
from appos.audit.models import Actor, Entry, Result
from appos.store.database import Database
from appos.store.query import ListQuery, Page
from appos.store.values import new_id, timestamp


class Audit:
    """Every change of state leaves an entry here; none is ever changed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(
        self,
        actor: Actor,
        action: str,
        subject: str = "",
        *,
        result: Result = Result.SUCCESS,
        detail: str = "",
        db: dataset.Database | None = None,
    ) -> None:
        """Append an entry; with `db`, in the transaction of the change. Never pass a secret."""
        entry = Entry(
            id=new_id(),
            actor=actor.label,
            actor_id=actor.id,
            action=action,
            subject=subject,
            address=actor.address,
            result=result,
            detail=detail,
            created=timestamp(),
        )
        if db is not None:
            table.insert_entry(db, entry)
            return
        with self._database.transaction() as own:
            table.insert_entry(own, entry)

    def page(self, query: ListQuery) -> Page[Entry]:
        """Return one page of the trail.

        Raises:
            InvalidError: `invalid_filter` or `unknown_field`.
        """
        with self._database.read() as db:
            return table.list_entries(db, query)
