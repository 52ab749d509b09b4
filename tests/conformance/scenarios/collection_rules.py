"""API rules as they are given to a collection: what is taken, and what is refused and how."""

from collections.abc import Iterator
from typing import Any

from tests.conformance.scenarios.steps import RULES, Scenario, Step, changed, field, made, shown

FIELDS = (
    field("text"),
    field("number", "number"),
    field("day", "date"),
    field("list", "select", values=["a", "b"], maxSelect=2),
    field("data", "json"),
    field("place", "geoPoint"),
    field("user", "relation", collectionId="_pb_users_auth_"),
    field("users", "relation", collectionId="_pb_users_auth_", maxSelect=3),
    field("secret", hidden=True),
    field("file", "file"),
)

GOOD = {
    "constants": ("1 = 1", "true = true", "null = null", "'a' != \"b\"", "1.5 > -2"),
    "fields": ("id != ''", "text = number", "day < @now", "secret = 'a'", "file != ''", "place.lon > 5"),
    "operators": (
        "text ~ 'a'",
        "text !~ 'a'",
        "number >= 1 && number <= 2",
        "list ?= 'a'",
        "list ?!= 'a'",
        "list ?~ 'a'",
    ),
    "any-of comparisons": (
        "users.id ?= 'a'",
        "number ?> 1",
        "number ?>= 1",
        "number ?< 1",
        "number ?<= 1",
        "list ?!~ 'a'",
    ),
    "groups and comments": (
        "(text = 'a' || (number = 1 && text != 'b'))",
        "text = 'a' // a comment",
        "text='a'&&number=1",
    ),
    "auth": (
        "@request.auth.id != ''",
        "@request.auth.email = text",
        "@request.auth.collectionName = 'users'",
        "@request.auth.verified = true",
    ),
    "auth fields of no collection": ("@request.auth.unknown = 'a'", "@request.auth.a.b.c = 1"),
    "body": (
        "@request.body.text = 'a'",
        "@request.body.text:isset = true",
        "@request.body.number > 1",
        "@request.body.unknown = 1",
    ),
    "body of lists": (
        "@request.body.list:length = 1",
        "@request.body.list:each = 'a'",
        "@request.body.user.name = 'a'",
        "@request.body.data.a = 1",
    ),
    "body changes": ("@request.body.text:changed = true", "@request.body.list:changed = false"),
    "query and headers": (
        "@request.query.a = 'b'",
        "@request.headers.x_token = 'a'",
        "@request.query.a:isset = true",
        "@request.headers.host != ''",
    ),
    "method and context": (
        "@request.method = 'GET'",
        "@request.context = 'default'",
        "@request.context != 'oauth2'",
    ),
    "other collections": (
        "@collection.users.id = user",
        "@collection.users:alias.id ?= user",
        "@collection.{c}.text = text",
        "@collection.users.email ?= text",
    ),
    "back-relations": (
        "user.{c}_via_user.text = 'a'",
        "user.{c}_via_users.id ?= id",
        "user.{c}_via_user.user.name = 'a'",
    ),
    "parts that do not exist": ("place.height = 1", "text:each = 1", "user.name:each = 'a'", "data.a.b = 1"),
    "modifiers": (
        "text:lower = 'a'",
        "list:length > 1",
        "list:each != 'a'",
        "users:length = 2",
        "text:isset = true",
        "user.name:lower = 'a'",
    ),
    "functions": (
        "geoDistance(place.lon, place.lat, 1, 2) < 5",
        "strftime('%Y', day) = '2024'",
        "geoDistance(1, 2, 3, 4) > text",
    ),
    "macros": (
        "day > @todayStart",
        "day < @monthEnd",
        "number = @weekday",
        "day != @yesterday",
        "number < @year",
    ),
    "blanks": ("text = 'a'\n&& number = 1", "\ttext\t=\t'a'"),
    "quotes": ("text = 'it\\'s'", "text = \"a 'b' c\"", "text = 'ü 😀'", "text = '%'", "text = ''"),
}

BAD = {
    "nothing but blanks": (" ", "\n", "// a comment"),
    "syntax": (
        "text",
        "=",
        "text =",
        "= 'a'",
        "text 'a'",
        "text = 'a' number = 1",
        "&&",
        "text = 'a' &&",
        "text == 'a'",
    ),
    "groups": (
        "(",
        ")",
        "()",
        "(text = 'a'",
        "text = 'a')",
        "((text = 'a')",
        "text = ('a')",
        "!(text = 'a')",
    ),
    "operators": (
        "text ! 'a'",
        "text <> 'a'",
        "text like 'a'",
        "text & 'a'",
        "text = 'a' and number = 1",
        "text is null",
        "text =~ 'a'",
    ),
    "quotes": ("text = 'a", 'text = "a', "text = a'", "text = `a`", "text = 'a''b'"),
    "unknown fields": (
        "unknown = 1",
        "text.a = 1",
        "user.unknown = 1",
        "user.name.a = 1",
        "UNKNOWN.a = 1",
    ),
    "letters of another case": (
        "Text = 'a'",
        "ID = 'a'",
        "@Request.auth.id = ''",
        "@collection.Unknown.id = ''",
    ),
    "unknown requests": (
        "@request.unknown = 1",
        "@request = 1",
        "@unknown.a = 1",
        "@request.auth = 1",
        "@request.body = 1",
    ),
    "unknown collections": (
        "@collection.unknown.id = 1",
        "@collection.users = 1",
        "@collection = 1",
        "@collection.users.unknown = 1",
    ),
    "back-relations": (
        "unknown_via_user.id = 1",
        "user.{c}_via_text.id = 1",
        "user.{c}_via_unknown.id = 1",
        "{c}_via_user.id = 1",
    ),
    "modifiers": (
        "text:unknown = 1",
        "@request.method:isset = true",
        "text: = 1",
    ),
    "functions": (
        "geoDistance(1, 2, 3) < 5",
        "unknown(text) = 1",
        "geoDistance('a', 2, 3, 4) < 5",
        "lower(text) = 'a'",
        "strftime() = 'a'",
    ),
    "macros": ("day > @unknown", "day > @now.a", "@ = 1", "day > @NOW"),
    "SQL": (
        "1; DROP TABLE users",
        "text = 'a' -- b",
        "text = 'a' /* b */",
        "SELECT 1",
        "text = (SELECT 1)",
        "1=1) OR (1=1",
    ),
    "strange characters": (
        "text = 'a' ; ",
        "téxt = 'a'",
        "text = #",
        "text[0] = 'a'",
        "{text} = 'a'",
        "$text = 'a'",
    ),
}


def scenarios() -> Iterator[Scenario]:
    """Good and bad rules by what they are made of; each kind of rule; rules of auth collections."""
    for name, rules in GOOD.items():
        yield Scenario(f"rules of {name} that are taken", *_tried(rules, 200))
    for name, rules in BAD.items():
        yield Scenario(f"rules of {name} that are refused", *_tried(rules, 400))
    yield from _kinds()
    yield from _auth()
    yield from _limits()


def _tried(rules: tuple[str, ...], status: int) -> Iterator[Step]:
    """Set each rule as the list rule and as the create rule of a collection."""
    yield made(*FIELDS)
    for rule in rules:
        yield changed({"listRule": rule}, status=status)
        yield changed({"createRule": rule}, status=status)
    yield shown()


def _kinds() -> Iterator[Scenario]:
    for kind in RULES:
        wrong: dict[str, Any] = {kind: "unknown = 1"}
        yield Scenario(
            f"{kind} set, changed and closed",
            made(*FIELDS, open_=False),
            shown(),
            changed({kind: "text = 'a'"}),
            changed({kind: "unknown = 'a'"}, status=400),
            changed({kind: 5}, status=400),
            changed({kind: ["text = 'a'"]}, status=400),
            changed({kind: ""}),
            changed({kind: None}),
            shown(),
            made(*FIELDS, name="{c}_1", open_=False, **wrong, status=400),
        )
    right: dict[str, Any] = dict.fromkeys(RULES, "text = 1")
    wrong = {rule: f"{rule} = 1" for rule in RULES}
    yield Scenario(
        "all rules are wrong at once",
        made(*FIELDS, **wrong, status=400),
        made(*FIELDS, **right),
        changed(wrong, status=400),
        changed({"name": "a b", "fields": [field("a b")], "listRule": "text ="}, status=400),
    )


def _auth() -> Iterator[Scenario]:
    for kind in ("authRule", "manageRule"):
        right: dict[str, Any] = {kind: "verified = true"}
        wrong: dict[str, Any] = {kind: "unknown = 1"}
        yield Scenario(
            f"{kind} of auth collections",
            made(*FIELDS, type="auth", **right),
            shown(),
            changed({kind: "email ~ '@example.com'"}),
            changed({kind: "password = 'a'"}, status=200),
            changed({kind: "tokenKey != ''"}, status=200),
            changed({kind: "@request.auth.id = id"}),
            changed({kind: "unknown = 1"}, status=400),
            changed({kind: "verified ="}, status=400),
            changed({kind: ""}, status=400 if kind == "manageRule" else 200),
            changed({kind: None}),
            made(*FIELDS, name="{c}_base", **wrong),
            shown("{c}_base"),
        )


def _limits() -> Iterator[Scenario]:
    yield Scenario(
        "rules of many comparisons",
        made(*FIELDS),
        changed({"listRule": " || ".join(f"text = 'a{number}'" for number in range(190))}),
        changed({"listRule": " || ".join(f"text = '{number}'" for number in range(250))}, status=400),
        changed({"listRule": f"text = '{'a' * 3000}'"}),
        changed({"listRule": f"text = '{'a' * 6000}'"}),
        changed({"listRule": "(" * 30 + "text = 'a'" + ")" * 30}),
    )
