"""What tests of fields have in common."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import dataset
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from appos.records.fields import AnyField, Field, OptionsContext, Problem, ValueContext
from appos.records.models import Collection, CollectionType
from appos.store.database import Database
from appos.store.functions import add_functions


def collection(
    *fields: AnyField, name: str = "things", kind: CollectionType = CollectionType.BASE
) -> Collection:
    """A collection of these fields whose id is not its name."""
    return Collection(id=f"pbc_{name}", name=name, type=kind, fields=fields)


def lookup_in(*collections: Collection) -> Any:
    """A lookup by id and by name."""
    known = {key: each for each in collections for key in (each.id, each.name.lower())}
    return lambda key: known.get(key) or known.get(key.lower())


def problems(
    field: AnyField,
    *others: AnyField,
    stored: AnyField | None = None,
    known: Sequence[Collection] = (),
    kind: CollectionType = CollectionType.BASE,
) -> Mapping[str, Problem]:
    """What is wrong with the options of a field, apart from its id, which it may lack here."""
    context = OptionsContext(
        collection=collection(field, *others, kind=kind),
        original=collection(stored) if stored else None,
        lookup=lookup_in(*known),
    )
    return {name: problem for name, problem in field.check_options(context).items() if name != "id"}


def codes(found: Mapping[str, Problem]) -> dict[str, object]:
    """The codes of problems by their names."""
    return {name: problem["code"] for name, problem in found.items()}


def check(
    field: Field,
    value: Any,
    *,
    db: dataset.Database | None = None,
    known: Sequence[Collection] = (),
    original: Any = None,
    record_id: str = "",
    is_new: bool = True,
) -> Problem | None:
    """What is wrong with a cast value."""
    context = ValueContext(
        # Most fields look at the value alone.
        db=db,  # type: ignore[arg-type]
        collection=collection(),
        lookup=lookup_in(*known),
        record_id=record_id,
        original=field.empty if original is None else original,
        is_new=is_new,
    )
    return field.check_value(value, context)


def code(found: Problem | None) -> object:
    """The code of a problem, "" if there is none."""
    return found["code"] if found else ""


def put(field: Field, key: str, raw: Any, current: Any = None) -> Any:
    """What a key of a request's body makes of a value."""
    setter = field.setter(key)
    assert setter is not None
    return setter(field.empty if current is None else current, raw)


def shown(field: Field, stored: Any) -> Any:
    """What SQLite shows of what it stored in the field's column."""
    table = sa.table("things", sa.column("f"))
    query = sa.select(sa.func.json_object("f", field.json_value(table.c.f)))
    sql = str(query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))
    with closing(sqlite3.connect(":memory:")) as connection:
        add_functions(connection)
        connection.execute(f"CREATE TABLE things (f {field.column})")
        connection.execute("INSERT INTO things VALUES (?)", (stored,))
        return json.loads(connection.execute(sql).fetchone()[0])["f"]


def kept(field: Field, value: Any) -> Any:
    """A value as it comes back from its column."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"CREATE TABLE things (f {field.column})")
        connection.execute("INSERT INTO things VALUES (?)", (field.to_column(value),))
        return field.from_column(connection.execute("SELECT f FROM things").fetchone()[0])


def database_of(path: Path, schema: str) -> Database:
    """A database file with these tables."""
    with closing(sqlite3.connect(path / "data.db")) as connection:
        connection.executescript(schema)
    return Database(path / "data.db")
