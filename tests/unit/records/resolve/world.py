"""Small collections with relations, their rows, and what a resolver finds in them."""

import sqlite3
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from appos.records.auth_options import AuthOptions
from appos.records.fields import (
    BoolField,
    EmailField,
    Field,
    GeoPointField,
    JSONField,
    NumberField,
    RelationField,
    SelectField,
    TextField,
)
from appos.records.models import SUPERUSERS, Collection, CollectionType, Record, RequestInfo
from appos.records.resolve import Resolver
from appos.store.functions import add_functions

_DIALECT = sqlite.dialect(paramstyle="named")
ID = TextField(name="id")


def relation(name: str, to: str, most: int = 1, **options: Any) -> RelationField:
    return RelationField(name=name, collection_id=f"id_{to}", max_select=most, **options)


def base(name: str, *fields: Any, list_rule: str | None = "", **options: Any) -> Collection:
    return Collection(
        id=f"id_{name}",
        name=name,
        type=CollectionType.BASE,
        fields=(ID, *fields),
        list_rule=list_rule,
        **options,
    )


def accounts(name: str, *fields: Any, list_rule: str | None = "") -> Collection:
    own = (
        EmailField(name="email"),
        BoolField(name="emailVisibility"),
        BoolField(name="verified"),
        TextField(name="tokenKey", hidden=True),
    )
    return Collection(
        id=f"id_{name}",
        name=name,
        type=CollectionType.AUTH,
        fields=(ID, *own, *fields),
        list_rule=list_rule,
        auth=AuthOptions(),
    )


COLLECTIONS = {
    collection.name: collection
    for collection in (
        base("vaults", TextField(name="label"), list_rule=None),
        base("teams", TextField(name="name"), GeoPointField(name="office"), list_rule="name != 'ghosts'"),
        accounts(
            "people", TextField(name="name"), relation("team", "teams"), relation("friends", "people", 3)
        ),
        accounts(SUPERUSERS, list_rule=None),
        base(
            "things",
            TextField(name="title"),
            TextField(name="hush", hidden=True),
            NumberField(name="size"),
            SelectField(name="tags", values=("a", "b", "c"), max_select=3),
            JSONField(name="data"),
            relation("owner", "people"),
            relation("helpers", "people", 3),
            relation("parent", "things"),
            relation("safe", "vaults"),
        ),
        base(
            "notes",
            TextField(name="text"),
            relation("thing", "things"),
            relation("quiet", "things", hidden=True),
        ),
        base(
            "tickets",
            TextField(name="code"),
            relation("thing", "things"),
            indexes=("CREATE UNIQUE INDEX one ON tickets (thing)",),
        ),
    )
}
ROWS: dict[str, list[dict[str, Any]]] = {
    "vaults": [{"id": "v1", "label": "deep"}],
    "teams": [
        {"id": "t1", "name": "red", "office": '{"lon":0,"lat":0}'},
        {"id": "t2", "name": "ghosts", "office": '{"lon":0,"lat":1}'},
    ],
    "people": [
        {
            "id": "ann",
            "email": "ann@x",
            "emailVisibility": True,
            "name": "Ann",
            "team": "t1",
            "friends": '["bob"]',
        },
        {
            "id": "bob",
            "email": "bob@x",
            "emailVisibility": False,
            "name": "Bob",
            "team": "t2",
            "friends": "[]",
        },
    ],
    SUPERUSERS: [{"id": "root", "email": "root@x", "emailVisibility": False}],
    "things": [
        {
            "id": "1",
            "title": "one",
            "hush": "h",
            "size": 1,
            "tags": '["a","b"]',
            "data": '{"a":{"b":[5,null]}}',
            "owner": "ann",
            "helpers": '["ann","bob"]',
            "safe": "v1",
        },
        {
            "id": "2",
            "title": "two",
            "size": 2,
            "tags": '["a"]',
            "data": '"two"',
            "owner": "bob",
            "helpers": '["bob"]',
            "parent": "1",
        },
        {"id": "3", "parent": "1"},
    ],
    "notes": [{"id": "n1", "text": "x", "thing": "1"}, {"id": "n2", "text": "y", "thing": "1"}],
    "tickets": [{"id": "k1", "code": "A", "thing": "2"}],
}


def find(name: str) -> Collection | None:
    """Return a collection by its id or name."""
    for collection in COLLECTIONS.values():
        if name == collection.id or name.lower() == collection.name.lower():
            return collection
    return None


def account(name: str, collection: str = "people") -> Record:
    row = next(row for row in ROWS[collection] if row["id"] == name)
    record = Record.empty(COLLECTIONS[collection])
    record.values |= {key: record.collection.by_name[key].from_column(value) for key, value in row.items()}
    return record


def asking(name: str | None = None, **about: Any) -> RequestInfo:
    """Return a request of an account, or of a stranger."""
    if name is None:
        return RequestInfo(**about)
    return RequestInfo(auth=account(name, SUPERUSERS if name == "root" else "people"), **about)


def open_rows() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    add_functions(connection)
    for name, collection in COLLECTIONS.items():
        columns = ", ".join(f'"{field.name}" {_column(field)}' for field in collection.fields)
        connection.execute(f'CREATE TABLE "{name}" ({columns})')
        for row in ROWS[name]:
            names = ", ".join(f'"{key}"' for key in row)
            marks = ", ".join(f":{key}" for key in row)
            connection.execute(f'INSERT INTO "{name}" ({names}) VALUES ({marks})', row)  # noqa: S608
    return connection


def _column(field: Field) -> str:
    return field.column


class Query:
    """A query that was compiled once, to be run for one request or another."""

    def __init__(self, resolver: Resolver, statement: sa.Select[Any]) -> None:
        self.resolver = resolver
        compiled = statement.compile(dialect=_DIALECT)
        self.sql = str(compiled)
        self._constants = compiled.params

    def run(self, connection: sqlite3.Connection, info: RequestInfo) -> list[Any]:
        """Return the first column for a request."""
        values = self._constants | self.resolver.bindings(info)
        return [row[0] for row in connection.execute(self.sql, values)]


def query(
    text: str,
    info: RequestInfo,
    *,
    collection: str = "things",
    sort: str = "",
    allow_hidden: bool = True,
    rule: str = "",
) -> Query:
    """Compile a list with a rule and a filter for a request."""
    resolver = Resolver(COLLECTIONS[collection], find, info, allow_hidden=True)
    conditions = [resolver.where(rule, is_rule=True)] if rule else []
    resolver.allow_hidden = allow_hidden
    if text:
        conditions.append(resolver.where(text))
    order = resolver.order_by(sort)
    statement = sa.select(resolver.table.c.id).select_from(resolver.source).where(*conditions)
    listed = statement.distinct() if resolver.is_joined else statement
    return Query(resolver, listed.order_by(*order))
