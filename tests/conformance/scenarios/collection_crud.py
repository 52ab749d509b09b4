"""Collections come, are listed, seen, emptied and go; who may ask for that."""

from collections.abc import Iterator
from typing import Any

from tests.conformance.scenarios.steps import (
    OWNER,
    STRANGER,
    SUPERUSER,
    File,
    Form,
    Raw,
    Scenario,
    Step,
    ask,
    changed,
    create,
    field,
    listed,
    made,
    shown,
)

COLLECTIONS = "/api/collections"

WRONG_BODIES: tuple[dict[str, Any], ...] = (
    {"name": 5},
    {"name": ["a"]},
    {"name": None},
    {"fields": "f"},
    {"fields": {"f": "text"}},
    {"fields": ["f"]},
    {"fields": [5]},
    {"fields": [None]},
    {"indexes": "x"},
    {"indexes": [5]},
    {"listRule": 5},
    {"viewRule": []},
    {"type": 5},
    {"system": "yes"},
)


def scenarios() -> Iterator[Scenario]:
    """Lists, views, creation, deletion, truncation and scaffolds."""
    yield from _access()
    yield from _lists()
    yield from _views()
    yield from _creation()
    yield from _ends()
    yield from _scaffolds()


def _access() -> Iterator[Scenario]:
    asks = (
        ("GET", COLLECTIONS),
        ("POST", COLLECTIONS),
        ("GET", f"{COLLECTIONS}/{{c}}"),
        ("PATCH", f"{COLLECTIONS}/{{c}}"),
        ("DELETE", f"{COLLECTIONS}/{{c}}"),
        ("DELETE", f"{COLLECTIONS}/{{c}}/truncate"),
        ("GET", f"{COLLECTIONS}/meta/scaffolds"),
        ("PUT", f"{COLLECTIONS}/import"),
    )
    for who, status in ((STRANGER, 401), (OWNER, 403)):
        yield Scenario(
            f"collections asked for by {who or 'a stranger'}",
            made(field("f")),
            *(ask(method, path, who=who, status=status) for method, path in asks),
            *(
                ask(method, path, {"name": "{c}_x", "fields": []}, who=who, status=status)
                for method, path in asks
                if method not in {"GET", "DELETE"}
            ),
            ask("GET", f"{COLLECTIONS}/unknown", who=who, status=status),
            shown(),
        )
    yield Scenario(
        "collections asked for with a broken token",
        made(field("f")),
        *(ask(method, path, headers={"Authorization": "x.y.z"}, status=401) for method, path in asks),
        ask("GET", COLLECTIONS, headers={"Authorization": "Bearer {owner}"}, status=403),
        ask("GET", f"{COLLECTIONS}/{{c}}", headers={"Authorization": "Bearer {superuser}"}),
    )
    yield Scenario(
        "collections asked for by other methods",
        made(field("f")),
        ask("PUT", COLLECTIONS, {}, status=404),
        ask("PATCH", COLLECTIONS, {}, status=404),
        ask("DELETE", COLLECTIONS, status=404),
        ask("POST", f"{COLLECTIONS}/{{c}}", {}, status=404),
        ask("PUT", f"{COLLECTIONS}/{{c}}", {}, status=404),
        ask("GET", f"{COLLECTIONS}/{{c}}/truncate", status=404),
        ask("POST", f"{COLLECTIONS}/meta/scaffolds", status=404),
        ask("HEAD", f"{COLLECTIONS}/{{c}}"),
        ask("GET", f"{COLLECTIONS}/{{c}}/", status=404),
    )


def _lists() -> Iterator[Scenario]:
    def several() -> Iterator[Step]:
        for name, kind in (("a", "base"), ("b", "auth"), ("C", "base"), ("d", "base")):
            yield made(field("f"), name=f"{{c}}_{name}", type=kind)

    def page(status: int = 200, **query: object) -> Step:
        return ask("GET", COLLECTIONS, query={"filter": "name ~ '{c}'"} | query, status=status)

    names = "items.name"
    yield Scenario(
        "collections in pages",
        *several(),
        page(),
        page(page=2, perPage=3, fields="items.name,totalItems,page"),
        page(page=9, perPage=3),
        page(page=0, perPage=0, fields=names),
        page(page=-1, perPage=-5, fields=f"{names},page,perPage"),
        page(page="x", status=400),
        page(perPage="y", status=400),
        page(perPage="1.5", status=400),
        page(perPage=5000, fields="perPage"),
        page(skipTotal=True, fields="totalItems,totalPages"),
        page(skipTotal=1, fields="totalItems,totalPages"),
        page(skipTotal="x", status=400),
    )
    yield Scenario(
        "collections sorted",
        *several(),
        *(
            page(sort=sort, fields="name")
            for sort in (
                "name",
                "-name",
                "type,-name",
                "+name",
                "created",
                "-system,name",
                "id",
                "",
                " -name ",
            )
        ),
        page(sort="unknown", status=400),
        page(sort="fields", status=400),
        page(sort="name,-options", status=400),
    )
    yield Scenario(
        "collections filtered",
        *several(),
        *(
            page(filter=f"name ~ '{{c}}' && {text}", sort="name", fields="name")
            for text in (
                "type = 'auth'",
                "system = false",
                "name !~ '_b'",
                "created > '2020-01-01'",
                "(name = '{c}_a' || name = '{c}_c')",
                "id = '{c_aId}'",
                "updated != ''",
            )
        ),
        page(filter="name ?= '{c}_a'", fields="name"),
        *(
            page(filter=text, status=400)
            for text in (
                "unknown = 1",
                "listRule = ''",
                "name =",
                "(name = 'a'",
                "options ~ 'a'",
                "fields ~ 'a'",
            )
        ),
    )
    yield Scenario(
        "collections with some of their fields",
        *several(),
        *(
            page(fields=fields, sort="name")
            for fields in (
                "name",
                "items.name",
                "name,fields.name",
                "name,fields.*",
                "*",
                "name:excerpt(8)",
                "name:excerpt(8,true),type",
                "passwordAuth.identityFields,name",
                "unknown",
                "",
                " name , type ",
            )
        ),
        # PocketBase has said 200 by the time it sees that the modifier is wrong, and sends no body.
        page(fields="name:excerpt(x)", sort="name"),
        page(fields="name:unknown(1)", sort="name"),
        page(fields="name:excerpt", sort="name"),
        shown("{c}_b", query={"fields": "name,authToken"}),
    )


def _views() -> Iterator[Scenario]:
    yield Scenario(
        "a collection by its id and its name",
        made(field("f")),
        shown("{cId}"),
        shown("{c}"),
        shown("{c}x", status=404),
        shown("%20{c}", status=404),
        shown("{c}%00", status=404),
        shown("OF_A_COLLECTION_BY_ITS_ID_AND_ITS_NAME"),
        shown("of_A_collection_by_its_id_and_its_name", query={"fields": "name,id"}),
        shown("{cId}".upper(), status=404),
        shown("{c}%27", status=404),
        shown("%22{c}%22", status=404),
        listed(of="{cId}"),
    )


def _creation() -> Iterator[Scenario]:
    yield Scenario(
        "a collection with as little as possible",
        ask("POST", COLLECTIONS, {"name": "{c}"}, status=200),
        ask("POST", COLLECTIONS, {"name": "{c}_1", "type": "base"}),
        ask("POST", COLLECTIONS, {"name": "{c}_2", "type": ""}),
        ask("POST", COLLECTIONS, {"name": "{c}_3", "type": None, "fields": None, "indexes": None}),
        ask("POST", COLLECTIONS, {"name": "{c}_4", "fields": [], "indexes": [], "unknown": 1}),
        ask("POST", COLLECTIONS, {}, status=400),
        ask("POST", COLLECTIONS, status=400),
        ask("POST", COLLECTIONS, {"type": "base"}, status=400),
        ask("POST", COLLECTIONS, {"name": "{c}_5", "type": "unknown"}, status=400),
        ask("POST", COLLECTIONS, {"name": "{c}_6", "type": "Base"}, status=400),
    )
    yield Scenario(
        "a collection of broken bodies",
        *(
            ask("POST", COLLECTIONS, Raw(text), status=400)
            for text in (
                "{",
                "[]",
                "null",
                '"text"',
                "5",
                '{"name": "a",}',
                "{'name': 'a'}",
                "\ufeff{}",
                "{} {}",
            )
        ),
        *(ask("POST", COLLECTIONS, {"name": "{c}", **wrong}, status=400) for wrong in WRONG_BODIES),
    )
    yield Scenario(
        "a collection of other content types",
        ask("POST", COLLECTIONS, Raw("name={c}_1&type=base", "application/x-www-form-urlencoded")),
        ask("POST", COLLECTIONS, Form((("name", "{c}_2"), ("type", "auth"))), status=400),
        ask("POST", COLLECTIONS, Form((("name", "{c}_2"), ("type", "base")))),
        ask(
            "POST",
            COLLECTIONS,
            Form((("@jsonPayload", '{"name": "{c}_3", "fields": [{"name": "a", "type": "text"}]}'),)),
        ),
        ask("POST", COLLECTIONS, Form((("name", "{c}_4"), ("file", File("a.txt"))))),
        ask("POST", COLLECTIONS, Raw('{"name": "{c}_5"}', "text/plain"), status=400),
        ask("POST", COLLECTIONS, Raw('{"name": "{c}_6"}', "application/json; charset=utf-8")),
        ask("POST", COLLECTIONS, Raw('{"name": "{c}_7"}', ""), status=400),
        ask("POST", COLLECTIONS, Raw("<name>{c}_8</name>", "text/html"), status=400),
    )
    xml = "application/xml"
    yield Scenario(
        "a collection of XML",
        ask("POST", COLLECTIONS, Raw("<a><Name>{c}</Name><Type>base</Type><ListRule/></a>", xml)),
        ask("POST", COLLECTIONS, Raw("<a><Name>{c}_1</Name><ViewRule>id != ''</ViewRule></a>", "text/xml")),
        ask(
            "POST",
            COLLECTIONS,
            Raw("<a><Name>{c}_2</Name><Indexes>CREATE INDEX i ON {c}_2 (id)</Indexes></a>", xml),
        ),
        ask("POST", COLLECTIONS, Raw("<a><Name>{c}_3</Name><Type>auth</Type></a>", xml)),
        ask("POST", COLLECTIONS, Raw("<a><name>{c}_4</name></a>", xml), status=400),
        ask("POST", COLLECTIONS, Raw("<a><Name>{c}_5</Name><Type>unknown</Type></a>", xml), status=400),
        ask("POST", COLLECTIONS, Raw("<a><Name>{c}_6", xml), status=400),
        ask("POST", COLLECTIONS, Raw("words", xml), status=400),
        *(
            ask("PATCH", f"{COLLECTIONS}/{{c}}_3", Raw(f"<a>{text}</a>", xml), status=status)
            for text, status in (
                ("<AuthRule>id != ''</AuthRule>", 200),
                ("<ManageRule/>", 400),
                ("<AuthToken><Duration>777</Duration></AuthToken><authToken/>", 200),
                ("<OTP><Length>9</Length></OTP><Otp/>", 200),
                ("<PasswordAuth><Enabled>f</Enabled></PasswordAuth>", 200),
                ("<MFA><Enabled>x</Enabled></MFA>", 400),
                ("<ConfirmEmailChangeTemplate><Subject>s</Subject></ConfirmEmailChangeTemplate>", 200),
                ("<UpdateRule>(</UpdateRule>", 400),
            )
        ),
        ask("PUT", f"{COLLECTIONS}/import", Raw("<a/>", xml), status=400),
    )
    yield Scenario(
        "a collection of a given id",
        made(field("f"), id="my_own_id"),
        made(field("f"), name="{c}_1", id="my_own_id", status=400),
        made(field("f"), name="{c}_2", id=""),
        made(field("f"), name="{c}_3", id="with space", status=400),
        made(field("f"), name="{c}_4", id="a" * 101, status=400),
        made(field("f"), name="{c}_5", id=5, status=400),
        made(field("f"), name="{c}_6", id="{c}"),
        shown("my_own_id"),
        changed({"id": "another_id"}, status=400),
        # Its name is the id of another one by now.
        changed({"id": "my_own_id"}, status=400),
        ask("DELETE", f"{COLLECTIONS}/{{c}}_6", status=204),
        changed({"id": "my_own_id"}),
        changed({"created": "2020-01-01 00:00:00.000Z", "updated": "2020-01-01 00:00:00.000Z"}),
    )
    yield Scenario(
        "a collection whose kind changes",
        made(field("f")),
        changed({"type": "auth"}, status=400),
        changed({"type": "view"}, status=400),
        changed({"type": "base"}),
        changed({"type": ""}),
        changed({"system": True}, status=400),
        changed({"system": False}),
        made(field("f"), name="{c}_1", system=True),
        changed({"system": False}, name="{c}_1", status=400),
        changed({"name": "{c}_2"}, name="{c}_1", status=400),
        ask("DELETE", f"{COLLECTIONS}/{{c}}_1", status=400),
        ask("DELETE", f"{COLLECTIONS}/{{c}}_1/truncate", status=204),
    )


def _ends() -> Iterator[Scenario]:
    yield Scenario(
        "a collection goes",
        made(field("f")),
        create({"f": "a"}),
        ask("DELETE", f"{COLLECTIONS}/{{c}}", status=204),
        ask("DELETE", f"{COLLECTIONS}/{{c}}", status=404),
        shown(status=404),
        listed(status=404),
        create({"f": "a"}, status=404),
        changed({"name": "{c}_x"}, status=404),
        ask("DELETE", f"{COLLECTIONS}/{{c}}/truncate", status=404),
        made(field("g")),
        listed(),
        ask("DELETE", f"{COLLECTIONS}/{{cId}}", status=204),
        shown(status=404),
    )
    yield Scenario(
        "a collection is emptied",
        made(field("f"), field("file", "file")),
        made(
            field("one", "relation", collectionId="{cId}"),
            field("gone", "relation", collectionId="{cId}", cascadeDelete=True),
            name="{c}_other",
        ),
        create({"f": "a"}, keep={"a": "id"}),
        create(Form((("f", "b"), ("file", File("b.txt")))), keep={"b": "id", "file": "file"}),
        create({"one": "{a}"}, into="{c}_other"),
        create({"gone": "{a}"}, into="{c}_other"),
        ask("DELETE", f"{COLLECTIONS}/{{c}}/truncate", status=204),
        listed(),
        listed(of="{c}_other", sort="@rowid"),
        ask("GET", "/api/files/{c}/{b}/{file}", status=404),
        ask("DELETE", f"{COLLECTIONS}/{{cId}}/truncate", status=204),
        ask("DELETE", f"{COLLECTIONS}/unknown/truncate", status=404),
        create({"f": "c"}),
    )
    yield Scenario(
        "a collection whose records are demanded is not emptied",
        made(field("f")),
        made(field("one", "relation", collectionId="{cId}", required=True), name="{c}_other"),
        create({"f": "a"}, keep={"a": "id"}),
        create({"one": "{a}"}, into="{c}_other"),
        ask("DELETE", f"{COLLECTIONS}/{{c}}/truncate", status=400),
        listed(),
        ask("DELETE", f"{COLLECTIONS}/{{c}}", status=400),
        ask("DELETE", f"{COLLECTIONS}/{{c}}_other/truncate", status=204),
        ask("DELETE", f"{COLLECTIONS}/{{c}}/truncate", status=204),
    )


def _scaffolds() -> Iterator[Scenario]:
    path = f"{COLLECTIONS}/meta/scaffolds"
    yield Scenario("scaffolds of base collections", ask("GET", path, query={"fields": "base"}))
    yield Scenario("scaffolds of auth collections", ask("GET", path, query={"fields": "auth"}))
    yield Scenario(
        "scaffolds of all",
        ask("GET", path, who=SUPERUSER),
        ask("GET", f"{path}/", status=404),
        ask("GET", f"{COLLECTIONS}/meta/unknown", status=404),
        ask("GET", f"{COLLECTIONS}/meta", status=404),
        ask("DELETE", path, status=404),
    )
