"""Rules that look at the request: its account, body, query, headers and method."""

from collections.abc import Iterator
from typing import Any

from tests.conformance.scenarios.steps import (
    OTHER,
    OWNER,
    STRANGER,
    Form,
    Raw,
    Scenario,
    Step,
    ask,
    create,
    delete,
    field,
    listed,
    made,
    update,
    view,
)

A = "aaaaaaaaaaaaaaa"
RECORDS = "/api/collections/{c}/records"
FIELDS = (
    field("title"),
    field("size", "number"),
    field("done", "bool"),
    field("tags", "select", values=["a", "b", "c"], maxSelect=3),
    field("data", "json"),
    field("by", "relation", collectionId="_pb_users_auth_"),
    field("team", "relation", collectionId="_pb_users_auth_", maxSelect=3),
    field("file", "file"),
)


def scenarios() -> Iterator[Scenario]:
    """Bodies, changes, queries, headers, methods and accounts."""
    yield from _bodies()
    yield from _lists()
    yield from _changes()
    yield from _requests()
    yield from _accounts()


def _creation(
    name: str, rule: str, good: tuple[Any, ...], bad: tuple[Any, ...], who: str = OWNER
) -> Scenario:
    """Create records under a rule: those that it lets through, and those that it does not."""
    return Scenario(
        f"create rule on {name}",
        made(*FIELDS, createRule=rule),
        *(create(body, who=who) for body in good),
        *(create(body, who=who, status=400) for body in bad),
        listed(sort="@rowid"),
    )


def _change(name: str, rule: str, good: tuple[Any, ...], bad: tuple[Any, ...], who: str = OWNER) -> Scenario:
    """Update one record under a rule; each update begins at the same record."""
    first = {"title": "a", "size": 1, "done": True, "tags": ["a", "b"], "data": {"n": 1}, "by": "{ownerId}"}
    tried = [(body, 200) for body in good] + [(body, 404) for body in bad]
    return Scenario(
        f"update rule on {name}",
        made(*FIELDS, updateRule=rule),
        create({"id": A, **first}),
        *(
            step
            for body, status in tried
            for step in (update(A, body, who=who, status=status), update(A, first | {"team": []}))
        ),
    )


def _bodies() -> Iterator[Scenario]:
    yield _creation(
        "a text of the body",
        "@request.body.title = 'a'",
        (
            {"title": "a"},
            {"title": "a", "size": 1},
            Form((("title", "a"),)),
            Raw("title=a", "application/x-www-form-urlencoded"),
        ),
        ({}, {"title": "b"}, {"title": None}, {"title": ["a"]}, {"Title": "a"}, Form((("title", "b"),))),
    )
    yield _creation(
        "a number of the body",
        "@request.body.size > 5",
        ({"size": 6}, {"size": "7"}, Form((("size", "6"),))),
        ({"size": 5}, {"size": "abc"}, {}, {"size": None}, {"size": True}),
    )
    yield _creation(
        "a truth of the body",
        "@request.body.done = true",
        ({"done": True}, {"done": "true"}, Form((("done", "true"),))),
        ({"done": False}, {}, {"done": None}, {"done": "no"}),
    )
    yield _creation(
        "what is set in the body",
        "@request.body.title:isset = true && @request.body.size:isset = false",
        ({"title": ""}, {"title": None, "done": True}, {"title": "a"}),
        ({}, {"title": "a", "size": 1}, {"title": "a", "size": None}, {"title+": "a"}),
    )
    yield _creation(
        "what is not a field of the body",
        "@request.body.extra = 'x' && @request.body.deep.er = 1",
        ({"extra": "x", "deep": {"er": 1}},),
        ({"extra": "x"}, {"deep": {"er": 1}}, {"extra": "y", "deep": {"er": 1}}, {"extra": "x", "deep": 1}),
    )
    yield _creation(
        "JSON of the body",
        "@request.body.data.n = 1 && @request.body.data.list.1 = 'b'",
        ({"data": {"n": 1, "list": ["a", "b"]}}, {"data": '{"n":1,"list":["a","b"]}'}),
        ({"data": {"n": 1}}, {"data": [1]}, {"data": "n"}, {}),
    )
    yield _creation(
        "letters of any case in the body",
        "@request.body.title:lower = 'abc'",
        ({"title": "ABC"}, {"title": "abc"}),
        ({"title": "abcd"}, {"title": None}, {}),
    )
    yield _creation(
        "the account that the body names",
        "@request.body.by = @request.auth.id",
        ({"by": "{ownerId}"}, {"by": ["{otherId}", "{ownerId}"]}, Form((("by", "{ownerId}"),))),
        ({"by": "{otherId}"}, {}, {"by": ""}, {"by": ["{ownerId}", "{otherId}"]}),
    )
    yield _creation(
        "a field of the account that the body names",
        "@request.body.by.email = '{ownerEmail}' && @request.body.by.verified = false",
        ({"by": "{ownerId}"},),
        ({"by": "{otherId}"}, {}, {"by": "unknown"}),
    )


def _lists() -> Iterator[Scenario]:
    yield _creation(
        "the length of a list of the body",
        "@request.body.tags:length = 2",
        ({"tags": ["a", "b"]}, Form((("tags", "a"), ("tags", "b")))),
        ({"tags": ["a"]}, {"tags": "a"}, {}, {"tags": []}, {"tags": ["a", "b", "c"]}),
    )
    yield _creation(
        "each value of a list of the body",
        "@request.body.tags:each != 'c'",
        ({"tags": ["a", "b"]}, {"tags": "a"}),
        ({"tags": ["a", "c"]}, {"tags": ["c"]}),
    )
    yield _creation(
        "any value of a list of the body",
        "@request.body.tags:each ?= 'c'",
        ({"tags": ["a", "c"]}, {"tags": "c"}),
        ({"tags": ["a", "b"]}, {"tags": []}, {}),
    )
    yield _creation(
        "each account of a list of the body",
        "@request.body.team:each = @request.auth.id",
        ({"team": ["{ownerId}"]}, {"team": "{ownerId}"}),
        ({"team": ["{ownerId}", "{otherId}"]}, {"team": ["{otherId}"]}),
    )
    yield _creation(
        "a field of each account of the body",
        "@request.body.team.email ?= '{otherEmail}'",
        ({"team": ["{ownerId}", "{otherId}"]}, {"team": "{otherId}"}),
        ({"team": ["{ownerId}"]}, {}, {"team": []}),
    )


def _changes() -> Iterator[Scenario]:
    yield _change(
        "a text that is not changed",
        "@request.body.title:changed = false",
        ({"size": 2}, {"title": "a"}, {"title": "a", "size": 5}, {}),
        ({"title": "b"}, {"title": ""}, {"title": None}, Form((("title", "c"),))),
    )
    yield _change(
        "a number that is changed",
        "@request.body.size:changed = true",
        ({"size": 2}, {"size": "3"}, {"size": 0}),
        ({"size": 1}, {"title": "b"}, {}),
    )
    yield _change(
        "a list that is not changed",
        "@request.body.tags:changed = false",
        ({"tags": ["a", "b"]}, {"title": "b"}),
        ({"tags": ["a"]}, {"tags": []}, {"tags": ["a", "b", "c"]}),
    )
    yield _change(
        "JSON that is not changed",
        "@request.body.data:changed = false",
        ({"data": {"n": 1}}, {"title": "b"}),
        ({"data": {"n": 2}}, {"data": None}),
    )
    yield _change(
        "an account that is not changed",
        "@request.body.by:changed = false && by = @request.auth.id",
        ({"by": "{ownerId}"}, {"title": "b"}),
        ({"by": "{otherId}"}, {"by": ""}),
    )
    yield _change(
        "a field that is not set",
        "@request.body.by:isset = false",
        ({"title": "b"}, {}),
        ({"by": "{ownerId}"}, {"by": None}, Form((("by", ""),))),
    )
    yield _change(
        "the record as it was and the body",
        "size < @request.body.size && done = true",
        ({"size": 2}, {"size": 3, "done": False}),
        ({"size": 1}, {"size": 0}, {}, {"title": "b"}),
    )
    yield _change(
        "a list and its modifiers",
        "@request.body.tags:length <= 2",
        ({"tags": ["a"]}, {"tags": []}, {"title": "b"}),
        ({"tags": ["a", "b", "c"]},),
    )


def _requests() -> Iterator[Scenario]:
    both: dict[str, Any] = dict.fromkeys(
        ("listRule", "viewRule"), "@request.query.key = 'open' && @request.query.n:isset = true"
    )
    yield Scenario(
        "rules on the query",
        made(*FIELDS, **both, open_=True),
        create({"id": A, "title": "a"}),
        *(
            ask("GET", f"{RECORDS}?{query}", who=STRANGER)
            for query in (
                "key=open&n=1",
                "key=open&n=",
                "key=open&n",
                "key=open&key=b&n=1",
                "key=a&key=open&n=1",
            )
        ),
        *(
            ask("GET", f"{RECORDS}?{query}", who=STRANGER)
            for query in ("", "key=open", "key=OPEN&n=1", "Key=open&n=1")
        ),
        ask("GET", f"{RECORDS}/{A}?key=open&n=1", who=STRANGER),
        ask("GET", f"{RECORDS}/{A}?key=shut&n=1", who=STRANGER, status=404),
        ask("GET", f"{RECORDS}/{A}", who=STRANGER, status=404),
        ask("GET", f"{RECORDS}/{A}"),
    )
    yield Scenario(
        "rules on headers",
        made(
            *FIELDS,
            viewRule="@request.headers.x_key = 'open'",
            listRule="@request.headers.x_key:isset = true",
        ),
        create({"id": A, "title": "a"}),
        *(
            ask("GET", f"{RECORDS}/{A}", who=STRANGER, headers={name: value}, status=status)
            for name, value, status in (
                ("X-Key", "open", 200),
                ("x-key", "open", 200),
                ("X_Key", "open", 200),
                ("X-Key", "shut", 404),
                ("XKey", "open", 404),
                ("X-Key", "", 404),
            )
        ),
        ask("GET", RECORDS, who=STRANGER, headers={"X-Key": ""}),
        ask("GET", RECORDS, who=STRANGER),
    )
    method = "@request.method = 'PATCH' || @request.method = 'GET'"
    yield Scenario(
        "rules on the method",
        made(
            *FIELDS,
            listRule=method,
            viewRule="@request.method = 'get'",
            createRule=method,
            updateRule=method,
            deleteRule=method,
        ),
        create({"id": A, "title": "a"}),
        listed(who=STRANGER),
        ask("HEAD", RECORDS, who=STRANGER),
        view(A, who=STRANGER, status=404),
        create({"title": "b"}, who=STRANGER, status=400),
        update(A, {"title": "b"}, who=STRANGER),
        delete(A, who=STRANGER, status=404),
    )
    yield Scenario(
        "rules on the context",
        made(*FIELDS, listRule="@request.context = 'default'", viewRule="@request.context != 'default'"),
        create({"id": A, "title": "a"}),
        listed(who=STRANGER),
        view(A, who=STRANGER, status=404),
        view(A),
        Step("GET", "/api/collections/{c}_x/records", status=404),
    )


def _accounts() -> Iterator[Scenario]:
    rules = {
        "the id": ("@request.auth.id = '{ownerId}'", (OWNER,)),
        "the collection": ("@request.auth.collectionId = '_pb_users_auth_'", (OWNER, OTHER)),
        "an address that is hidden": ("@request.auth.email ~ 'owner'", (OWNER,)),
        "being verified": ("@request.auth.verified = true", ()),
        "a field that accounts do not have": ("@request.auth.unknown = ''", (STRANGER, OWNER, OTHER)),
        "no account at all": ("@request.auth.id = ''", (STRANGER,)),
        "null": ("@request.auth.id = null", (STRANGER,)),
        "a name that is blank": ("@request.auth.name = ''", (STRANGER, OWNER, OTHER)),
        "other accounts": ("@collection.users.id ?= @request.auth.id", (OWNER, OTHER)),
        "records that belong to it": ("@request.auth.{c}_via_by.title ?= 'a'", (OWNER,)),
        "the number of records that belong to it": ("@request.auth.{c}_via_by.size ?> 5", (OWNER,)),
    }
    for name, (rule, allowed) in rules.items():
        later = [Step("PATCH", "/api/collections/{c}", {"viewRule": rule})]
        yield Scenario(
            f"rules on {name} of who asks",
            made(*FIELDS, viewRule=None),
            *later,
            create({"id": A, "title": "a", "by": "{ownerId}", "size": 6}),
            create({"title": "b", "by": "{otherId}", "size": 4}),
            *(view(A, who=who, status=200 if who in allowed else 404) for who in (STRANGER, OWNER, OTHER)),
            view("x" * 15, who=OWNER, status=404),
            view(A),
        )
