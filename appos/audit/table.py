"""The tables of the audit trail and of the request logs."""

import json
from collections.abc import Sequence

import dataset
import msgspec
import sqlalchemy as sa

from appos.audit.models import Entry, Request
from appos.store.database import Row, execute
from appos.store.query import ListQuery, Page, list_page

AUDIT = sa.table("audit", *(sa.column(field) for field in Entry.__struct_encode_fields__))
LOGS = sa.table(
    "_logs",
    sa.column("id"),
    sa.column("level"),
    sa.column("message"),
    sa.column("data"),
    sa.column("created"),
)


def insert_entry(db: dataset.Database, entry: Entry) -> None:
    """Append one entry to the trail."""
    db["audit"].insert(msgspec.to_builtins(entry))


def list_entries(db: dataset.Database, query: ListQuery) -> Page[Entry]:
    """Return one page of the trail, newest first."""
    return list_page(db, AUDIT, query, _entry, default_sort="-created")


def insert_requests(db: dataset.Database, requests: Sequence[Request]) -> None:
    """Append requests to the log."""
    db["_logs"].insert_many(
        [msgspec.to_builtins(request) | {"data": json.dumps(request.data)} for request in requests]
    )


def list_requests(db: dataset.Database, query: ListQuery) -> Page[Request]:
    """Return one page of the request log, newest first."""
    return list_page(db, LOGS, query, _request, default_sort="-created")


def delete_requests_before(db: dataset.Database, moment: str) -> int:
    """Delete the requests logged before a timestamp and return how many there were."""
    return execute(db, "DELETE FROM _logs WHERE created < :moment", moment=moment)


def _entry(found: Row) -> Entry:
    return msgspec.convert(found, Entry)


def _request(found: Row) -> Request:
    return msgspec.convert(found | {"data": json.loads(found["data"])}, Request)
