"""What may be known of a record, asked of the stored records."""

from msgspec.structs import replace

from appos.errors import InvalidError
from appos.records.models import Action, Collection, Record, RequestInfo
from appos.records.reading import Reader

# The collection in which jobs are records.
JOBS = "jobs"


class Access:
    """Answers for the audience of a change; see `events.Records`."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def visible(self, record: Record, action: Action, info: RequestInfo) -> bool:
        """Whether the stored record satisfies the rule of the action, and the `filter` of the query.

        A rule that cannot be understood any more, since a field it names has gone, is not satisfied.
        """
        collection, info = record.collection, self._now(info)
        try:
            is_allowed = self._reader.visible(collection, record.id, collection.rule(action), info)
        except InvalidError:
            return False
        return is_allowed and (
            not info.query.get("filter") or self._reader.matches(collection, record.id, info)
        )

    def show(self, record: Record, info: RequestInfo) -> bytes | None:
        """Return the stored record as JSON, as `info` sees it; None if it is stored no more."""
        shown = self._reader.show(record.collection, record.id, self._now(info))
        return shown.rstrip(b"\n") if shown is not None else None

    def current(self, account: Record) -> Record | None:
        """Return an account as it is stored now; None if the tokens that it had are dead."""
        collection = self._collection(account)
        found = self._reader.find(collection, account.id) if collection is not None else None
        if found is None or found.values["tokenKey"] != account.values["tokenKey"]:
            return None
        return found

    def _now(self, info: RequestInfo) -> RequestInfo:
        """Return `info` with the collection of its account as that is now; a dead one leaves a stranger."""
        auth = info.auth
        if auth is None:
            return info
        collection = self._collection(auth)
        if collection is auth.collection:
            return info
        return replace(info, auth=Record(collection, auth.values) if collection is not None else None)

    def _collection(self, account: Record) -> Collection | None:
        """Return the collection of an account as it is now; None if it has gone, or signs otherwise."""
        before, found = account.collection, self._reader.collections.find(account.collection.id)
        if found is None or not found.is_auth:
            return None
        is_same = found.auth_options.auth_token.secret == before.auth_options.auth_token.secret
        return found if is_same else None

    def job(self, job_id: str) -> Record | None:
        """Return the record of a job; None if there is none."""
        collection = self._reader.collections.find(JOBS)
        return self._reader.find(collection, job_id) if collection is not None else None
