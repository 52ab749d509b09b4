"""Fields of texts: text, editor, password; their options and values."""

from collections.abc import Iterator

from tests.conformance.scenarios.steps import (
    STRANGER,
    Form,
    Scenario,
    create,
    field,
    listed,
    made,
    shown,
    update,
    view,
)
from tests.conformance.scenarios.tables import options, values


def scenarios() -> Iterator[Scenario]:
    """Texts, their ids, editors and passwords."""
    yield from _text_options()
    yield from _text_values()
    yield from _generated()
    yield from _ids()
    yield from _editor()
    yield from _password()


def _text_options() -> Iterator[Scenario]:
    yield options(
        "text options min and max",
        "text",
        good=({"min": 0, "max": 0}, {"min": 3}, {"max": 3}, {"min": 3, "max": 3}, {"min": None}),
        bad=({"min": -1}, {"max": -1}, {"min": 4, "max": 3}, {"max": 9007199254740992}),
    )
    yield options(
        "text options of wrong types",
        "text",
        good=({"unknown": 1}, {"required": None}),
        bad=({"min": "3"}, {"max": 1.5}, {"pattern": 1}, {"required": "yes"}, {"min": []}, {"hidden": 1}),
    )
    yield options(
        "text options pattern",
        "text",
        good=({"pattern": "^[a-z]+$"}, {"pattern": "\\d{3}"}, {"pattern": "(?i)abc"}, {"pattern": "\\p{L}+"}),
        bad=({"pattern": "("}, {"pattern": "[z-a]"}, {"pattern": "a{2,1}"}, {"pattern": "(?=a)"}),
    )
    yield options(
        "text options autogeneratePattern",
        "text",
        good=(
            {"autogeneratePattern": "[a-z]{5}"},
            {"autogeneratePattern": "[0-9]{3}", "pattern": "^\\d+$"},
            {"autogeneratePattern": "[A-Z]{4}", "min": 4, "max": 4},
        ),
        bad=(
            {"autogeneratePattern": "("},
            {"autogeneratePattern": "[a-z]{5}", "pattern": "^\\d+$"},
            {"autogeneratePattern": "[a-z]{5}", "max": 4},
            {"autogeneratePattern": "[a-z]{5}", "min": 6},
            {"autogeneratePattern": "^[a-z]{5}$"},
        ),
    )


def _text_values() -> Iterator[Scenario]:
    text = {"type": "text"}
    yield values(
        "text of every kind", text, good=("a", " a ", "ü", "日本語", "😀", "a\nb\t", "'\"\\", "<b>", "%_")
    )
    yield values("text without limits", text, good=("a" * 5000,), bad=("a" * 5001, "😀" * 5001))
    yield values(
        "text as long as max", text | {"max": 3}, good=("", "abc", "äöü", "😀😀😀"), bad=("abcd", "😀" * 4)
    )
    yield values("text beyond 5000", text | {"max": 6000}, good=("a" * 6000,), bad=("a" * 6001,))
    yield values("text as short as min", text | {"min": 2}, good=("", "ab", "äö"), bad=("a", "😀", " "))
    yield values(
        "text with min and required", text | {"min": 2, "required": True}, good=("ab",), bad=("", "a", None)
    )
    yield values(
        "text of a pattern", text | {"pattern": "^[a-z]+$"}, good=("", "abc"), bad=("Abc", "a1", "a\n")
    )
    yield values(
        "text of an unanchored pattern", text | {"pattern": "\\d"}, good=("a1b", 5), bad=("a", " ", "true")
    )
    yield values(
        "text of a pattern of characters",
        text | {"pattern": "^\\p{Lu}"},
        good=("Über", "A"),
        bad=("über", "1"),
    )
    yield values("text with a NUL", text, good=("a\0b",))
    yield Scenario(
        "text hidden and presentable",
        made(field("secret", hidden=True), field("title", presentable=True)),
        create({"secret": "a", "title": "b"}, keep={"first": "id"}),
        create({"secret": "c", "title": "d"}, who=STRANGER),
        view("{first}"),
        view("{first}", who=STRANGER),
        listed(who=STRANGER, filter="secret = 'a'", status=400),
        listed(who=STRANGER, sort="secret", status=400),
        listed(filter="secret = 'a'"),
        update("{first}", {"secret": "e"}, who=STRANGER),
        view("{first}"),
    )


def _generated() -> Iterator[Scenario]:
    generated = field("f", autogeneratePattern="[0-9]{15}x", min=16)

    yield Scenario(
        "text generated",
        made(field("f", autogeneratePattern="[x]{5}"), field("plain")),
        create({}, keep={"first": "id"}),
        create({"f": "given"}),
        create({"f": ""}),
        create({"f": None}),
        create({"f:autogenerate": ""}),
        create({"f:autogenerate": "before_"}),
        create({"f:autogenerate": "before_", "f": "given"}),
        create({"plain:autogenerate": "before_"}),
        create({"f:unknown": "x"}),
        update("{first}", {"f": ""}),
        update("{first}", {"f:autogenerate": "again_"}),
        update("{first}", {"f:autogenerate": ""}),
        listed(sort="@rowid"),
    )
    yield Scenario(
        "text generated beyond its limits",
        made(field("f", autogeneratePattern="[x]{5}", max=5), generated | {"name": "g"}),
        create({"f:autogenerate": "long_"}, status=400),
        create({"f": "too long"}, status=400),
        create({"f": "12345", "g": "too short"}, status=400),
        listed(),
    )
    yield Scenario(
        "text generated and required",
        made(field("f", autogeneratePattern="[x]{5}", required=True)),
        create({}, keep={"first": "id"}),
        create({"f": ""}),
        update("{first}", {"f": ""}, status=400),
        update("{first}", {"f": None}, status=400),
        view("{first}"),
    )


def _ids() -> Iterator[Scenario]:
    own = field("id", primaryKey=True, required=True, system=True)

    yield Scenario(
        "an id given",
        made(field("f")),
        create({"id": "abcdefghij12345", "f": "a"}),
        create({"id": "abcdefghij12345"}, status=400),
        create({"id": "ABCDEFGHIJ12345"}, status=400),
        create({"id": "abcdefghij1234"}, status=400),
        create({"id": "abcdefghij123456"}, status=400),
        create({"id": "abcdefghij-2345"}, status=400),
        create({"id": "abcdefghij 2345"}, status=400),
        create({"id": "äbcdefghij12345"}, status=400),
        create({"id": 123456789012345}),
        create({"id": None}),
        create({"id": ""}),
        create({"id": []}),
        create({"id:autogenerate": ""}),
        listed(sort="@rowid"),
    )
    yield Scenario(
        "an id changed",
        made(field("f")),
        create({"id": "abcdefghij12345", "f": "a"}),
        update("abcdefghij12345", {"id": "abcdefghij12345"}),
        update("abcdefghij12345", {"id": "abcdefghij12346"}, status=400),
        update("abcdefghij12345", {"id": ""}, status=400),
        update("abcdefghij12345", {"id": None}, status=400),
        update("abcdefghij12345", {"id:autogenerate": ""}, status=400),
        view("abcdefghij12345"),
    )
    yield Scenario(
        "ids of another pattern",
        made(own | {"pattern": "^[A-Za-z_]+$", "min": 2, "max": 20}, field("f")),
        shown(),
        create({"id": "Abc_d"}),
        create({"id": "abc_D"}, status=400),
        create({"id": "ab1"}, status=400),
        create({"id": "a"}, status=400),
        create({"id": "a" * 21}, status=400),
        create({}, status=400),
        view("Abc_d"),
        view("abc_d", status=404),
    )
    yield Scenario(
        "ids without a pattern",
        made(own, field("f")),
        shown(),
        create({"id": "ab 1"}, status=400),
        create({"id": "ü.b"}, status=400),
        create({"id": "a/b"}, status=400),
        create({"id": "a'b"}, status=400),
        create({"id": "a%b"}, status=400),
        create({"id": "a\tb"}, status=400),
        create({"id": "CON"}, status=400),
        create({"id": ".."}, status=400),
        create({"id": "ü-b"}, status=400),
        create({"id": "abc"}),
        listed(sort="@rowid"),
    )
    yield Scenario(
        "ids described badly",
        made({"name": "id", "type": "number"}, status=400),
        made({"name": "id", "type": "text"}, name="{c}_1"),
        made(field("id", primaryKey=True, required=False), name="{c}_2"),
        made(field("id", primaryKey=True, required=True, hidden=True), name="{c}_3"),
        made(field("id", primaryKey=True, required=True, pattern=""), name="{c}_4"),
        made(field("key", primaryKey=True, required=True), name="{c}_5", status=400),
        made(field("Id"), name="{c}_6", status=400),
        made(own | {"autogeneratePattern": "[A-Z]{20}", "max": 15}, name="{c}_7", status=400),
    )


def _editor() -> Iterator[Scenario]:
    yield options(
        "editor options",
        "editor",
        good=({"maxSize": 0}, {"maxSize": 10}, {"convertURLs": True}, {"maxSize": 9007199254740991}),
        bad=({"maxSize": -1}, {"maxSize": "10"}, {"convertURLs": "yes"}, {"maxSize": 9007199254740992}),
    )
    yield values(
        "editor of a size",
        {"type": "editor", "maxSize": 10},
        good=("<p>abc</p>", "ääääää"[:5], ""),
        bad=("<p>abcd</p>", "ääääää", "x" * 11),
    )
    yield values(
        "editor without limits",
        {"type": "editor", "convertURLs": True},
        good=("<script>alert(1)</script>", '<a href="/relative">x</a>', "x" * 10000, "<p>", 5),
    )
    yield values(
        "editor required",
        {"type": "editor", "required": True},
        good=("<p></p>", " "),
        bad=("", None, []),
    )


def _password() -> Iterator[Scenario]:
    yield options(
        "password options",
        "password",
        good=({"min": 1, "max": 71}, {"pattern": "^\\w+$"}, {"cost": 4}, {"cost": 0}, {"min": 5, "max": 5}),
        bad=({"min": -1}, {"max": 72}, {"min": 5, "max": 4}, {"pattern": "("}, {"cost": 3}, {"cost": 32}),
    )
    cheap = {"type": "password", "cost": 4}
    yield values(
        "password of a length", cheap | {"min": 3, "max": 5}, good=("abc", "abcde", ""), bad=("ab", "abcdef")
    )
    yield values(
        "password of a pattern", cheap | {"pattern": "^[a-z]+$"}, good=("abc",), bad=("ABC", "abc1", " ")
    )
    yield values(
        "password of many bytes",
        cheap,
        good=("a" * 71, "ä" * 36, "😀" * 18),
        bad=("a" * 72, "ä" * 37, "a\0b" * 30),
    )
    yield Scenario(
        "password in a record is never shown",
        made(
            field("secret", "password", cost=4, required=True),
            field("open", "password", cost=4, hidden=False),
        ),
        shown(),
        create({"secret": "12345678", "open": "abc"}, keep={"first": "id"}),
        view("{first}"),
        view("{first}", who=STRANGER),
        view("{first}", query={"fields": "secret,open,id"}),
        listed(filter="secret != ''"),
        listed(filter="secret != ''", who=STRANGER),
        listed(filter="secret = '12345678'"),
        update("{first}", {"secret": ""}, status=400),
        update("{first}", Form((("secret", "new password"),))),
        create({"open": "a"}, status=400),
    )
