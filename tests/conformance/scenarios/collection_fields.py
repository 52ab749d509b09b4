"""The fields of a collection: their names, and how they change under records that keep their data."""

from collections.abc import Iterator
from typing import Any

from tests.conformance.scenarios.steps import (
    OWNER,
    Scenario,
    changed,
    create,
    field,
    listed,
    made,
    shown,
    update,
)

KINDS = ("text", "number", "bool", "email", "url", "date", "json", "editor", "geoPoint", "file")

UNKNOWN_TYPES: tuple[dict[str, Any], ...] = (
    {"name": "a", "type": "unknown"},
    {"name": "a", "type": ""},
    {"name": "a"},
    {"type": "text"},
    {"name": "a", "type": "Text"},
    {"name": "a", "type": 5},
    {"name": 5, "type": "text"},
    {},
)


def scenarios() -> Iterator[Scenario]:
    """Names of collections and fields; changes of fields."""
    yield from _collection_names()
    yield from _field_names()
    yield from _changes()
    yield from _kinds()


def _collection_names() -> Iterator[Scenario]:
    yield Scenario(
        "names of collections that are refused",
        *(
            made(field("f"), name=name, status=400)
            for name in (
                "",
                " ",
                "a b",
                "a-b",
                "a.b",
                "ä",
                "a/b",
                "a'b",
                'a"b',
                "a;b",
                "a" * 256,
                "a_via_b",
                "a\n",
                "users",
                "Users",
                "_superusers",
                "_params",
                "_collections",
                "sqlite_master",
                "sqlite_own",
                "select*",
            )
        ),
    )
    yield Scenario(
        "names of collections that are taken",
        *(
            made(field("f"), name=f"{name}", status=200)
            for name in ("a1_{c}", "_own_{c}", "1_{c}", "Group_{c}", "a" * 200 + "_{c}")
        ),
        made(field("f"), name="{c}"),
        made(field("f"), name="{c}", status=400),
        made(field("f"), name="OF_NAMES_OF_COLLECTIONS_THAT_ARE_TAKEN", status=400),
        create({"f": "a"}, into="1_{c}"),
        listed(of="a1_{c}"),
    )
    yield Scenario(
        "names that are words of SQL",
        *(
            made(field(word), name=word)
            for word in ("select", "order", "group", "table", "index", "from", "where", "values")
        ),
        create({"select": "a"}, into="select"),
        create({"order": "a"}, into="order"),
        listed(of="order", filter="order = 'a'", sort="-order"),
        listed(of="select", filter="select = 'a' && @collection.order.order = 'a'", sort="-select"),
        listed(of="table", filter="table = 1 || from = 2", status=400),
    )
    yield Scenario(
        "a collection gets another name",
        made(field("f"), listRule="@collection.{c}.f = 'a'"),
        made(field("r", "relation", collectionId="{cId}"), name="{c}_other"),
        create({"f": "a"}, keep={"first": "id"}),
        create({"r": "{first}"}, into="{c}_other"),
        changed({"name": "{c}_new"}),
        shown(status=404),
        shown("{c}_new"),
        shown("{cId}"),
        listed(of="{c}_new"),
        listed(status=404),
        listed(of="{c}_other", expand="r", filter="r.f = 'a'"),
        changed({"name": "{c}_other"}, name="{c}_new", status=400),
        changed({"name": "users"}, name="{c}_new", status=400),
        changed({"name": ""}, name="{c}_new", status=400),
        changed({"name": "a b"}, name="{c}_new", status=400),
        changed({"name": "OF_A_COLLECTION_GETS_ANOTHER_NAME_new"}, name="{c}_new", status=400),
        changed({"name": "OF_A_COLLECTION_GETS_ANOTHER_NAME_new", "listRule": ""}, name="{c}_new"),
        made(field("f"), name="{c}"),
    )


def _field_names() -> Iterator[Scenario]:
    yield Scenario(
        "names of fields that are refused",
        *(
            made(field(name), name=f"{{c}}_{number}", status=400)
            for number, name in enumerate(
                (
                    "",
                    " ",
                    "a b",
                    "a-b",
                    "a.b",
                    "ä",
                    "a:b",
                    "a'b",
                    "@a",
                    "a" * 101,
                    "a_via_b",
                    "collectionId",
                    "collectionName",
                    "expand",
                    "null",
                    "true",
                    "false",
                    "_rowid_",
                    "ID",
                    "+a",
                    "a+",
                )
            )
        ),
    )
    yield Scenario(
        "names of fields that are taken",
        made(
            *(
                field(name)
                for name in (
                    "a1",
                    "_b",
                    "1c",
                    "D",
                    "a" * 100,
                    "Null",
                    "created",
                    "tokenKey",
                    "email",
                    "and",
                    "rowid",
                )
            )
        ),
        create({"a1": "a", "_b": "b", "1c": "c", "D": "d", "Null": "n", "and": "e"}),
        listed(filter="a1 = 'a' && _b = 'b' && D = 'd'"),
        listed(filter="and = 'e'"),
        listed(sort="_b,D,created"),
        listed(filter="1c = 'c'", status=400),
        listed(filter="Null = 'n'"),
    )
    yield Scenario(
        "names of fields twice",
        made(field("a"), field("a"), status=200),
        made(field("a"), field("A"), name="{c}_1", status=400),
        made(field("a"), field("a", "number"), name="{c}_2"),
        made(field("a", id="one"), field("b", id="one"), name="{c}_3"),
        made(field("a", id="one"), field("a", id="two"), name="{c}_4", status=400),
        shown(),
    )
    yield Scenario(
        "types of fields that do not exist",
        *(made(wrong, name=f"{{c}}_{number}", status=400) for number, wrong in enumerate(UNKNOWN_TYPES)),
    )
    yield Scenario(
        "ids of fields",
        made(field("a", id="own1"), field("b", id=""), field("c", id="{c}")),
        made(field("a", id="a" * 101), name="{c}_1", status=400),
        made(field("a", id="with space"), name="{c}_2"),
        made(field("a", id=5), name="{c}_3", status=400),
        shown(),
        changed({"fields": [field("a", id="own2")]}),
        changed({"fields": [field("x", id="own2")]}),
    )


def _changes() -> Iterator[Scenario]:
    keep = {"a": "fields.1.id", "b": "fields.2.id"}
    kept_a = {"id": "{a}", "name": "a", "type": "text"}
    kept_b = {"id": "{b}", "name": "b", "type": "number"}

    yield Scenario(
        "a field is added to records",
        made(field("a")),
        shown(keep={"a": "fields.1.id"}),
        create({"a": "x"}, keep={"first": "id"}),
        changed({"fields": [kept_a, *(field(f"new_{kind}", kind) for kind in KINDS)]}),
        listed(),
        changed({"fields": [kept_a, field("must", required=True)]}),
        listed(),
        update("{first}", {"a": "y"}, status=400),
        update("{first}", {"a": "y", "must": "z"}),
    )
    yield Scenario(
        "a field gets another name and keeps its data",
        made(field("a"), field("b", "number")),
        shown(keep=keep),
        create({"a": "x", "b": 5}),
        changed({"fields": [kept_a | {"name": "c"}, kept_b]}),
        listed(),
        listed(filter="a = 'x'", status=400),
        listed(filter="c = 'x'"),
        changed({"fields": [kept_a | {"name": "b"}, kept_b | {"name": "a"}]}),
        listed(),
        changed({"fields": [kept_a | {"name": "b"}, kept_b | {"name": "b"}]}, status=400),
        changed({"fields": [kept_a | {"name": "B"}, kept_b]}, status=400),
        listed(),
    )
    yield Scenario(
        "a field is removed with its data",
        made(field("a"), field("b", "number"), field("f", "file")),
        shown(keep=keep),
        create({"a": "x", "b": 5}),
        changed({"fields": [kept_b]}),
        listed(),
        changed({"fields": [kept_b, field("a")]}),
        listed(),
        changed({"fields": []}),
        listed(),
        changed({"fields": None}),
        shown(),
    )
    yield Scenario(
        "a field that a rule or an index names is removed",
        made(
            field("a"),
            field("b"),
            listRule="a = 'x'",
            indexes=["CREATE INDEX `idx_{c}` ON `{c}` (`b`)"],
        ),
        changed({"fields": [field("b")]}, status=400),
        changed({"fields": [field("a")]}, status=400),
        changed({"fields": [field("a")], "indexes": []}),
        changed({"fields": [field("b")], "listRule": "b = 'x'"}),
        listed(who=OWNER),
        shown(),
    )
    yield Scenario(
        "a field that a rule names gets another name",
        made(field("a"), listRule="a = 'x'"),
        shown(keep=keep),
        create({"a": "x"}),
        changed({"fields": [kept_a | {"name": "c"}]}, status=400),
        changed({"fields": [kept_a | {"name": "c"}], "listRule": "c = 'x'"}),
        listed(who=OWNER),
    )
    yield Scenario(
        "fields get another order",
        made(field("a"), field("b", "number")),
        shown(keep=keep),
        create({"a": "x", "b": 5}),
        changed({"fields": [kept_b, kept_a]}),
        changed({"fields": [kept_b, {"name": "id", "type": "text", "primaryKey": True}, kept_a]}),
        listed(),
    )
    yield Scenario(
        "fields are given without ids",
        made(field("a"), field("b", "number")),
        create({"a": "x", "b": 5}),
        changed({"fields": [field("a"), field("b", "number", max=3)]}),
        listed(),
        changed({"fields": [field("b"), field("a", "number")]}, status=200),
        listed(),
    )
    yield Scenario(
        "a system field stays",
        made(field("a", system=True), field("b")),
        shown(keep=keep),
        changed({"fields": [kept_b]}, status=400),
        changed({"fields": [kept_a | {"name": "c", "system": True}]}, status=400),
        changed({"fields": [kept_a | {"system": False}]}),
        changed({"fields": [kept_a | {"required": True, "system": True}]}),
        shown(),
    )


def _kinds() -> Iterator[Scenario]:
    kept = {"id": "{f}", "name": "f"}
    for number, kind in enumerate(KINDS):
        other = KINDS[(number + 1) % len(KINDS)]
        yield Scenario(
            f"a field of type {kind} cannot become {other}",
            made(field("f", kind)),
            shown(keep={"f": "fields.1.id"}),
            create({}),
            changed({"fields": [kept | {"type": other}]}, status=400),
            changed({"fields": [kept | {"type": kind, "hidden": True, "presentable": True}]}, status=200),
            changed({"fields": [kept | {"type": kind, "required": True}]}),
            changed({"fields": [field("f", other)]}),
            listed(),
            shown(),
        )
