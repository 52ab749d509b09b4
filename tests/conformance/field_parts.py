"""Options and values of fields: what PocketBase makes of them, and what AppOS's types of fields do."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import dataset
import msgspec
import sqlalchemy as sa

from appos.errors import InvalidError
from appos.records.fields import (
    AnyField,
    Field,
    OptionsContext,
    PasswordField,
    Problem,
    ValueContext,
    decode_fields,
)
from appos.records.models import Collection, CollectionType
from appos.store.database import Database
from tests.conformance.pocketbase import PocketBase

Options = Mapping[str, Any]
Problems = Mapping[str, Any]

ID_OPTIONS: Options = {
    "name": "id",
    "type": "text",
    "system": True,
    "required": True,
    "primaryKey": True,
    "min": 15,
    "max": 15,
    "pattern": "^[a-z0-9]+$",
    "autogeneratePattern": "[a-z0-9]{15}",
}
RECORD_ID = "r00000000000000"
# The collection that relations lead to, and its records.
TARGET = "field_targets"
TARGET_ID = "pbc_field_targets"
TARGET_RECORDS = ("target000000001", "target000000002", "target000000003")


class Case(NamedTuple):
    """A raw value for a field of some options; then perhaps a change, `key` with % for the field's name."""

    options: Options
    raw: Any
    key: str = ""
    change: Any = None

    def __str__(self) -> str:
        return f"{self.options} {self.raw!r} {self.key} {self.change if self.key else ''}".rstrip()


class Outcome(NamedTuple):
    """What became of a value: what is wrong with it, or what is shown and what is stored of it."""

    problem: Any
    shown: Any = None
    stored: Any = None


class Theirs:
    """Asks PocketBase."""

    def __init__(self, server: PocketBase) -> None:
        self._server = server
        target = {"name": TARGET, "id": TARGET_ID, "type": "base"}
        if server.request("POST", "/api/collections", target).status == 200:
            for record in TARGET_RECORDS:
                server.create_record(TARGET, id=record)

    def read(self, fields: object) -> Any:
        """Return the fields of a new collection, or what is said of them."""
        body = {"name": new_name(), "type": "base", "fields": fields}
        answer = self._server.request("POST", "/api/collections", body)
        if answer.status != 200:
            return answer.body["data"].get("fields") or answer.body["message"]
        self._server.done("DELETE", f"/api/collections/{body['name']}")
        return answer.body["fields"][1:]

    def check_options(self, options: Options) -> Any:
        """Return the problems of a field's options by their names, or the field as it is shown."""
        found = self.read([options])
        return _floats(found["1"] if isinstance(found, dict) else found[0])

    def save(self, cases: Mapping[str, Case]) -> dict[str, Outcome]:
        """Save the values of all cases as one record's and look at them, but for those that are refused."""
        refused = self._write(self._create_collection(cases), cases, is_new=True)
        kept = {name: case for name, case in cases.items() if name not in refused}
        collection = self._create_collection(kept)
        assert not self._write(collection, kept, is_new=True)
        changed = {name: case for name, case in kept.items() if case.key}
        unchanged = self._write(collection, changed, is_new=False) if changed else {}
        if unchanged:
            right = {name: case for name, case in changed.items() if name not in unchanged}
            assert not self._write(collection, right, is_new=False)
        shown, stored = self._look_at(collection, kept)
        wrong = {name: Outcome(problem) for name, problem in {**refused, **unchanged}.items()}
        return {name: wrong.get(name) or Outcome(None, _floats(shown[name]), stored[name]) for name in cases}

    def _create_collection(self, cases: Mapping[str, Case]) -> str:
        collection = new_name()
        fields = [{"name": name, **case.options} for name, case in cases.items()]
        self._server.done("POST", "/api/collections", {"name": collection, "type": "base", "fields": fields})
        return collection

    def _write(self, collection: str, cases: Mapping[str, Case], *, is_new: bool) -> Problems:
        path = f"/api/collections/{collection}/records"
        if is_new:
            body = {"id": RECORD_ID} | {name: case.raw for name, case in cases.items()}
            answer = self._server.request("POST", path, body)
        else:
            body = {case.key.replace("%", name): case.change for name, case in cases.items()}
            answer = self._server.request("PATCH", f"{path}/{RECORD_ID}", body)
        assert answer.status in {200, 400}, answer
        problems: Problems = {} if answer.status == 200 else answer.body["data"]
        assert answer.status == 200 or problems, answer
        return problems

    def _look_at(self, collection: str, names: Iterable[str]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """Return what is shown of the record, and SQLite's own literals of what is stored."""
        columns = ", ".join(f"('x'||hex(quote({name}))) AS {name}" for name in names)
        query = f"SELECT id, {columns} FROM {collection}"  # noqa: S608
        view = {"name": new_name(), "type": "view", "viewQuery": query}
        self._server.done("POST", "/api/collections", view)
        shown = self._server.done("GET", f"/api/collections/{collection}/records/{RECORD_ID}")
        stored = self._server.done("GET", f"/api/collections/{view['name']}/records/{RECORD_ID}")
        # With every view that there is, each change of a collection takes longer.
        self._server.done("DELETE", f"/api/collections/{view['name']}")
        return shown, {name: _literal(bytes.fromhex(stored[name][1:]).decode()) for name in names}


class Ours:
    """Asks the types of fields, and a database with their columns."""

    def __init__(self, folder: Path) -> None:
        path = folder / "data.db"
        target = sa.table(TARGET, sa.column("id"))
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(f"CREATE TABLE {TARGET} (id TEXT PRIMARY KEY)")
        self.database = Database(path)
        with self.database.transaction() as db:
            db.executable.execute(sa.insert(target), [{"id": record} for record in TARGET_RECORDS])

    def read(self, fields: object) -> Any:
        """Return the fields as they are shown, or what is said of them."""
        try:
            return [msgspec.to_builtins(field) for field in decode_fields(fields)]
        except InvalidError as error:
            return error.message

    def check_options(self, options: Options) -> Any:
        """Return the problems of a field's options by their names, or the field as it is shown."""
        fields = decode_fields([ID_OPTIONS, options])
        context = OptionsContext(collection=a_collection(fields), original=None, lookup=find_target)
        return _floats(dict(fields[1].check_options(context)) or msgspec.to_builtins(fields[1]))

    def save(self, cases: Mapping[str, Case]) -> dict[str, Outcome]:
        """Save the values of all cases in one row and look at them, but for those that are refused."""
        fields = decode_fields(
            [ID_OPTIONS, *({"name": name, **case.options} for name, case in cases.items())]
        )
        collection = a_collection(fields)
        values: dict[str, Any] = {}
        with self.database.transaction() as db:
            context = partial(
                ValueContext, db=db, collection=collection, lookup=find_target, record_id=RECORD_ID
            )
            wrong = {
                field.name: problem
                for field in fields[1:]
                if (problem := _set(field, cases[field.name], values, context))
            }
            kept = [field for field in fields[1:] if values.get(field.name) is not None]
            row = {field.name: field.to_column(values[field.name]) for field in kept}
            shown, stored = _look_at(db, kept, row)
        return {
            name: Outcome(wrong[name]) if name in wrong else Outcome(None, shown[name], stored[name])
            for name in cases
        }

    def close(self) -> None:
        """Close the database."""
        self.database.close()


def _set(
    field: Field, case: Case, values: dict[str, Any], context: Callable[..., ValueContext]
) -> Problem | None:
    """Set and perhaps change the value of a field, unless something is wrong with it."""
    keys = [(field.name, case.raw)] + [(case.key.replace("%", field.name), case.change)] * bool(case.key)
    value = field.empty
    for is_new, (key, raw) in zip((True, False), keys, strict=False):
        setter = field.setter(key)
        made = field.on_save(setter(value, raw) if setter else value, is_new=is_new)
        if isinstance(field, PasswordField):
            made = field.hashed(made)
        problem = field.check_value(made, context(original=value, is_new=is_new))
        if problem:
            return problem
        value = values[field.name] = field.from_column(field.to_column(made))
    return None


def _look_at(
    db: dataset.Database, fields: Sequence[Field], row: Mapping[str, Any]
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    name = new_name()
    table = sa.table(name, *(sa.column(field.name) for field in fields))
    columns = ", ".join(f"{field.name} {field.column}" for field in fields)
    db.executable.exec_driver_sql(f"CREATE TEMP TABLE {name} ({columns})")
    db.executable.execute(sa.insert(table), [dict(row)])
    shown = {
        field.name: db.executable.execute(
            sa.select(sa.func.json_object("value", field.json_value(table.c[field.name])))
        ).scalar_one()
        for field in fields
    }
    quoted = sa.select(*(sa.func.quote(column) for column in table.c))
    stored = db.executable.execute(quoted).one()
    return (
        {name: json.loads(text, parse_int=float)["value"] for name, text in shown.items()},
        {field.name: _literal(text) for field, text in zip(fields, stored, strict=True)},
    )


def a_collection(fields: Sequence[AnyField]) -> Collection:
    """Return a collection that was never stored."""
    return Collection(id="pbc_fields", name="fields", type=CollectionType.BASE, fields=tuple(fields))


def find_target(id_or_name: str) -> Collection | None:
    """Return the collection that relations lead to."""
    if id_or_name not in {TARGET, TARGET_ID}:
        return None
    return Collection(id=TARGET_ID, name=TARGET, type=CollectionType.BASE)


def _floats(value: Any) -> Any:
    """Return JSON with every number as float: for JavaScript, 10 and 1e1 are the same."""
    return json.loads(json.dumps(value), parse_int=float)


def _literal(text: str) -> str | float:
    """Return a literal; of numbers, releases of SQLite write more or fewer digits."""
    try:
        return float(text)
    except ValueError:
        return text


def new_name() -> str:
    """Return a name that no collection has."""
    return f"c{uuid4().hex}"
