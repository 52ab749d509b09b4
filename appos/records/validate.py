"""What is wrong with a collection that a client wants, in PocketBase's codes, words and nesting.

Source: PocketBase 0.36, validation of collections.
"""

import re
from collections.abc import Mapping, Sequence

import dataset
import msgspec

from appos.records.fields import Lookup, Problem
from appos.records.fields.problems import REQUIRED, problem
from appos.records.fields.rules import check_length, check_match, check_no_via, first, required, stated
from appos.records.models import Collection, CollectionType
from appos.records.validate_auth import auth_problems
from appos.records.validate_fields import field_problems
from appos.records.validate_indexes import index_problem
from appos.records.validate_rules import rule_problem
from appos.store import ddl

MOST_ID_BYTES = 100
MOST_NAME_BYTES = 255
_WORD = re.compile(r"\w+", re.ASCII)

# PocketBase's code for a query that makes no view: here none does.
_NO_VIEWS = problem(
    "validation_invalid_view_query", "Invalid query - view collections are not available; create a base one."
)


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What a collection is checked against: the open transaction, and the collections that there are.

    `view_query` is what the request says of a view, which no collection can be.
    """

    db: dataset.Database
    others: Sequence[Collection]
    lookup: Lookup
    view_query: str = ""


def collection_problems(
    new: Collection, original: Collection | None, around: Surroundings
) -> Mapping[str, Problem]:
    """Return what is wrong with a collection, by the names of its parts; `original` is None for a new one."""
    found = stated(
        {
            "id": _id_problem(new, around) if original is None else None,
            "system": _system_problem(new, original),
            "type": _type_problem(new, original),
            "name": _name_problem(new, original, around),
            "fields": field_problems(new, original, around.lookup),
            **{name: rule_problem(new, original, name, around.lookup) for name in RULES},
            "indexes": index_problem(new, original, around.db),
        }
    )
    if new.type == CollectionType.VIEW:
        found["viewQuery"] = required(around.view_query) or _NO_VIEWS
    return {**found, **auth_problems(new, original, around.lookup)}


RULES = ("listRule", "viewRule", "createRule", "updateRule", "deleteRule")


def _id_problem(new: Collection, around: Surroundings) -> Problem | None:
    if problem_ := first(
        required(new.id), check_length(new.id, 1, MOST_ID_BYTES), check_match(new.id, _WORD)
    ):
        return problem_
    if any(other.id == new.id for other in around.others):
        return problem("validation_invalid_or_existing_id", "The model id is invalid or already exists.")
    return None


def _system_problem(new: Collection, original: Collection | None) -> Problem | None:
    if original is None or new.system == original.system:
        return None
    return problem("validation_collection_system_flag_change", "System collection state cannot be changed.")


def _type_problem(new: Collection, original: Collection | None) -> Problem | None:
    if not new.type:
        return REQUIRED
    if new.type not in list(CollectionType):
        return problem("validation_in_invalid", "Must be a valid value.")
    if original is not None and new.type != original.type:
        return problem("validation_collection_type_change", "Collection type cannot be changed.")
    return None


def _name_problem(new: Collection, original: Collection | None, around: Surroundings) -> Problem | None:
    return first(
        required(new.name),
        check_length(new.name, 1, MOST_NAME_BYTES),
        check_no_via(new.name),
        check_match(new.name, _WORD),
        _rename_problem(new, original),
        _unique_problem(new, original, around),
    )


def _rename_problem(new: Collection, original: Collection | None) -> Problem | None:
    if original is None or not original.system or new.name == original.name:
        return None
    return problem("validation_collection_system_name_change", "System collection name cannot be changed.")


def _unique_problem(new: Collection, original: Collection | None, around: Surroundings) -> Problem | None:
    own_id = original.id if original else None
    if any(other.name.lower() == new.name.lower() and other.id != own_id for other in around.others):
        message = "Collection name must be unique (case insensitive)."
        return problem("validation_collection_name_exists", message)
    if any(other.id == new.name for other in around.others):
        message = "The name must not match an existing collection id."
        return problem("validation_collection_name_id_duplicate", message)
    is_same = original is not None and original.name.lower() == new.name.lower()
    if not is_same and ddl.has_table(around.db, new.name):
        message = "The name shouldn't match with an existing internal table."
        return problem("validation_collection_name_invalid", message)
    return None
