"""The table behind a collection, made and changed with it; always within the caller's transaction.

Source: PocketBase 0.36, "Collections": what becomes of the data when fields change.
"""

import dataset

from appos.errors import InvalidError
from appos.records.fields import Field, Problem
from appos.records.fields.problems import problem
from appos.records.indexes import parse_index
from appos.records.models import Collection
from appos.store import ddl
from appos.store.rows import quoted
from appos.store.values import new_id

INVALID_INDEX = "validation_invalid_index_expression"


def create_schema(db: dataset.Database, collection: Collection) -> None:
    """Create the table of a collection and its indexes.

    Raises:
        InvalidError: `validation_failed`; an index cannot be created.
    """
    ddl.create_table(db, collection.name, {field.name: field.column for field in collection.fields})
    _create_indexes(db, collection)


def change_schema(db: dataset.Database, new: Collection, old: Collection) -> None:
    """Change the table of a collection into that of another version of it; fields are known by their ids.

    Values stay with their field, under whatever name. One value becomes a list of one, and of a list the last
    value is kept, when a field comes to hold several values or one.

    Raises:
        InvalidError: `validation_failed`; an index cannot be created.
    """
    renames = old.name.lower() != new.name.lower()
    reindexes = renames or old.fields != new.fields or old.indexes != new.indexes
    if reindexes:
        _drop_indexes(db, old)
    if renames:
        ddl.rename_table(db, old.name, new.name)
    _change_columns(db, new, old)
    for field in new.fields:
        before = old.by_id.get(field.id)
        if field.is_multiple != (before is not None and before.is_multiple):
            _change_multiplicity(db, new.name, field)
    if reindexes:
        _create_indexes(db, new)


def drop_schema(db: dataset.Database, collection: Collection) -> None:
    """Drop the table of a collection with its records and indexes."""
    ddl.drop_table(db, collection.name)


def _change_columns(db: dataset.Database, new: Collection, old: Collection) -> None:
    for field in old.fields:
        if field.id not in new.by_id:
            ddl.drop_column(db, new.name, field.name)
    # By way of other names, so that two fields may exchange theirs.
    passing: dict[str, str] = {}
    for field in new.fields:
        before = old.by_id.get(field.id)
        if before is not None and before.name == field.name:
            continue
        name = _passing_name(field)
        passing[name] = field.name
        if before is None:
            ddl.add_column(db, new.name, name, field.column)
        else:
            ddl.rename_column(db, new.name, before.name, name)
    for name, final in passing.items():
        ddl.rename_column(db, new.name, name, final)


def _change_multiplicity(db: dataset.Database, table: str, field: Field) -> None:
    old = _passing_name(field)
    ddl.rename_column(db, table, field.name, old)
    ddl.add_column(db, table, field.name, field.column)
    template = _TO_LIST if field.is_multiple else _TO_LAST
    ddl.set_column(db, table, field.name, template.format(old=quoted(old)))
    ddl.drop_column(db, table, old)


_TO_LIST = """
    CASE
        WHEN COALESCE({old}, '') = '' THEN '[]'
        WHEN json_valid({old}) AND json_type({old}) = 'array' THEN {old}
        ELSE json_array({old})
    END
"""
_TO_LAST = """
    CASE
        WHEN COALESCE({old}, '[]') = '[]' THEN ''
        WHEN json_valid({old}) AND json_type({old}) = 'array' THEN COALESCE(json_extract({old}, '$[#-1]'), '')
        ELSE {old}
    END
"""


def _passing_name(field: Field) -> str:
    return f"_{field.name}_{new_id()}"


def _drop_indexes(db: dataset.Database, collection: Collection) -> None:
    for index in map(parse_index, collection.indexes):
        if index.is_valid:
            ddl.drop_index(db, index.name)


def _create_indexes(db: dataset.Database, collection: Collection) -> None:
    """Create every index, on the collection's own table whatever its text names."""
    problems: dict[str, Problem] = {}
    for place, text in enumerate(collection.indexes):
        index = parse_index(text).renamed(table=collection.name)
        if not index.is_valid:
            problems[str(place)] = problem(INVALID_INDEX, "Invalid CREATE INDEX expression.")
            continue
        try:
            ddl.create_index(db, index.sql)
        except InvalidError as error:
            reason = f"Failed to create index {index.name} - {error.message}."
            problems[str(place)] = problem(INVALID_INDEX, reason)
    if problems:
        raise InvalidError(
            "The indexes cannot be created.", code="validation_failed", fields={"indexes": problems}
        )
