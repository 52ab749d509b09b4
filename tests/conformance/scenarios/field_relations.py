"""Relation fields: their options, values and modifiers, and what becomes of them when a record goes."""

from collections.abc import Iterator

from tests.conformance.scenarios.steps import (
    Form,
    Scenario,
    Step,
    ask,
    changed,
    create,
    delete,
    field,
    listed,
    made,
    update,
    view,
)
from tests.conformance.scenarios.tables import options

A, B, C = "aaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbb", "ccccccccccccccc"
UNKNOWN = "xxxxxxxxxxxxxxx"
TARGET = "{c_targetId}"


def scenarios() -> Iterator[Scenario]:
    """Options, values, modifiers and deletions."""
    yield from _options()
    yield from _changes()
    yield from _values()
    yield from _modifiers()
    yield from _deletions()


def targets() -> Iterator[Step]:
    """Create a collection with three records to point at."""
    yield made(field("title"), name="{c}_target")
    for record, title in ((A, "a"), (B, "b"), (C, "c")):
        yield create({"id": record, "title": title}, into="{c}_target")


def _options() -> Iterator[Scenario]:
    yield options(
        "relation options",
        "relation",
        before=targets(),
        good=(
            {"collectionId": TARGET},
            {"collectionId": TARGET, "maxSelect": 5, "minSelect": 2},
            {"collectionId": TARGET, "cascadeDelete": True},
            {"collectionId": TARGET, "minSelect": 0, "maxSelect": 0},
            {"collectionId": TARGET, "maxSelect": 2147483647},
        ),
        bad=(
            {},
            {"collectionId": ""},
            {"collectionId": "unknown"},
            {"collectionId": "{c}_target"},
            {"collectionId": TARGET, "maxSelect": -1},
            {"collectionId": TARGET, "minSelect": -1},
            {"collectionId": TARGET, "minSelect": 3, "maxSelect": 2},
            {"collectionId": TARGET, "cascadeDelete": "yes"},
            {"collectionId": 5},
        ),
    )
    yield Scenario(
        "relation to oneself and to the accounts",
        made(field("n")),
        changed({"fields": [field("n"), field("up", "relation", collectionId="{cId}")]}),
        changed(
            {
                "fields": [
                    field("n"),
                    field("up", "relation", collectionId="{cId}"),
                    field("by", "relation", collectionId="_pb_users_auth_"),
                ]
            }
        ),
        create({"id": A, "n": "a", "by": "{ownerId}"}),
        create({"id": B, "n": "b", "up": A, "by": "{superuserId}"}, status=400),
        create({"id": B, "n": "b", "up": A, "by": "{otherId}"}),
        update(A, {"up": A}),
        create({"id": C, "up": C}, status=400),
        view(B, query={"expand": "up,by"}),
    )


def _changes() -> Iterator[Scenario]:
    yield Scenario(
        "relation that changes its collection",
        *targets(),
        made(field("title"), name="{c}_other"),
        made(field("f", "relation", collectionId=TARGET)),
        changed({"fields": [field("f", "relation", collectionId="{c_otherId}")]}, status=400),
        changed({"fields": [field("f", "relation", collectionId="")]}, status=400),
        changed({"fields": [field("g", "relation", collectionId="{c_otherId}")]}),
    )
    yield Scenario(
        "relation between one and several",
        *targets(),
        made(field("f", "relation", collectionId=TARGET, maxSelect=3)),
        create({"id": A, "f": [A, B]}),
        create({"id": B, "f": [C]}),
        create({"id": C, "f": []}),
        changed({"fields": [field("f", "relation", collectionId=TARGET, maxSelect=1)]}),
        listed(sort="id"),
        changed({"fields": [field("f", "relation", collectionId=TARGET, maxSelect=2)]}),
        listed(sort="id"),
        changed({"fields": [field("f", "relation", collectionId=TARGET, maxSelect=2, minSelect=2)]}),
        update(A, {"id": A}, status=400),
        update(C, {"id": C}),
    )
    yield Scenario(
        "relation target cannot go before the field",
        *targets(),
        made(field("f", "relation", collectionId=TARGET)),
        ask("DELETE", "/api/collections/{c}_target", status=400),
        ask("DELETE", "/api/collections/{c}", status=204),
        ask("DELETE", "/api/collections/{c}_target", status=204),
    )


def _values() -> Iterator[Scenario]:
    yield Scenario(
        "relation of one",
        *targets(),
        made(field("f", "relation", collectionId=TARGET, maxSelect=1)),
        create({"f": A}, keep={"first": "id"}),
        create({"f": [A]}),
        create({"f": [A, B]}),
        create({"f": f'["{C}"]'}),
        create({"f": UNKNOWN}, status=400),
        create({"f": A.upper()}, status=400),
        create({"f": f"{A},{B}"}, status=400),
        create({"f": {"id": A}}),
        create({"f": [{"id": A}]}),
        create({"f": [A, UNKNOWN]}, status=400),
        update("{first}", {"f": UNKNOWN}, status=400),
        update("{first}", {"f": B}),
        update("{first}", {"f": ""}),
        listed(sort="@rowid"),
    )
    yield Scenario(
        "relation of several",
        *targets(),
        made(field("f", "relation", collectionId=TARGET, maxSelect=2)),
        create({"f": [A, B]}, keep={"first": "id"}),
        create({"f": A}),
        create({"f": [B, A, B, B]}),
        create({"f": [A, B, C]}, status=400),
        create({"f": [A, UNKNOWN]}, status=400),
        create({"f": ["", None, C]}),
        create(Form((("f", A), ("f", C)))),
        create(Form((("f", f'["{A}","{C}"]'),))),
        create(Form((("f", f"{A},{C}"),)), status=400),
        update("{first}", {"f": [C]}),
        update("{first}", {"f": [C, UNKNOWN]}, status=400),
        update("{first}", {"f": [A, B, C]}, status=400),
        listed(sort="@rowid"),
    )
    yield Scenario(
        "relation of at least two",
        *targets(),
        made(field("f", "relation", collectionId=TARGET, minSelect=2, maxSelect=3)),
        create({}),
        create({"f": [A, B]}, keep={"first": "id"}),
        create({"f": A}, status=400),
        create({"f": [A, A]}, status=400),
        update("{first}", {"f": []}),
        update("{first}", {"f": [C]}, status=400),
    )
    yield Scenario(
        "relation required of at least two",
        *targets(),
        made(field("f", "relation", collectionId=TARGET, minSelect=2, maxSelect=3, required=True)),
        create({}, status=400),
        create({"f": A}, status=400),
        create({"f": [A, B]}, keep={"first": "id"}),
        update("{first}", {"f": []}, status=400),
        update("{first}", {"f-": B}, status=400),
        view("{first}"),
    )


def _modifiers() -> Iterator[Scenario]:
    yield Scenario(
        "relation put to and taken from",
        *targets(),
        made(field("f", "relation", collectionId=TARGET, maxSelect=2)),
        create({"f+": A}, keep={"first": "id"}),
        create({"+f": [B, A]}),
        update("{first}", {"f+": B}),
        update("{first}", {"+f": C}, status=400),
        update("{first}", {"f+": UNKNOWN}, status=400),
        update("{first}", {"f-": A}),
        update("{first}", {"f-": UNKNOWN}),
        update("{first}", {"+f": C}),
        update("{first}", {"f+": B}),
        update("{first}", {"f-": [B, C]}),
        update("{first}", {"f+": [A, C]}),
        update("{first}", {"f+": None, "f-": None}),
        update("{first}", {"f+": B, "f-": A}),
        view("{first}"),
    )
    yield Scenario(
        "relation of one put to and taken from",
        *targets(),
        made(field("f", "relation", collectionId=TARGET)),
        create({"f+": A}, keep={"first": "id"}),
        update("{first}", {"f+": B}),
        update("{first}", {"+f": C}),
        update("{first}", {"f-": A}),
        update("{first}", {"f-": B}),
        update("{first}", {"f+": UNKNOWN}, status=400),
        update("{first}", {"f-": C}),
        view("{first}"),
    )


def _deletions() -> Iterator[Scenario]:
    yield Scenario(
        "a record goes and is unset where it was pointed at",
        *targets(),
        made(
            field("one", "relation", collectionId=TARGET),
            field("many", "relation", collectionId=TARGET, maxSelect=3),
        ),
        create({"id": A, "one": A, "many": [A, B]}),
        create({"id": B, "one": B, "many": [A]}),
        delete(A, of="{c}_target"),
        listed(sort="id"),
        delete(A, of="{c}_target", status=404),
        view(A, of="{c}_target", status=404),
    )
    yield Scenario(
        "a record goes with those that point at it",
        *targets(),
        made(
            field("one", "relation", collectionId=TARGET, cascadeDelete=True),
            field("many", "relation", collectionId=TARGET, maxSelect=3, cascadeDelete=True),
        ),
        create({"id": A, "one": A}),
        create({"id": B, "many": [A]}),
        create({"id": C, "many": [A, B]}),
        create({"id": UNKNOWN, "one": B}),
        delete(A, of="{c}_target"),
        listed(sort="id"),
        delete(B, of="{c}_target"),
        listed(sort="id"),
    )
    yield Scenario(
        "a record that is demanded cannot go",
        *targets(),
        made(
            field("one", "relation", collectionId=TARGET, required=True),
            field("many", "relation", collectionId=TARGET, required=True, maxSelect=3),
        ),
        create({"id": A, "one": A, "many": [B, C]}),
        delete(A, of="{c}_target", status=400),
        delete(B, of="{c}_target"),
        delete(C, of="{c}_target", status=400),
        listed(sort="id"),
        listed(of="{c}_target", sort="id"),
        delete(A),
        delete(A, of="{c}_target"),
    )
    yield Scenario(
        "a record that is demanded goes with those that demand it",
        *targets(),
        made(field("one", "relation", collectionId=TARGET, required=True, cascadeDelete=True)),
        create({"id": A, "one": A}),
        create({"id": B, "one": B}),
        delete(A, of="{c}_target"),
        listed(sort="id"),
    )
    yield from _chains()


def _chains() -> Iterator[Scenario]:
    def link(to: str, **more: object) -> dict[str, object]:
        return field("f", "relation", collectionId=to, **more)

    yield Scenario(
        "a record goes with a chain of others",
        *targets(),
        made(link(TARGET, cascadeDelete=True), name="{c}_middle"),
        made(link("{c_middleId}", cascadeDelete=True)),
        create({"id": A, "f": A}, into="{c}_middle"),
        create({"id": B, "f": B}, into="{c}_middle"),
        create({"id": A, "f": A}),
        create({"id": B, "f": B}),
        delete(A, of="{c}_target"),
        listed(of="{c}_middle", sort="id"),
        listed(sort="id"),
    )
    yield Scenario(
        "a chain that is refused at its end leaves all as it was",
        *targets(),
        made(link(TARGET, cascadeDelete=True), name="{c}_middle"),
        made(link("{c_middleId}", required=True)),
        create({"id": A, "f": A}, into="{c}_middle"),
        create({"id": A, "f": A}),
        delete(A, of="{c}_target", status=400),
        listed(of="{c}_target", sort="id"),
        listed(of="{c}_middle", sort="id"),
        listed(sort="id"),
    )
    yield Scenario(
        "records in a ring go together",
        made(field("n")),
        changed({"fields": [field("n"), link("{cId}", cascadeDelete=True)]}),
        create({"id": A}),
        create({"id": B, "f": A}),
        update(A, {"f": B}),
        create({"id": C, "f": C}, status=400),
        create({"id": C, "f": B}),
        update(C, {"f": C}),
        delete(A),
        listed(sort="id"),
        delete(C),
        listed(sort="id"),
    )
