"""References to records of a collection."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from appos.records.fields.base import OptionsContext, ValueContext
from appos.records.fields.lists import ListField
from appos.records.fields.problems import REQUIRED, Problem, problem
from appos.records.fields.rules import check_at_least, required, stated

if TYPE_CHECKING:
    import dataset

    from appos.records.models import Collection

# SQLite takes 32,766 bound values in a statement.
MOST_IDS_A_STATEMENT = 10_000


class RelationField(ListField, frozen=True, kw_only=True, tag="relation"):
    """The id of a record of another collection, or up to `max_select` ids."""

    collection_id: str = ""
    cascade_delete: bool = False
    min_select: int = 0
    required: bool = False

    def check_value(self, value: Any, context: ValueContext) -> Problem | None:
        """Return what is wrong with the ids; each must be a record's."""
        ids = self.items(value)
        if not ids:
            return REQUIRED if self.required else None
        return self._check_count(len(ids)) or self._check_records(ids, context)

    def check_options(self, context: OptionsContext) -> Mapping[str, Problem]:
        """Return what is wrong with the collection, which must be and stay one, and with the limits."""
        return stated(
            {
                **super().check_options(context),
                "collectionId": required(self.collection_id) or self._check_collection(context),
                "minSelect": check_at_least(self.min_select, 0),
                "maxSelect": (required(self.max_select) if self.min_select > 0 else None)
                or check_at_least(self.max_select, self.min_select),
            }
        )

    def _check_count(self, count: int) -> Problem | None:
        if 0 < self.min_select > count:
            return problem(
                "validation_not_enough_values",
                f"Select at least {self.min_select}.",
                minSelect=self.min_select,
            )
        most = max(self.max_select, 1)
        if count > most:
            return problem("validation_too_many_values", f"Select no more than {most}.", maxSelect=most)
        return None

    def _check_records(self, ids: list[str], context: ValueContext) -> Problem | None:
        collection = context.lookup(self.collection_id)
        if collection is None:
            return problem(
                "validation_missing_rel_collection",
                "Relation connection is missing or cannot be accessed.",
            )
        if _count(context.db, collection, ids) != len(ids):
            return problem(
                "validation_missing_rel_records",
                "Failed to find all relation records with the provided ids.",
            )
        return None

    def _check_collection(self, context: OptionsContext) -> Problem | None:
        stored = context.original.by_id.get(self.id) if context.original else None
        if isinstance(stored, RelationField) and stored.collection_id != self.collection_id:
            return problem("validation_field_relation_change", "The relation collection cannot be changed.")
        related = context.lookup(self.collection_id)
        if related is None or related.id != self.collection_id:
            return problem(
                "validation_field_relation_missing_collection", "The relation collection doesn't exist."
            )
        if related.type == "view" != context.collection.type:
            return problem(
                "validation_relation_field_non_view_base_collection",
                "Only view collections are allowed to have relations to other views.",
            )
        return None


def _count(db: "dataset.Database", collection: "Collection", ids: list[str]) -> int:
    """Return how many of the ids are those of records."""
    table = sa.table(collection.name, sa.column("id"))
    parts = (ids[start : start + MOST_IDS_A_STATEMENT] for start in range(0, len(ids), MOST_IDS_A_STATEMENT))
    counted = sa.select(sa.func.count()).select_from(table)
    return sum(db.executable.execute(counted.where(table.c.id.in_(part))).scalar_one() for part in parts)
