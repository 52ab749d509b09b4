"""PocketBase's routes of records, under /api/collections/<collection>/records."""

from typing import Any

import msgspec
from flask import Blueprint, Response, request

from appos.records.changes import Body
from appos.records.models import Collection
from appos.store.query import ListQuery, Page
from appos.web.describe import describe
from appos.web.requestinfo import body_values, request_info
from appos.web.shortcut import FAILED
from appos.web.state import actor, state
from appos.web.uploads import uploads
from appos.web.wire import list_query, no_content

bp = Blueprint("records", __name__, url_prefix="/api/collections/<collection>/records")


# PocketBase finds out how large a body may be before anything else, and words it so.
LIMITED = "Missing or invalid collection context."


# The fields of a record are those of its collection.
RecordShown = dict[str, Any]
FORMS = ("application/json", "multipart/form-data")


class ShowQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which relations are shown with the record, and which of its fields."""

    expand: str = ""
    fields: str = ""


class RecordsQuery(ListQuery, frozen=True, kw_only=True, rename="camel"):
    """What is asked of a list, and what is shown of each record."""

    expand: str = ""
    fields: str = ""


@bp.get("")
@describe(query=RecordsQuery, answers={200: Page[RecordShown]}, errors=(400, 403, 404))
def index(collection: str) -> Response:
    """List the records that the one who asks may see."""
    found = _collection(collection)
    return _answer(state().services.records.page(found, list_query(), request_info()))


@bp.get("/<record_id>")
@describe(query=ShowQuery, answers={200: RecordShown}, errors=(400, 403, 404))
def show(collection: str, record_id: str) -> Response:
    """Show one record."""
    return _answer(state().services.records.view(_collection(collection), record_id, request_info()))


@bp.post("")
@describe(
    query=ShowQuery, body=RecordShown, body_media=FORMS, answers={200: RecordShown}, errors=(400, 403, 404)
)
def create(collection: str) -> Response:
    """Create a record."""
    _raise_failure()
    found = _collection(collection, LIMITED)
    return _answer(state().services.records.create(found, _body(found), request_info(), actor()))


@bp.patch("/<record_id>")
@describe(
    query=ShowQuery, body=RecordShown, body_media=FORMS, answers={200: RecordShown}, errors=(400, 403, 404)
)
def update(collection: str, record_id: str) -> Response:
    """Change a record."""
    _raise_failure()
    found = _collection(collection, LIMITED)
    records = state().services.records
    return _answer(records.update(found, record_id, _body(found), request_info(), actor()))


@bp.delete("/<record_id>")
@describe(answers={204: None}, errors=(400, 403, 404))
def delete(collection: str, record_id: str) -> Response:
    """Delete a record."""
    state().services.records.delete(_collection(collection), record_id, request_info(), actor())
    return no_content()


def _raise_failure() -> None:
    """Raise what the write of this request has failed with already."""
    error = request.environ.get(FAILED)
    if error is not None:
        raise error


def _collection(name: str, message: str = "Missing collection context.") -> Collection:
    return state().services.collections.get(name, message)


def _body(collection: Collection) -> Body:
    if request.max_content_length is not None:
        request.max_content_length += sum(field.body_bytes for field in collection.fields)
    return Body(values=body_values(), uploads=uploads(collection))


def _answer(body: bytes) -> Response:
    return Response(body, mimetype="application/json")
