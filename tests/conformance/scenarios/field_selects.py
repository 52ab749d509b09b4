"""Select fields: their options, values and modifiers."""

from collections.abc import Iterator

from tests.conformance.scenarios.steps import (
    Form,
    Raw,
    Scenario,
    changed,
    create,
    field,
    listed,
    made,
    update,
    view,
)
from tests.conformance.scenarios.tables import options, values

ABC = ["a", "b", "c"]


def scenarios() -> Iterator[Scenario]:
    """Selects of one value and of several."""
    yield from _options()
    yield from _values()
    yield from _modifiers()
    yield from _filters()


def _options() -> Iterator[Scenario]:
    yield options(
        "select options",
        "select",
        good=(
            {"values": ABC},
            {"values": ABC, "maxSelect": 0},
            {"values": ABC, "maxSelect": 3},
            {"values": [""]},
            {"values": ["ü", "with space", "1", ","]},
        ),
        bad=(
            {},
            {"values": []},
            {"values": None},
            {"values": "a"},
            {"values": [1]},
            {"values": ABC, "maxSelect": 4},
            {"values": ABC, "maxSelect": -1},
            {"values": ABC, "maxSelect": "2"},
            {"values": ABC, "maxSelect": 1.5},
        ),
    )
    yield options(
        "select options with the same value twice",
        "select",
        good=({"values": ["a", "a"]}, {"values": ["a", "b", "a"], "maxSelect": 3}),
        bad=({"values": ["a", "a"], "maxSelect": 3},),
    )
    yield Scenario(
        "select options changed under records",
        made(field("f", "select", values=ABC, maxSelect=3)),
        create({"f": ["a", "b"]}, keep={"first": "id"}),
        create({"f": ["c"]}),
        create({"f": []}),
        changed({"fields": [field("f", "select", values=ABC, maxSelect=1)]}),
        listed(sort="@rowid"),
        changed({"fields": [field("f", "select", values=["c", "d"], maxSelect=1)]}),
        listed(sort="@rowid"),
        update("{first}", {"id": "{first}"}, status=400),
        update("{first}", {"f": "d"}),
        changed({"fields": [field("f", "select", values=["c", "d"], maxSelect=2)]}),
        listed(sort="@rowid"),
    )


def _values() -> Iterator[Scenario]:
    yield values(
        "select of one",
        {"type": "select", "values": ABC, "maxSelect": 1},
        good=("a", ["b"], ["a", "b"], "", None, [], '["c"]', [[]]),
        bad=("d", "A", "a ", ["d"], ["a", "d"], 1, True, '["d"]', '"a"', "a,b"),
    )
    yield values(
        "select of several",
        {"type": "select", "values": ABC, "maxSelect": 2},
        good=(
            "a",
            ["b", "a"],
            ["a", "a"],
            ["a", "b", "b"],
            "",
            None,
            [],
            '["a","b"]',
            ["a", None],
            ["", "b"],
        ),
        bad=(["a", "b", "c"], "d", ["a", "d"], [1], '["a","d"]', "a,b", "ax"),
    )
    yield values(
        "select required of several",
        {"type": "select", "values": ABC, "maxSelect": 2, "required": True},
        good=("a", ["a", "b"]),
        bad=("", [], None, [""], [None], ABC),
    )
    yield Scenario(
        "select of a form",
        made(field("f", "select", values=ABC), field("many", "select", values=ABC, maxSelect=2)),
        create(Form((("f", "a"), ("many", "a"), ("many", "b")))),
        create(Form((("f", "a"), ("f", "b"), ("many", "c")))),
        create(Form((("many", '["a","c"]'),))),
        create(Form((("f", '["a"]'),))),
        create(Form((("many", ""), ("many", "a")))),
        create(Form((("many", "a"), ("many", "b"), ("many", "c"))), status=400),
        create(Form((("f", "x"),)), status=400),
        create(Raw("f=a&many=a&many=b", "application/x-www-form-urlencoded")),
        create(Raw("f=a&many=a,b", "application/x-www-form-urlencoded"), status=400),
        listed(sort="@rowid"),
    )


def _modifiers() -> Iterator[Scenario]:
    yield Scenario(
        "select values put to and taken from",
        made(field("f", "select", values=[*ABC, "d"], maxSelect=3)),
        create({"f+": "a"}, keep={"first": "id"}),
        create({"+f": ["a", "b"]}),
        create({"f-": "a"}),
        update("{first}", {"f+": "b"}),
        update("{first}", {"f+": "b"}),
        update("{first}", {"+f": "c"}),
        update("{first}", {"f+": "d"}, status=400),
        update("{first}", {"f+": "x"}, status=400),
        update("{first}", {"f-": "a"}),
        update("{first}", {"f-": ["b", "x"]}),
        update("{first}", {"f-": "unknown"}),
        update("{first}", {"f+": ["a", "d"]}),
        update("{first}", {"f+": []}),
        update("{first}", {"f+": None}),
        update("{first}", {"f+": "b", "f-": "a"}),
        update("{first}", {"f": ["c"], "f+": "a"}),
        update("{first}", {"f-": ["a", "b", "c", "d"]}),
        update("{first}", Form((("f+", "a"), ("f+", "c")))),
        view("{first}"),
    )
    yield Scenario(
        "select value of one put to and taken from",
        made(field("f", "select", values=ABC, maxSelect=1)),
        create({"f+": "a"}, keep={"first": "id"}),
        update("{first}", {"f+": "b"}),
        update("{first}", {"+f": "c"}),
        update("{first}", {"f-": "a"}),
        update("{first}", {"f-": "b"}),
        update("{first}", {"f-": "c"}),
        update("{first}", {"f+": "x"}, status=400),
        view("{first}"),
    )


def _filters() -> Iterator[Scenario]:
    yield Scenario(
        "select in filters",
        made(field("n"), field("one", "select", values=ABC), field("f", "select", values=ABC, maxSelect=3)),
        create({"n": "1", "one": "a", "f": ["a", "b"]}),
        create({"n": "2", "one": "b", "f": ["b"]}),
        create({"n": "3", "f": []}),
        create({"n": "4", "one": "c", "f": ["c", "b", "a"]}),
        *(
            listed(filter=text, sort="n")
            for text in (
                "f = 'b'",
                "f ?= 'b'",
                "f ~ 'b'",
                "f ?~ 'A'",
                "f != 'b'",
                "f ?!= 'b'",
                "f:each = 'b'",
                "f:each ?= 'a'",
                "f:each != 'a'",
                "f:length = 2",
                "f:length > 1",
                "f:length = 0",
                "f:lower = 'a'",
                "one = 'a'",
                "one:each = 'a'",
                "one:length = 1",
                "one = ''",
                "f = ''",
                "f = null",
                "f = '[]'",
            )
        ),
        listed(filter="f:unknown = 'a'", status=400),
        listed(filter="f:each:lower = 'a'", status=400),
        listed(filter="f.a = 'a'", status=400),
        listed(sort="f,n"),
        listed(sort="-one,n"),
    )
