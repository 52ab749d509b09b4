"""Collections to test with."""

from typing import Any

from appos.audit.models import SYSTEM
from appos.records.collections import Collections, Removal
from appos.records.models import Collection
from appos.services import Services

TEXT = {"type": "text", "name": "title"}


def create(collections: Collections, name: str = "notes", *fields: dict[str, Any], **more: Any) -> Collection:
    """Create a collection with these fields."""
    return collections.create({"name": name, "fields": list(fields), **more}, SYSTEM)


def again(services: Services, remove_records: Removal | None = None) -> Collections:
    """Look a second time at the same collections."""
    return Collections(
        services.databases.data,
        services.audit,
        remove_records or services.records.deleter.truncate,
        lambda _: None,
    )
