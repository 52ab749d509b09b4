"""What is wrong with the indexes of a collection."""

import dataset
from msgspec.structs import replace

from appos.records.fields import Problem
from appos.records.fields.problems import problem
from appos.records.indexes import Index, parse_index, unique_index
from appos.records.models import Collection, CollectionType
from appos.store import ddl

# Stands in places that make no difference, when definitions are compared.
_ANY = "any"
# Accounts are found by these, so no two of them may share a value.
REQUIRED_FIELDS = ("tokenKey", "email")


def index_problem(new: Collection, original: Collection | None, db: dataset.Database) -> Problem | None:
    """Return the first thing that is wrong with the indexes; SQLite has its say when they are created."""
    if new.type == CollectionType.VIEW and new.indexes:
        return problem("validation_indexes_not_supported", "View collections don't support indexes.")
    indexes = [parse_index(text) for text in new.indexes]
    tables = {new.name.lower(), original.name.lower() if original else ""}
    names: set[str] = set()
    definitions: set[str] = set()
    for place, index in enumerate(indexes):
        if found := _one_problem(index, names, definitions, tables, db):
            return {str(place): found}
        names.add(index.name.lower())
        definitions.add(_definition(index))
    return _changed_problem(indexes, original) or _missing_problem(new)


def _one_problem(
    index: Index, names: set[str], definitions: set[str], tables: set[str], db: dataset.Database
) -> Problem | None:
    if not index.renamed(table=_ANY).is_valid:
        return problem("validation_invalid_index_expression", "Invalid CREATE INDEX expression.")
    if index.name.lower() in names:
        return problem("validation_duplicated_index_name", "The index name already exists.")
    table = ddl.table_of_index(db, index.name)
    if table and table.lower() not in tables:
        message = f"The index name is already used in {table} collection."
        return problem("validation_existing_index_name", message, usedTableName=table)
    if _definition(index) in definitions:
        return problem("validation_duplicated_index_definition", "The index definition already exists.")
    return None


def _definition(index: Index) -> str:
    return replace(index, name=_ANY, table=_ANY, schema=_ANY).sql


def _constraint(index: Index) -> str:
    """Return what of an index makes values unique: not its names, not how it sorts, not for which rows."""
    columns = tuple(replace(column, collate="", sort="") for column in index.columns)
    return replace(index, name=_ANY, table=_ANY, schema=_ANY, where="", columns=columns).sql


def _changed_problem(indexes: list[Index], original: Collection | None) -> Problem | None:
    """Demand that every unique index on a system field stays."""
    if original is None:
        return None
    kept = {_constraint(index) for index in indexes}
    system = {field.name.lower(): field.name for field in original.fields if field.system}
    for index in map(parse_index, original.indexes):
        if not index.is_unique or _constraint(index) in kept:
            continue
        for column in index.columns:
            if name := system.get(column.name.lower()):
                message = f"Unique index definition on system fields ({name}) is invalid or missing."
                return problem("validation_invalid_unique_system_field_index", message, fieldName=name)
    return None


def _missing_problem(new: Collection) -> Problem | None:
    if new.type != CollectionType.AUTH:
        return None
    for field in REQUIRED_FIELDS:
        if unique_index(new.indexes, field) is None:
            message = f'Missing required unique index for field "{field}".'
            return problem("validation_missing_required_unique_index", message, fieldName=field)
    return None
