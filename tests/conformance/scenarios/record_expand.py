"""Records with the records that they point at, and with those that point at them."""

from collections.abc import Iterator
from typing import Any

from tests.conformance.scenarios.steps import (
    OTHER,
    OWNER,
    STRANGER,
    Scenario,
    Step,
    changed,
    create,
    delete,
    field,
    listed,
    made,
    update,
    view,
)

A, B, C = "aaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbb", "ccccccccccccccc"


def scenarios() -> Iterator[Scenario]:
    """Expands one and many, forwards and backwards, deep and hidden."""
    yield from _forwards()
    yield from _backwards()
    yield from _deep()
    yield from _rules()
    yield from _filters()


def _books(**options: Any) -> Iterator[Step]:
    """Create authors, and books with one author, several readers and a book that they follow."""
    yield made(
        field("name"), field("user", "relation", collectionId="_pb_users_auth_"), name="{c}_author", **options
    )
    yield made(
        field("title"),
        field("author", "relation", collectionId="{c_authorId}"),
        field("readers", "relation", collectionId="{c_authorId}", maxSelect=5),
    )
    yield create({"id": A, "name": "a", "user": "{ownerId}"}, into="{c}_author")
    yield create({"id": B, "name": "b", "user": "{otherId}"}, into="{c}_author")
    yield create({"id": C, "name": "c"}, into="{c}_author")
    yield create({"id": A, "title": "one", "author": A, "readers": [B, C]})
    yield create({"id": B, "title": "two", "author": A, "readers": [C, A]})
    yield create({"id": C, "title": "three", "readers": []})


def _forwards() -> Iterator[Scenario]:
    yield Scenario(
        "expand of relations",
        *_books(),
        *(
            listed(sort="id", expand=expand)
            for expand in (
                "author",
                "readers",
                "author,readers",
                "author.user",
                "readers.user",
                " author , readers ",
            )
        ),
        view(A, query={"expand": "author,readers.user"}),
        view(C, query={"expand": "author,readers"}),
        create({"title": "new", "author": B}),
        Step(
            "POST",
            "/api/collections/{c}/records",
            {"author": B, "readers": [A]},
            query={"expand": "author,readers"},
        ),
        Step("PATCH", f"/api/collections/{{c}}/records/{A}", {"author": B}, query={"expand": "author"}),
    )
    yield Scenario(
        "expand of what is no relation",
        *_books(),
        *(
            view(A, query={"expand": expand})
            for expand in (
                "unknown",
                "title",
                "author.unknown",
                "author.name",
                "author,unknown",
                "Author",
                ".",
                "author.",
                ".author",
                "author..user",
                ",",
                "author;readers",
                "*",
                "@collection.x",
                "author:length",
                "author author",
            )
        ),
        listed(expand="unknown", sort="id"),
        listed(expand="author,unknown", sort="id"),
    )
    yield Scenario(
        "expand together with fields",
        *_books(),
        *(
            view(A, query={"expand": "author.user,readers", "fields": fields})
            for fields in (
                "title,expand.author.name",
                "expand",
                "expand.*",
                "expand.author.*",
                "expand.readers.name",
                "title,expand.readers.id,expand.author.expand.user.id",
                "*,expand.author.name",
                "expand.unknown",
                "title",
                "expand.author.name:excerpt(1)",
            )
        ),
    )
    yield Scenario(
        "expand of records that have gone",
        *_books(),
        delete(A, of="{c}_author"),
        listed(sort="id", expand="author,readers"),
        update(A, {"readers": [C]}),
        view(A, query={"expand": "readers"}),
    )


def _backwards() -> Iterator[Scenario]:
    yield Scenario(
        "expand of back-relations",
        *_books(),
        *(
            listed(of="{c}_author", sort="id", expand=expand)
            for expand in (
                "{c}_via_author",
                "{c}_via_readers",
                "{c}_via_author.readers",
                "{c}_via_author,{c}_via_readers",
                "user,{c}_via_author.author.user",
                "{c}_via_readers.author.{c}_via_author",
            )
        ),
        view(B, of="{c}_author", query={"expand": "{c}_via_author"}),
        view(
            "{ownerId}",
            of="users",
            query={"expand": "{c}_author_via_user.{c}_via_author", "fields": "id,expand"},
        ),
    )
    yield Scenario(
        "expand of back-relations that do not exist",
        *_books(),
        *(
            view(A, of="{c}_author", query={"expand": expand})
            for expand in (
                "unknown_via_author",
                "{c}_via_unknown",
                "{c}_via_title",
                "{c}_via_",
                "_via_author",
                "{c}_VIA_author",
                "{cId}_via_author",
                "{c}_via_author_via_readers",
            )
        ),
        view(A, query={"expand": "{c}_via_author"}),
        view(A, query={"expand": "{c}_author_via_user"}),
    )
    yield Scenario(
        "expand of a back-relation that is unique",
        made(field("n"), name="{c}_target"),
        made(
            field("one", "relation", collectionId="{c_targetId}"),
            indexes=["CREATE UNIQUE INDEX `idx_{c}` ON `{c}` (`one`)"],
        ),
        create({"id": A, "n": "a"}, into="{c}_target"),
        create({"id": B, "one": A}),
        view(A, of="{c}_target", query={"expand": "{c}_via_one"}),
        listed(of="{c}_target", filter="{c}_via_one.id = 'x'"),
        listed(of="{c}_target", filter=f"{{c}}_via_one.id = '{B}'"),
    )


def _deep() -> Iterator[Scenario]:
    yield Scenario(
        "expand through six levels",
        made(field("n")),
        changed({"fields": [field("n"), field("up", "relation", collectionId="{cId}")]}),
        create({"id": "r" * 15, "n": "0"}),
        *(
            create({"id": letter * 15, "n": letter, "up": before * 15})
            for before, letter in zip("rstuvwxy", "stuvwxyz", strict=True)
        ),
        *(view("z" * 15, query={"expand": ".".join(["up"] * depth)}) for depth in (1, 5, 6, 7, 9)),
        view("r" * 15, query={"expand": ".".join(["{c}_via_up"] * 7)}),
        listed(filter="up.up.up.n = 'r'", sort="id"),
        listed(filter=".".join(["up"] * 6) + ".n = 's'", sort="id"),
        listed(filter=".".join(["up"] * 7) + ".n = 's'", status=400),
        listed(sort="up.n,id"),
        listed(sort="-up.up.n,id"),
    )
    yield Scenario(
        "expand of a ring",
        made(field("n")),
        changed({"fields": [field("n"), field("to", "relation", collectionId="{cId}", maxSelect=3)]}),
        create({"id": A, "n": "a"}),
        create({"id": B, "n": "b", "to": [A]}),
        update(A, {"to": [B, A]}),
        view(A, query={"expand": "to"}),
        view(A, query={"expand": "to.to.to"}),
        listed(expand="to.to", sort="id"),
    )


def _rules() -> Iterator[Scenario]:
    yield Scenario(
        "expand of records that are hidden by their view rule",
        *_books(viewRule="user = @request.auth.id"),
        *(
            listed(who=who, sort="id", expand="author,readers")
            for who in (STRANGER, OWNER, OTHER, "superuser")
        ),
        view(A, who=OWNER, query={"expand": "author.user"}),
        view(A, who=OTHER, query={"expand": "readers.user"}),
    )
    yield Scenario(
        "expand of records for superusers alone",
        *_books(viewRule=None, listRule=None),
        *(listed(who=who, sort="id", expand="author,readers") for who in (STRANGER, OWNER, "superuser")),
        listed(who=OWNER, filter="author.name = 'a'", sort="id", status=400),
        listed(who=OWNER, sort="author.name", status=400),
        listed(filter="author.name = 'a'", sort="id"),
    )
    yield Scenario(
        "expand of accounts with addresses that are hidden",
        *_books(),
        listed(who=STRANGER, of="{c}_author", sort="id", expand="user"),
        listed(who=OWNER, of="{c}_author", sort="id", expand="user"),
        listed(of="{c}_author", sort="id", expand="user"),
    )
    yield Scenario(
        "expand of hidden fields",
        made(field("n"), field("secret", hidden=True), name="{c}_target"),
        made(field("to", "relation", collectionId="{c_targetId}", hidden=True), field("n")),
        create({"id": A, "n": "a", "secret": "b"}, into="{c}_target"),
        create({"id": A, "to": A}),
        view(A, query={"expand": "to"}),
        view(A, query={"expand": "to"}, who=STRANGER),
        view(A, of="{c}_target", query={"expand": "{c}_via_to"}, who=STRANGER),
        listed(who=STRANGER, filter="to.n = 'a'", status=400),
        listed(filter="to.secret = 'b'"),
    )


def _filters() -> Iterator[Scenario]:
    yield Scenario(
        "filters through relations",
        *_books(),
        *(
            listed(filter=text, sort="title")
            for text in (
                "author.name = 'a'",
                "author.name != 'a'",
                "readers.name = 'c'",
                "readers.name ?= 'c'",
                "readers.name ?= 'a' && readers.name ?= 'c'",
                "readers.name ?= 'a' || readers.name ?= 'b'",
                "readers.name != 'c'",
                "readers.name ?!= 'c'",
                "readers:length = 2",
                f"readers:each != '{A}'",
                f"readers ~ '{C}'",
                f"readers ?= '{C}'",
                f"author = '{A}'",
                "author.user.id = '{ownerId}'",
                "author.user.name ~ ''",
                "author.{c}_via_author.title = 'one'",
                "author.{c}_via_author.title ?= 'one'",
                "author.{c}_via_readers.title ?= 'two'",
                "readers.{c}_via_author.id ?!= ''",
                "author.name:lower = 'a'",
                "author = ''",
                "author.id = ''",
            )
        ),
    )
    yield Scenario(
        "filters and sorts through back-relations",
        *_books(),
        *(
            listed(of="{c}_author", filter=text, sort="name")
            for text in (
                "{c}_via_author.title = 'one'",
                "{c}_via_author.title ?= 'one'",
                "{c}_via_readers.title ?= 'two'",
                "{c}_via_author.id = ''",
                "{c}_via_author.id != ''",
                "{c}_via_author.readers.name ?= 'c'",
                "{c}_via_author.title ?~ 'o' && {c}_via_readers.title ?~ 'o'",
            )
        ),
        listed(of="{c}_author", sort="{c}_via_author.title,name"),
        listed(of="{c}_author", filter="{c}_via_author:length = 2", status=400),
        listed(of="{c}_author", filter="unknown_via_author.id = ''", status=400),
        listed(of="{c}_author", filter="{c}_via_title.id = ''", status=400),
        listed(of="{c}_author", filter="{c}_via_author.unknown = ''", status=400),
        listed(of="{c}_author", filter="{c}_via_author = ''", status=400),
        listed(filter="{c}_via_author.id = ''", status=400),
    )
