"""Lists of records: pages, sorts, filters, and which fields are answered."""

from collections.abc import Iterator

from tests.conformance.scenarios.record_filters import BAD, GOOD
from tests.conformance.scenarios.steps import STRANGER, Scenario, Step, create, field, listed, made, view

FIELDS = (
    field("title"),
    field("size", "number"),
    field("done", "bool"),
    field("day", "date"),
    field("tags", "select", values=["a", "b", "c"], maxSelect=3),
    field("data", "json"),
    field("text", "editor"),
)
ROWS = (
    {"title": "one", "size": 1, "done": True, "day": "2024-01-01", "tags": ["a"], "data": {"n": 1}},
    {
        "title": "Two",
        "size": 2.5,
        "tags": ["a", "b"],
        "data": [1, 2],
        "text": "<p>Hello <b>world</b> &amp; more</p>",
    },
    {"title": "three", "size": -3, "done": True, "day": "2024-03-03 10:00:00.000Z", "data": "text"},
    {"title": "", "size": 0},
    {"title": "it's 50% _x_", "size": 1, "tags": ["c"], "text": "plain"},
    {"title": "Ünï ❤", "size": 1e6, "day": "2030-01-01", "data": None},
    {"title": "back\\slash", "size": 1, "data": {"n": "1", "list": [{"n": 1}, {"n": 2}]}},
)


def scenarios() -> Iterator[Scenario]:
    """Pages, sorts, filters and fields."""
    yield from _pages()
    yield from _sorts()
    for name, filters in GOOD.items():
        yield Scenario(
            f"records filtered by {name}",
            *_rows(),
            *(listed(filter=text, sort="@rowid", fields="title") for text in filters),
        )
    for name, filters in BAD.items():
        yield Scenario(
            f"filters refused for their {name}",
            *_rows(),
            *(listed(filter=text, status=400) for text in filters),
        )
    yield from _limits()
    yield from _fields()


def _rows() -> Iterator[Step]:
    yield made(*FIELDS)
    yield from (create(row) for row in ROWS)


def _pages() -> Iterator[Scenario]:
    yield Scenario(
        "records in pages",
        *_rows(),
        listed(sort="@rowid"),
        *(listed(page=page, perPage=3, sort="@rowid") for page in (1, 2, 3, 4, 0, -1)),
        *(listed(perPage=size, sort="@rowid", fields="title") for size in (0, 1, 7, 1000, 1001, -1)),
        listed(page="", perPage="", fields="title,page,perPage", sort="@rowid"),
    )
    yield Scenario(
        "records in pages that are no numbers",
        *_rows(),
        *(
            listed(page=page, status=400)
            for page in ("x", "1.5", " 1", "1e1", "0x1", "99999999999999999999", "true")
        ),
        *(listed(perPage=size, status=400) for size in ("x", "1.5", " 1", "null")),
    )
    yield Scenario(
        "records without their total",
        *_rows(),
        *(
            listed(skipTotal=value, perPage=2, sort="@rowid")
            for value in ("1", "true", "0", "false", "t", "F", "")
        ),
        *(listed(skipTotal=value, status=400) for value in ("yes", "2", "x", " 1")),
        listed(skipTotal="1", page=9, perPage=2),
        listed(skipTotal="1", filter="size = 1", sort="title"),
    )
    yield Scenario(
        "records of an empty collection",
        made(*FIELDS),
        listed(),
        listed(page=5, perPage=5),
        listed(skipTotal=1),
    )
    yield Scenario(
        "parameters of lists given twice and unknown",
        *_rows(),
        Step("GET", "/api/collections/{c}/records?page=1&page=2&perPage=2&perPage=3&sort=size&sort=-title"),
        Step("GET", "/api/collections/{c}/records?Page=2&PERPAGE=2&limit=1&offset=2&sort=@rowid"),
        Step("GET", "/api/collections/{c}/records?filter=&sort=&fields=&expand=&page=&perPage="),
        Step("GET", "/api/collections/{c}/records?filter=size%3D1;sort=title&sort=%40rowid"),
        Step("GET", "/api/collections/{c}/records?filter=%zz&sort=%40rowid"),
        Step("GET", "/api/collections/{c}/records?&&=&sort=@rowid&"),
    )


def _sorts() -> Iterator[Scenario]:
    yield Scenario(
        "records sorted",
        *_rows(),
        *(
            listed(sort=sort, fields="title")
            for sort in (
                "title",
                "-title",
                "+size,-title",
                "size,@rowid",
                "-done,size,title",
                "day,title",
                "-@rowid",
                "tags,title",
                "data.n,title",
                "data,title",
                " -size , title ",
                "@rowid",
                "",
                "title:lower",
            )
        ),
    )
    yield Scenario(
        "sorts that are refused",
        *_rows(),
        *(
            listed(sort=sort, status=400)
            for sort in (
                "unknown",
                "-unknown,title",
                "title desc",
                "title;",
                "--title",
                "title.x",
                "@unknown",
                "@request.auth.id",
                "count(*)",
                "title,(select 1)",
                "`title`",
                "size,,title",
            )
        ),
        listed(sort=",".join(["title"] * 8), fields="title"),
        listed(sort=",".join(["title"] * 9), status=400),
    )


def _limits() -> Iterator[Scenario]:
    yield Scenario(
        "filters of a length",
        *_rows(),
        listed(filter=f"title = '{'a' * 3480}'"),
        listed(filter=f"title = '{'a' * 3500}'", status=400),
        listed(filter=" || ".join(f"size={number}" for number in range(100)), sort="@rowid"),
        listed(filter="||".join(f"size={number}" for number in range(201)), status=400),
        listed(filter="(" * 20 + "size = 1" + ")" * 20, sort="@rowid"),
        listed(filter="title != '" + "ü" * 1700 + "'", sort="@rowid"),
    )
    yield Scenario(
        "filters of a stranger",
        made(*FIELDS, field("secret", hidden=True)),
        create({"title": "a", "secret": "b"}),
        listed(who=STRANGER, filter="title = 'a'"),
        listed(who=STRANGER, filter="secret = 'b'", status=400),
        listed(who=STRANGER, sort="secret", status=400),
        listed(who=STRANGER, filter="@collection.users.email != ''", status=403),
        listed(who=STRANGER, filter="@request.auth.id = ''", status=403),
        listed(who=STRANGER, filter="@request.method = 'GET'", status=403),
        listed(who=STRANGER, sort="@rowid"),
        listed(who=STRANGER, sort="@random"),
    )


def _fields() -> Iterator[Scenario]:
    yield Scenario(
        "records with some of their fields",
        *_rows(),
        *(
            listed(sort="@rowid", perPage=3, fields=fields)
            for fields in (
                "title",
                "title,size",
                "*",
                "*,title",
                "data.n",
                "data.*",
                "data.list.n",
                "unknown",
                "title,unknown.x",
                " title , size ",
                "title,title",
                "TITLE",
                "collectionName",
                "expand",
                ",,title",
                "items.title",
                "page,title",
                "totalItems",
                "title.x",
            )
        ),
    )
    yield Scenario(
        "records with excerpts",
        *_rows(),
        *(
            listed(sort="@rowid", fields=fields)
            for fields in (
                "text:excerpt(5)",
                "text:excerpt(5,true)",
                "text:excerpt(5,false)",
                "text:excerpt(100)",
                "text:excerpt(11,true),title",
                "title:excerpt(2,true)",
                "*,title:excerpt(1)",
                "size:excerpt(1)",
                "tags:excerpt(1)",
                "data:excerpt(1)",
                "text:excerpt(0)",
                "text:excerpt(5, true)",
            )
        ),
    )
    yield Scenario(
        "records with excerpts that are wrong",
        *_rows(),
        create({"id": "abcdefghij12345", "text": "<p>a</p>"}),
        *(
            view("abcdefghij12345", query={"fields": fields})
            for fields in (
                "text:excerpt",
                "text:excerpt()",
                "text:excerpt(x)",
                "text:excerpt(-1)",
                "text:excerpt(1,2,3)",
                "text:unknown(1)",
                "text:",
                "text:excerpt(1",
            )
        ),
        view("abcdefghij12345", query={"fields": "text,id"}),
        view("abcdefghij12340", query={"fields": "text:excerpt"}, status=404),
    )
