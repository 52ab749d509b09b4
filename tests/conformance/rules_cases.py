"""Filters, sorts and rules over collections with relations, hand-picked and random."""

import random
from typing import Any

from appos.store.macros import MACROS
from tests.conformance.filter_cases import OPERATORS, mutated

__all__ = ["mutated"]

# What is another at once is not compared.
STEADY = tuple(
    macro for macro in MACROS if macro not in {"@now", "@second", "@minute", "@yesterday", "@tomorrow"}
)
SIGNS = (*OPERATORS, *(f"?{operator}" for operator in OPERATORS))

# The collections, with the fields that end a path, those that lead on, and where they lead.
FIELDS = {
    "things": "id title note hush size rank done day made mail link body one tags pic pics data spot".split(),
    "people": "id email emailVisibility verified name score roles".split(),
    "teams": "id name budget meta office secret".split(),
    "vaults": "id label".split(),
    "notes": "id text stars".split(),
    "tickets": "id code".split(),
}
STEPS = {
    "things": {
        "owner": "people",
        "helpers": "people",
        "team": "teams",
        "safe": "vaults",
        "parent": "things",
        "links": "things",
        "notes_via_thing": "notes",
        "notes_via_things": "notes",
        "tickets_via_thing": "tickets",
        "things_via_parent": "things",
        "things_via_links": "things",
    },
    "people": {
        "team": "teams",
        "teams": "teams",
        "boss": "people",
        "friends": "people",
        "things_via_owner": "things",
        "things_via_helpers": "things",
        "people_via_boss": "people",
        "people_via_friends": "people",
    },
    "teams": {"people_via_team": "people", "people_via_teams": "people", "things_via_team": "things"},
    "vaults": {"things_via_safe": "things"},
    "notes": {"thing": "things", "things": "things"},
    "tickets": {"thing": "things"},
}
JSON_PATHS = (
    "a a.b a.c a.b.c list list.0 list.1 list.2.0 list.5 0 1 2 3 3.b 5 lat lon x 00 99999999999999999999"
).split()
# Steps to one record: a sort by one value of several depends on how SQLite goes through them.
SINGLE = frozenset({"owner", "team", "safe", "parent", "boss", "thing", "tickets_via_thing"})
MODIFIERS = ("lower", "each", "length", "isset", "changed")
TEXTS = r"""
'' 'alpha' 'Alpha' 'a' 'A%' '5' '5.0' 'true' 'null' '_' '%' '100%' '\%' "it's" '日' '[]' '["a"]' '{}' 'x y'
'2026-01-02 03:04:05.678Z' '1999' 'a@example.com' 'ann@example.com' 'p' 'b'
""".split()
NUMBERS = "0 1 -1 2 2.5 5 5.0 100 1000000".split()
WORDS = "null true false NULL True".split()
FORMATS = [
    "'%Y'",
    "'%Y-%m-%d'",
    "'%H:%M'",
    "'%F %T'",
    "'%j'",
    "'%G-%V-%u %U'",
    "'%e|%k|%l|%I|%p|%P|%g|%R'",
    "'%w'",
    "'%s'",
    "'%f'",
    "'x'",
    "''",
    "'%%'",
    "'%Q'",
    "'%d.%m.%Y %S'",
]
# What the present is in these is what it is a moment later.
FORMATS_OF_TODAY = ["'%Y'", "'%F'", "'%G-%V-%u %U'", "'%e|%g'", "'x'", "''"]
SHIFTS = [
    "'+1 day'",
    "'-1 months'",
    "'start of month'",
    "'weekday 1'",
    "'unixepoch'",
    "'+1.5 hours'",
    "'nonsense'",
]
HEADERS = {"X-Token": "alpha", "X-Empty": ""}
QUERIES: tuple[dict[str, str], ...] = (
    {},
    {"a": "alpha"},
    {"a": ""},
    {"a": "5", "b": "a%"},
    {"size": "5", "a": "x"},
)
BODIES: tuple[dict[str, Any] | None, ...] = (
    None,
    {},
    {"title": "alpha", "size": 5, "done": True, "tags": ["a", "b"], "data": {"a": {"b": [1, "x", None]}}},
    {
        "title": "",
        "size": "2.5",
        "done": "true",
        "tags": "a",
        "one": ["a"],
        "data": [1, {"b": "alpha"}],
        "note": None,
    },
    {"title": 5, "tags": [], "pics": ["a.png"], "data": "alpha", "x": {"y": ["z", 5, True]}, "size": "1e3"},
    {
        "title": ["a"],
        "tags": ["5", "5", 5, None],
        "size": None,
        "done": False,
        "data": None,
        "unknown": "ALPHA",
    },
)
REQUEST = """
@request.context @request.method @request.query.a @request.query.b @request.query.a:lower
@request.query.a:isset @request.query.missing @request.query.size @request.query.filter @request.query.a.b
@request.headers.x_token @request.headers.x_token:lower @request.headers.x_empty
@request.headers.missing:isset @request.auth.id @request.auth.email @request.auth.verified
@request.auth.emailVisibility @request.auth.collectionId @request.auth.collectionName @request.auth.name
@request.auth.score @request.auth.roles @request.auth.roles:each @request.auth.roles:length
@request.auth.team @request.auth.team.name @request.auth.team.id @request.auth.teams.name
@request.auth.friends.name @request.auth.friends.team.name:lower @request.auth.boss.email
@request.auth.email:lower @request.auth.things_via_owner.title @request.auth.people_via_boss.name
@request.auth.missing @request.auth.missing_via_x.y @request.auth.team.meta.a.b @request.auth.tokenKey
@request.body.title @request.body.title:lower @request.body.title:isset @request.body.title:changed
@request.body.title:length @request.body.size @request.body.size:isset @request.body.size:changed
@request.body.done @request.body.done:changed @request.body.tags @request.body.tags:each
@request.body.tags:length @request.body.tags:isset @request.body.tags:changed @request.body.tags:lower
@request.body.one @request.body.one:each @request.body.one:length @request.body.pics:each
@request.body.pics:length @request.body.data @request.body.data.a.b.1 @request.body.data.1.b
@request.body.data:changed @request.body.data.a:isset @request.body.x.y.0 @request.body.x
@request.body.unknown:lower @request.body.unknown:each @request.body.unknown:changed
@request.body.owner.name @request.body.helpers.name @request.body.helpers.team.name @request.body.owner.id
@request.body.note @request.body.note:isset
""".split()


class Grammar:
    """Makes random filters over one collection; `is_superuser`: they may name what only superusers may."""

    def __init__(
        self, chance: random.Random, collection: str = "things", *, is_superuser: bool = True
    ) -> None:
        self._chance = chance
        self._collection = collection
        self._is_superuser = is_superuser
        # Collections that are joined to each row of all others.
        self._crossed = 0

    def filter(self, depth: int = 0) -> str:
        """Return a well-formed filter, save for a rare unknown name."""
        chance, text = self._chance, ""
        for number in range(chance.choice((1, 1, 1, 2, 2, 3))):
            text += chance.choice((" && ", " || ", "&&", "||", " && // why\n")) if number else ""
            if depth < 3 and chance.random() < 0.2:
                text += f"({self.filter(depth + 1)})"
            else:
                text += f"{self.operand()} {chance.choice(SIGNS)} {self.operand()}"
        return text

    def operand(self) -> str:
        """Return one side of a comparison."""
        kind = self._chance.random()
        if kind < 0.3:
            return self._literal()
        if kind < 0.6:
            return self._leaf(self._collection)
        if kind < 0.8:
            return self.path(self._collection)
        if kind < 0.85:
            return self._function()
        if kind < 0.87:
            return self._chance.choice(
                (*STEADY, "unknown", "title.x", "team.unknown", "x_via_y.id", "hush:x")
            )
        if not self._is_superuser:
            return self._leaf(self._collection)
        return self._chance.choice(REQUEST) if kind < 0.97 else self._crossing()

    def path(self, collection: str, deepest: int = 3, *, is_single: bool = False) -> str:
        """Return a path through relations; `is_single`: through such that a row meets one value alone."""
        steps = []
        for _ in range(self._chance.choice((1, 1, 1, 2, 2, deepest))):
            possible = [step for step in STEPS[collection] if not is_single or step in SINGLE]
            if possible:
                steps.append(self._chance.choice(possible))
                collection = STEPS[collection][steps[-1]]
        ends = [step for step in STEPS[collection] if "_via_" not in step]
        if ends and self._chance.random() < 0.1:
            return ".".join([*steps, self._chance.choice(ends)])
        return ".".join([*steps, self._leaf(collection, is_single=is_single)])

    def sort(self) -> str:
        """Return a sort that leaves no tie."""
        terms = []
        for _ in range(self._chance.choice((0, 1, 1, 2, 3))):
            field = self.path(self._collection, is_single=True)
            if self._chance.random() < 0.7:
                field = self._leaf(self._collection, is_single=True)
            terms.append(self._chance.choice(("", "-", "+")) + field)
        return ",".join([*terms, self._chance.choice(("@rowid", "-@rowid"))])

    def _leaf(self, collection: str, *, is_single: bool = False) -> str:
        chance = self._chance
        field = chance.choice(FIELDS[collection])
        if field in {"data", "meta", "spot", "office"} and chance.random() < 0.7:
            return f"{field}.{chance.choice(JSON_PATHS)}"
        if field in {"tags", "pics", "roles", "one"} and chance.random() < 0.6:
            return f"{field}:{'length' if is_single else chance.choice(('each', 'each', 'length'))}"
        if chance.random() < 0.1 and not is_single:
            return f"{field}:{chance.choice(MODIFIERS)}"
        return field

    def _literal(self) -> str:
        return self._chance.choice((*TEXTS, *NUMBERS, *WORDS))

    def _function(self) -> str:
        chance = self._chance
        if chance.random() < 0.3:
            points = [self._number() for _ in range(4)]
            return f"geoDistance({', '.join(points)})"
        if chance.random() < 0.1:
            return f"strftime({chance.choice(FORMATS_OF_TODAY)})"
        moment = chance.choice(
            ("day", "made", "'2026-03-31 10:20:30.500Z'", "1700000000", "size", "title", *STEADY)
        )
        if self._collection == "things" and chance.random() < 0.3:
            moment = chance.choice(("links.day", "parent.day", "things_via_parent.day"))
        shifts = "".join(f", {chance.choice(SHIFTS)}" for _ in range(chance.choice((0, 0, 1, 2))))
        return f"strftime({chance.choice(FORMATS)}, {moment}{shifts})"

    def _number(self) -> str:
        pool = {"things": ("spot.lon", "spot.lat", "size", "team.office.lon", "helpers.team.office.lat")}
        points: tuple[str, ...] = pool.get(self._collection, ("id",))
        return self._chance.choice((*points, *NUMBERS, "23.5", "42.5", "null"))

    def _crossing(self) -> str:
        self._crossed += 1
        if self._crossed > 1:
            return self._literal()
        name = self._chance.choice(("teams", "vaults", "tickets", "people"))
        alias = self._chance.choice(("", "", f":{name}2"))
        end = self.path(name, 1) if self._chance.random() < 0.2 else self._leaf(name)
        return f"@collection.{name}{alias}.{end}"
