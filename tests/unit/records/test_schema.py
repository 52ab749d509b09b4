"""The table behind a collection, made and changed with it."""

import sqlite3
from typing import Any

import pytest

from appos.audit.models import SYSTEM
from appos.errors import InvalidError
from appos.records.document import field_document
from appos.records.models import Collection
from appos.services import Services
from tests.unit.records.rows import insert

Field = dict[str, Any]
KINDS: list[Field] = [
    {"type": "text"},
    {"type": "number"},
    {"type": "bool"},
    {"type": "email"},
    {"type": "url"},
    {"type": "date"},
    {"type": "autodate", "onCreate": True},
    {"type": "select", "values": ["a"]},
    {"type": "select", "values": ["a", "b"], "maxSelect": 2},
    {"type": "file"},
    {"type": "file", "maxSelect": 2},
    {"type": "relation", "collectionId": "_pb_users_auth_"},
    {"type": "relation", "collectionId": "_pb_users_auth_", "maxSelect": 2},
    {"type": "json"},
    {"type": "editor"},
    {"type": "password"},
    {"type": "geoPoint"},
]
# What PocketBase 0.36.2 makes of them, and what a row has that names none of them.
EXPECTED = {
    "id": ("TEXT", 1),
    "f0": ("TEXT", ""),
    "f1": ("NUMERIC", 0),
    "f2": ("BOOLEAN", 0),
    "f3": ("TEXT", ""),
    "f4": ("TEXT", ""),
    "f5": ("TEXT", ""),
    "f6": ("TEXT", ""),
    "f7": ("TEXT", ""),
    "f8": ("JSON", "[]"),
    "f9": ("TEXT", ""),
    "f10": ("JSON", "[]"),
    "f11": ("TEXT", ""),
    "f12": ("JSON", "[]"),
    "f13": ("JSON", None),
    "f14": ("TEXT", ""),
    "f15": ("TEXT", ""),
    "f16": ("JSON", '{"lon":0,"lat":0}'),
}


def make(services: Services, *fields: Field, indexes: tuple[str, ...] = ()) -> Collection:
    raw = {"name": "notes", "fields": list(fields), "indexes": list(indexes)}
    return services.collections.create(raw, SYSTEM)


def change(services: Services, collection: Collection, **raw: Any) -> Collection:
    return services.collections.update(collection, raw, SYSTEM)


def described(collection: Collection, **changes: Field) -> list[Field]:
    """The fields of a collection as JSON, with what changes of them by their names."""
    return [
        field_document(field) | changes.get(field.name, {})
        for field in collection.fields
        if field.name != "id"
    ]


def values(services: Services, column: str, table: str = "notes") -> list[Any]:
    found = services.databases.data.fetch(f"SELECT {column} FROM {table} ORDER BY rowid", {})  # noqa: S608
    return [value for (value,) in found]


def columns(services: Services, table: str = "notes") -> dict[str, str]:
    found = services.databases.data.fetch(
        "SELECT name, type FROM pragma_table_info(:table)", {"table": table}
    )
    return dict(found)


def indexes(services: Services, table: str = "notes") -> dict[str, str]:
    sql = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :table AND sql != ''"
    return dict(services.databases.data.fetch(sql, {"table": table}))


def test_every_type_of_field_has_its_column(services: Services) -> None:
    make(services, *({"name": f"f{place}", **kind} for place, kind in enumerate(KINDS)))
    data = services.databases.data
    with data.transaction() as db:
        db.executable.exec_driver_sql("INSERT INTO notes DEFAULT VALUES")
    ((key, *found),) = data.fetch("SELECT * FROM notes", {})

    kinds = columns(services)
    assert dict(zip(kinds, zip(kinds.values(), [1, *found], strict=True), strict=True)) == EXPECTED
    assert len(key) == 15
    assert key[0] == "r"


def test_a_field_of_another_name_keeps_its_values(services: Services) -> None:
    made = make(services, {"name": "a", "type": "text"}, {"name": "b", "type": "number"})
    insert(services, "notes", a="x", b=1)
    change(services, made, fields=described(made, a={"name": "b"}, b={"name": "a"}))

    assert columns(services) == {"id": "TEXT", "b": "TEXT", "a": "NUMERIC"}
    assert (values(services, "a"), values(services, "b")) == ([1], ["x"])


def test_fields_come_and_go_with_their_values(services: Services) -> None:
    made = make(services, {"name": "a", "type": "text"}, {"name": "b", "type": "text"})
    insert(services, "notes", a="x", b="y")
    change(services, made, fields=[*described(made)[1:], {"name": "a", "type": "number"}])

    assert (values(services, "a"), values(services, "b")) == ([0], ["y"])


def test_a_field_that_is_sent_without_its_id_is_known_by_type_and_name(services: Services) -> None:
    made = make(services, {"name": "a", "type": "text"})
    insert(services, "notes", a="x")
    change(services, made, fields=[{"name": "a", "type": "text", "required": True}])
    assert values(services, "a") == ["x"]

    change(services, services.collections.get("notes"), fields=[{"name": "a", "type": "editor"}])
    assert values(services, "a") == [""]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "[]"),
        ("a", '["a"]'),
        ('["a","b"]', '["a","b"]'),
        ("[", '["["]'),
        ("5", '["5"]'),
        ("{}", '["{}"]'),
    ],
)
def test_one_value_becomes_a_list(services: Services, before: str, after: str) -> None:
    made = make(services, {"name": "s", "type": "select", "values": ["a", "b"]})
    insert(services, "notes", s=before)
    change(services, made, fields=described(made, s={"maxSelect": 2}))

    assert (values(services, "s"), columns(services)["s"]) == ([after], "JSON")


@pytest.mark.parametrize(
    ("before", "after"),
    [("[]", ""), ('["a"]', "a"), ('["a","b"]', "b"), ("", ""), ("x", "x"), ("[null]", "")],
)
def test_of_a_list_the_last_value_is_kept(services: Services, before: str, after: str) -> None:
    made = make(services, {"name": "s", "type": "select", "values": ["a", "b"], "maxSelect": 2})
    insert(services, "notes", s=before)
    change(services, made, fields=described(made, s={"maxSelect": 1}))

    assert (values(services, "s"), columns(services)["s"]) == ([after], "TEXT")


def test_a_new_name_keeps_records_and_indexes(services: Services) -> None:
    made = make(services, {"name": "a", "type": "text"}, indexes=("create index by_a on anything (a)",))
    insert(services, "notes", a="x")
    renamed = change(services, made, name="papers")

    assert values(services, "a", "papers") == ["x"]
    assert indexes(services, "papers") == {"by_a": "CREATE INDEX `by_a` ON `papers` (`a`)"}
    assert renamed.indexes == ("create index by_a on anything (a)",)


def test_another_case_of_the_name_leaves_the_table(services: Services) -> None:
    made = make(services, {"name": "a", "type": "text"})
    insert(services, "notes", a="x")
    change(services, made, name="NOTES")

    assert values(services, "a", "NOTES") == ["x"]
    change(services, services.collections.get("notes"), fields=[{"name": "b", "type": "text"}])
    assert values(services, "b", "NOTES") == [""]


def test_indexes_are_those_of_the_collection(services: Services) -> None:
    made = make(services, {"name": "a", "type": "text"}, indexes=("create index one on t (a)",))
    change(services, made, indexes=["create unique index two on t (a) where a != ':x%'"])

    assert indexes(services) == {"two": "CREATE UNIQUE INDEX `two` ON `notes` (`a`) WHERE a != ':x%'"}


@pytest.mark.parametrize(
    ("index", "reason"),
    [
        pytest.param("create index i on t (b)", "SQL logic error: no such column: b (1)", id="column"),
        pytest.param(
            "create index i on t (a) where 1; drop table users",
            "You can only execute one statement at a time",
            id="two-statements",
        ),
        pytest.param(
            "create unique index i on t (a)",
            "constraint failed: UNIQUE constraint failed: papers.a (2067)",
            id="values-that-are-alike",
        ),
    ],
)
def test_an_index_that_cannot_be_leaves_everything(services: Services, index: str, reason: str) -> None:
    made = make(services, {"name": "a", "type": "text"}, indexes=("create index old on t (a)",))
    insert(services, "notes", a="x")
    insert(services, "notes", a="x")
    with pytest.raises(InvalidError) as caught:
        change(services, made, name="papers", indexes=[index])

    problem: Any = caught.value.fields["indexes"]
    assert problem["0"]["message"] == f"Failed to create index i - {reason}."
    assert problem["0"]["code"] == "validation_invalid_index_expression"
    assert values(services, "a") == ["x", "x"]
    assert indexes(services) == {"old": "CREATE INDEX `old` ON `notes` (`a`)"}
    assert services.collections.get("notes") == made


def test_a_primary_key_cannot_be_exchanged(services: Services) -> None:
    made = make(services, {"name": "a", "type": "text"})
    key = field_document(made.fields[0]) | {"id": "other"}
    with pytest.raises(InvalidError) as caught:
        change(services, made, fields=[key])

    assert caught.value.message == "Failed to update collection."
    assert columns(services) == {"id": "TEXT", "a": "TEXT"}


def test_a_kill_in_the_middle_of_a_change_leaves_the_whole_of_before(services: Services) -> None:
    made = make(services, {"name": "a", "type": "text"}, indexes=("create index by_a on t (a)",))
    insert(services, "notes", a="x")
    path = services.databases.data.path
    with services.databases.data.transaction():
        change(services, made, name="papers", fields=[{"name": "b", "type": "text"}], indexes=[])
        # What a kill would leave behind: the files as they are now.
        after = path.read_bytes(), path.with_name(f"{path.name}-wal").read_bytes()
    copy = path.with_name("killed.db")
    copy.write_bytes(after[0])
    copy.with_name("killed.db-wal").write_bytes(after[1])
    with sqlite3.connect(copy) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM _collections")}
        found = connection.execute("SELECT a FROM notes INDEXED BY by_a WHERE a = 'x'").fetchall()
    connection.close()

    assert ("notes" in names, "papers" in names) == (True, False)
    assert found == [("x",)]
