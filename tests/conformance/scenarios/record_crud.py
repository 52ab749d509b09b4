"""Records come, are seen, change and go; and the bodies that they come in."""

from collections.abc import Iterator

from tests.conformance.scenarios.steps import (
    OTHER,
    OWNER,
    STRANGER,
    File,
    Form,
    Raw,
    Scenario,
    ask,
    create,
    delete,
    field,
    listed,
    made,
    update,
    view,
)

FIELDS = (field("title"), field("size", "number"), field("done", "bool"), field("data", "json"))
FORM = "application/x-www-form-urlencoded"
RECORDS = "/api/collections/{c}/records"


def scenarios() -> Iterator[Scenario]:
    """Records from their creation to their end, in every kind of body."""
    yield from _lives()
    yield from _paths()
    yield from _broken()
    yield from _types()
    yield from _forms()
    yield from _contents()


def _lives() -> Iterator[Scenario]:
    yield Scenario(
        "a record comes and goes",
        made(field("title", required=True)),
        create({"title": "a"}, keep={"first": "id"}),
        create({}, status=400),
        view("{first}", who=OWNER),
        update("{first}", {"title": "b"}, who=STRANGER),
        update("{first}", {"title": ""}, status=400),
        listed(who=STRANGER, sort="title", filter="id != '{ownerId}'"),
        delete("{first}"),
        view("{first}", status=404),
        update("{first}", {"title": "c"}, status=404),
        delete("{first}", status=404),
        listed(),
    )
    yield Scenario(
        "a record keeps what an update does not name",
        made(*FIELDS),
        create({"title": "a", "size": 5, "done": True, "data": {"x": 1}}, keep={"first": "id"}),
        update("{first}", {"size": 6}),
        update("{first}", {"data": {"y": 2}}),
        update("{first}", {}),
        update("{first}", {"unknown": 1, "collectionId": "x", "collectionName": "y", "expand": {"a": 1}}),
        update("{first}", {"title": None, "size": None, "done": None, "data": None}),
        view("{first}"),
    )
    yield Scenario(
        "several fields are wrong at once",
        made(
            field("must", required=True),
            field("short", max=2),
            field("mail", "email"),
            field("page", "url"),
            field("choice", "select", values=["a"]),
            field("count", "number", max=5),
        ),
        create({"short": "abc", "mail": "x", "page": "y", "choice": "z", "count": 9}, status=400),
        create({"must": "a", "short": "ab", "mail": "x", "page": "y"}, status=400),
        create({"must": "a", "id": "bad"}, status=400),
        create({"must": "a"}, keep={"first": "id"}),
        update("{first}", {"must": "", "short": "abc", "count": 6}, status=400),
        view("{first}"),
    )


def _paths() -> Iterator[Scenario]:
    yield Scenario(
        "records asked for by other methods and paths",
        made(*FIELDS),
        create({"title": "a"}, keep={"first": "id"}),
        ask("PUT", RECORDS, {}, status=404),
        ask("PATCH", RECORDS, {}, status=404),
        ask("DELETE", RECORDS, status=404),
        ask("POST", f"{RECORDS}/{{first}}", {}, status=404),
        ask("PUT", f"{RECORDS}/{{first}}", {}, status=404),
        ask("HEAD", RECORDS),
        ask("HEAD", f"{RECORDS}/{{first}}"),
        ask("GET", f"{RECORDS}/", status=404),
        ask("GET", f"{RECORDS}/{{first}}/", status=404),
        ask("GET", f"{RECORDS}/{{first}}/title", status=404),
        ask("GET", "/api/collections/{cId}/records/{first}"),
        ask("GET", "/api/collections/{c}x/records/{first}", status=404),
        ask("OPTIONS", RECORDS, who=STRANGER, status=204),
    )
    yield Scenario(
        "records of ids that do not exist",
        made(*FIELDS),
        *(
            step
            for record in (
                "xxxxxxxxxxxxxxx",
                "x",
                "%27",
                "%20",
                "a%2Fb",
                "1%20OR%201=1",
                "%00",
                "null",
                "%C3%BC",
            )
            for step in (
                view(record, status=404),
                update(record, {"title": "a"}, status=404),
                delete(record, status=404),
            )
        ),
    )
    yield Scenario(
        "records with broken tokens are asked for by a stranger",
        made(*FIELDS, listRule="@request.auth.id = ''", viewRule=None),
        create({"title": "a"}, keep={"first": "id"}),
        *(
            ask("GET", RECORDS, who=STRANGER, headers={"Authorization": token})
            for token in ("", "x", "Bearer", "Bearer x.y.z", "{owner}x", "Basic YTpi")
        ),
        ask("GET", RECORDS, headers={"Authorization": "Bearer {owner}"}),
        ask("GET", RECORDS, headers={"Authorization": "bearer {owner}"}),
        ask("GET", f"{RECORDS}/{{first}}", headers={"Authorization": "x"}, status=403),
        ask("GET", f"{RECORDS}/{{first}}", who=OTHER, status=403),
        ask("GET", RECORDS, who=STRANGER, query={"token": "{owner}"}),
    )


def _broken() -> Iterator[Scenario]:
    bodies = (
        "{",
        "}",
        "[]",
        "[{}]",
        '"text"',
        "5",
        "true",
        '{"title": "a",}',
        "{'title': 'a'}",
        '{title: "a"}',
        '{"title": "\\x"}',
        '{"title": "a\nb"}',
        '{"title": undefined}',
        "\x00",
    )
    yield Scenario(
        "records of broken JSON",
        made(*FIELDS),
        create({"title": "a"}, keep={"first": "id"}),
        *(create(Raw(body), status=400) for body in bodies),
        *(update("{first}", Raw(body), status=400) for body in bodies),
        listed(),
    )
    yield Scenario(
        "records of JSON with more behind it",
        made(*FIELDS),
        create(Raw('{"title": "a"} x')),
        create(Raw('{"title": "a"}{"title": "b"}'), keep={"first": "id"}),
        update("{first}", Raw('{"title": "c"}]')),
        listed(sort="@rowid"),
    )
    yield Scenario(
        "records of unusual JSON",
        made(*FIELDS),
        create(Raw("")),
        create(Raw("{}")),
        create(Raw("null")),
        create(Raw(" \n{} \t")),
        create(Raw('{"title": "a", "title": "b"}')),
        create(Raw('{"Title": "a", "SIZE": 5}')),
        create(Raw('{"title": "\\u00fc\\ud83d\\ude00"}')),
        create(Raw('{"title": "a\\u0000b"}')),
        create(Raw('{"title": "a\\/b"}')),
        create(Raw('{"data": ' + "[" * 50 + "]" * 50 + "}")),
        create(Raw('{"": "a", " title": "b", "title ": "c"}')),
        listed(sort="@rowid"),
    )


def _types() -> Iterator[Scenario]:
    body = '{"title": "a"}'
    yield Scenario(
        "records of other content types",
        made(*FIELDS),
        create(Raw(body, "application/json; charset=utf-8")),
        create(Raw(body, "APPLICATION/JSON"), status=400),
        create(Raw(body, "application/json;")),
        create(Raw(body, "application/problem+json"), status=400),
        create(Raw(body, "text/plain"), status=400),
        create(Raw(body, "text/html"), status=400),
        create(Raw(body, "application/octet-stream"), status=400),
        create(Raw(body, ""), status=400),
        create(Raw(body, "nonsense"), status=400),
        create(Raw("title=a", "text/plain"), status=400),
        create(Raw("", "text/plain")),
        listed(sort="@rowid"),
    )


def _forms() -> Iterator[Scenario]:
    yield Scenario(
        "records of forms",
        made(*FIELDS),
        create(Raw("title=a+b%20c&size=5&done=true", FORM), keep={"first": "id"}),
        create(Raw("title=a&title=b&size=1&size=2", FORM)),
        create(Raw("", FORM)),
        create(Raw("title", FORM)),
        create(Raw("=a&&title=b&", FORM)),
        create(Raw("title=%C3%BC&data=%7B%22a%22%3A1%7D", FORM)),
        create(Raw("title=5&size=x&done=5&data=5", FORM)),
        create(Raw("title=true&data=null", FORM)),
        create(Raw("@jsonPayload=%7B%22title%22%3A%22p%22%7D&size=7", FORM)),
        create(Raw("@jsonPayload=%7B", FORM), status=400),
        create(Raw("title=%zz", FORM), status=400),
        update("{first}", Raw("size=6", FORM)),
        update("{first}", Raw("size%2B=6", FORM)),
        listed(sort="@rowid"),
    )
    yield Scenario(
        "records of multipart forms",
        made(*FIELDS),
        create(
            Form((("title", "a"), ("size", "5"), ("done", "true"), ("data", "[1]"))), keep={"first": "id"}
        ),
        create(Form((("title", "a\r\nb"), ("title", "c")))),
        create(Form(())),
        create(Form((("title", ""), ("size", ""), ("data", "")))),
        create(Form((("unknown", "a"), ("id", "abcdefghij12345")))),
        create(Form((("id", "short"),)), status=400),
        create(Form((("title", File("a.txt", b"content")),))),
        create(Form((("@jsonPayload", '{"title": "p", "size": 7}'), ("title", "q")))),
        create(Form((("@jsonPayload", "[]"),)), status=400),
        create(Form((("@jsonPayload", '"x"'),)), status=400),
        update("{first}", Form((("title", "b"),))),
        update("{first}", Form((("@jsonPayload", '{"size+": 2}'), ("title", "c")))),
        listed(sort="@rowid"),
    )
    line = '--line\r\nContent-Disposition: form-data; name="title"\r\n\r\na\r\n'
    multipart = "multipart/form-data; boundary=line"
    yield Scenario(
        "records of broken multipart forms",
        made(*FIELDS),
        create(Raw(f"{line}--line--\r\n", "multipart/form-data"), status=400),
        create(Raw(f"{line}--line--\r\n", "multipart/form-data; boundary=other"), status=400),
        create(Raw(line, multipart), status=400),
        create(Raw("nonsense", multipart), status=400),
        create(Raw("", multipart)),
        create(Raw("--line--\r\n", multipart)),
        create(Raw(f"{line}--line--", multipart)),
        listed(sort="@rowid"),
    )


def _contents() -> Iterator[Scenario]:
    yield Scenario(
        "records with the names of others' fields",
        made(field("title"), field("hidden", hidden=True), field("made", "autodate", onCreate=True)),
        create(
            {"title": "a", "hidden": "b", "made": "2020-01-01", "rowid": 5, "_rowid_": 6},
            keep={"first": "id"},
        ),
        create({"title": "a", "hidden": "b"}, who=STRANGER),
        view("{first}", query={"fields": "hidden,title"}, who=STRANGER),
        view("{first}", query={"fields": "hidden,title"}),
        update("{first}", {"hidden": "c", "title": "d"}, who=STRANGER),
        listed(fields="title,hidden", sort="@rowid"),
    )
    yield Scenario(
        "a record beyond the limit of a body",
        made(field("title", max=100_000_000)),
        create({"title": "x" * (31 << 20)}, keep={"first": "id"}, seen=lambda reply: len(reply.body)),
        create({"title": "x" * (33 << 20)}, status=413),
        view("{first}", query={"fields": "title:excerpt(5)"}),
    )
