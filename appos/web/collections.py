"""PocketBase's routes of collections, for superusers alone."""

from typing import Any

import msgspec
from flask import Blueprint, Response

from appos.errors import InvalidError
from appos.records.collection_drafts import LOADING_TYPE
from appos.records.document import document
from appos.records.fields.problems import REQUIRED, problem
from appos.records.loading import INVALID, load
from appos.records.models import Collection
from appos.store.query import ListQuery, Page
from appos.web.bodies import collection_body
from appos.web.collection_shapes import CollectionBody, CollectionShown, Scaffolds
from appos.web.describe import describe
from appos.web.state import actor, state
from appos.web.wire import LOADING, UNSUPPORTED, answer, list_query, no_content

bp = Blueprint("collections", __name__, url_prefix="/api/collections")

VALIDATING = "An error occurred while validating the submitted data."
UNAVAILABLE = problem(
    "validation_collections_import_failure",
    "Importing collections is not available; create and update them one by one.",
)


class ImportRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Collections as documents, and whether all others are to be deleted."""

    collections: tuple[dict[str, Any], ...] = ()
    delete_missing: bool = False


@bp.get("")
@describe(query=ListQuery, answers={200: Page[CollectionShown]}, errors=(400,))
def index() -> Response:
    """List collections."""
    page = state().services.collections.page(list_query())
    return answer(msgspec.structs.replace(page, items=[document(found) for found in page.items]))


@bp.post("")
@describe(body=CollectionBody, answers={200: CollectionShown}, errors=(400,))
def create() -> Response:
    """Create a collection with its table."""
    return answer(document(state().services.collections.create(collection_body(LOADING_TYPE), actor())))


@bp.get("/meta/scaffolds")
@describe(answers={200: Scaffolds})
def scaffolds() -> Response:
    """Show what a new collection of each type has."""
    return answer(state().services.collections.scaffolds())


@bp.put("/import")
@describe(body=ImportRequest, answers={}, errors=(400,))
def import_() -> Response:
    """Refuse to import collections, in PocketBase's words for imports that cannot be done.

    Raises:
        InvalidError: always.
    """
    body = collection_body(LOADING, unsupported=UNSUPPORTED)
    if not load(ImportRequest(), body, message=LOADING).collections:
        raise InvalidError(VALIDATING, code="validation_failed", fields={"collections": REQUIRED})
    raise InvalidError(
        "Failed to import collections.", code="unavailable", fields={"collections": UNAVAILABLE}
    )


@bp.get("/<collection>")
@describe(answers={200: CollectionShown}, errors=(404,))
def show(collection: str) -> Response:
    """Show one collection."""
    return answer(document(_found(collection)))


@bp.patch("/<collection>")
@describe(body=CollectionBody, answers={200: CollectionShown}, errors=(400, 404))
def update(collection: str) -> Response:
    """Change a collection, and its table with it."""
    found, services = _found(collection), state().services
    changed = services.collections.update(found, collection_body(INVALID, found), actor())
    if changed.name != found.name:
        services.settings.relabel(found.name, changed.name, actor())
    return answer(document(changed))


@bp.delete("/<collection>")
@describe(answers={204: None}, errors=(400, 404))
def delete(collection: str) -> Response:
    """Delete a collection with all its records."""
    state().services.collections.delete(_found(collection), actor())
    return no_content()


@bp.delete("/<collection>/truncate")
@describe(answers={204: None}, errors=(400, 404))
def truncate(collection: str) -> Response:
    """Delete all records of a collection."""
    state().services.collections.truncate(_found(collection), actor())
    return no_content()


def _found(name: str) -> Collection:
    found: Collection = state().services.collections.get(name)
    return found
