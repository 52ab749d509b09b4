"""A collection as JSON, in the shape in which clients see it.

Source: PocketBase 0.36, "Collection" of the collections API.
"""

from typing import Any

import msgspec

from appos.records.auth_options import AuthOptions, TokenKind
from appos.records.fields import Field
from appos.records.models import Collection

Document = dict[str, Any]


def document(collection: Collection) -> Document:
    """Return what a superuser sees of a collection: all but the secrets of its tokens and providers."""
    shown: Document = {
        "id": collection.id,
        "listRule": collection.list_rule,
        "viewRule": collection.view_rule,
        "createRule": collection.create_rule,
        "updateRule": collection.update_rule,
        "deleteRule": collection.delete_rule,
        "name": collection.name,
        "type": collection.type,
        "fields": [field_document(field) for field in collection.fields],
        "indexes": list(collection.indexes),
        "created": collection.created,
        "updated": collection.updated,
        "system": collection.system,
    }
    return shown | _auth_document(collection.auth) if collection.auth else shown


def field_document(field: Field) -> Document:
    """Return a field with all its options, in the order of their names."""
    return dict(sorted(_plain(field).items()))


def _plain(struct: msgspec.Struct) -> Document:
    shown: Document = msgspec.json.decode(msgspec.json.encode(struct))
    return shown


def _auth_document(auth: AuthOptions) -> Document:
    shown = _plain(auth)
    for kind in TokenKind:
        del shown[f"{kind}Token"]["secret"]
    for provider in shown["oauth2"]["providers"]:
        del provider["clientSecret"]
    return shown
