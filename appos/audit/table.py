"""The tables of the audit trail and of the request logs."""

from collections.abc import Sequence

import dataset
import msgspec
import sqlalchemy as sa

from appos.audit.log_fields import LogFields
from appos.audit.models import Entry, HourCount, Request
from appos.store.database import Database, Row, execute, row
from appos.store.query import ListQuery, Page, list_page, paginate

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


def insert_requests(database: Database, requests: Sequence[Request]) -> None:
    """Append requests to the log, within a transaction: every request costs this, so it passes SQLAlchemy."""
    database.insert_many(LOGS.name, [_log_row(request) for request in requests])


def list_requests(db: dataset.Database, query: ListQuery) -> Page[Request]:
    """Return one page of the request log, newest first."""
    return list_page(db, LOGS, query, _request, default_sort="-created")


def search_requests(db: dataset.Database, query: ListQuery) -> Page[Request]:
    """Return one page of the request log, the oldest first, by fields that may lie within the data."""
    fields = LogFields(LOGS)
    where = fields.where(query.filter) if query.filter else None
    asked = msgspec.structs.replace(query, filter="")
    found, total = paginate(db, LOGS, asked, fields=fields, where=where, default_sort="@rowid")
    return Page.of([_request(each) for each in found], query, total)


def find_request(db: dataset.Database, request_id: str) -> Request | None:
    """Return a request of the log."""
    found = row(db, "SELECT * FROM _logs WHERE id = :id", id=request_id)
    return None if found is None else _request(found)


def count_by_hour(db: dataset.Database, filter_: str) -> list[HourCount]:
    """Return how many requests each hour has in which there were some, the earliest first."""
    date = sa.func.strftime("%Y-%m-%d %H:00:00.000Z", LOGS.c.created).label("date")
    total = sa.func.count().label("total")
    conditions = [LogFields(LOGS).where(filter_, max_bytes=None)] if filter_ else []
    query = sa.select(date, total).select_from(LOGS).where(*conditions).group_by(date).order_by(date)
    return [HourCount(date=hour, total=number) for hour, number in db.executable.execute(query).all()]


def delete_requests_before(db: dataset.Database, moment: str) -> int:
    """Delete the requests logged before a timestamp and return how many there were."""
    return execute(db, "DELETE FROM _logs WHERE created < :moment", moment=moment)


def _entry(found: Row) -> Entry:
    return msgspec.convert(found, Entry)


def _log_row(request: Request) -> Row:
    values: Row = msgspec.structs.asdict(request)
    return values | {"data": msgspec.json.encode(request.data).decode()}


def _request(found: Row) -> Request:
    return msgspec.convert(found | {"data": msgspec.json.decode(found["data"])}, Request)
