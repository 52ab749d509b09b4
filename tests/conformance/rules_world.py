"""A world of collections with relations, in the real PocketBase, and the same rows and collections here."""

import random
import sqlite3
from pathlib import Path
from typing import Any

from appos.records.auth_options import AuthOptions
from appos.records.fields import decode_fields
from appos.records.models import Collection, CollectionType, Record
from appos.store.functions import add_functions
from tests.conformance.pocketbase import PASSWORD, PocketBase

SEED = 20_362
COUNT = 30
PEOPLE = 12
TEXTS = ("", "alpha", "Alpha", "beta", "5", "5.0", "true", "null", "a_b", "100%", "it's", "日本", "1")
NUMBERS = (0, 1, -1, 2.5, 5, 100)
DAYS = (
    "",
    "1999-12-31 23:59:59.999Z",
    "2024-02-29 12:00:00.000Z",
    "2026-01-02 03:04:05.678Z",
    "2999-01-01 00:00:00Z",
)
JSONS: tuple[Any, ...] = (
    None,
    "alpha",
    "",
    5,
    0,
    True,
    False,
    [],
    {},
    [1, "2", None, {"b": "beta"}],
    {"a": {"b": 5, "c": None}, "list": ["x", 5, [7]], "5": "five"},
    {"a": "alpha", "0": "zero", "list": {"0": "x"}},
)
POINTS = (
    {"lon": 0, "lat": 0},
    {"lon": 23.5, "lat": 42.5},
    {"lon": -73.9, "lat": 40.7},
    {"lon": 180, "lat": -90},
)
TAGS = ("a", "b", "c", "5", "x y")


def _field(name: str, kind: str, **options: object) -> dict[str, object]:
    return {"name": name, "type": kind, **options}


class World:
    """The collections and rows of a PocketBase server, read from its own database."""

    def __init__(self, server: PocketBase, directory: Path) -> None:
        self.server = server
        self._chance = random.Random(SEED)
        self._ids: dict[str, str] = {}
        self._make_collections()
        self._make_records()
        _add_odd_values(directory / "data.db")
        self.tokens = {name: self._sign_in(f"{name}@example.com") for name in ("ann", "bob")}
        self.rows = _copied(directory / "data.db")
        listed = server.done("GET", "/api/collections?perPage=200")["items"]
        self._collections = [_collection(described) for described in listed]

    def find(self, name: str) -> Collection | None:
        """Return a collection by its id, or by its name in any case."""
        for collection in self._collections:
            if name == collection.id or name.lower() == collection.name.lower():
                return collection
        return None

    def collection(self, name: str) -> Collection:
        """Return the collection of a name."""
        found = self.find(name)
        assert found is not None
        return found

    def record(self, collection: str, column: str, value: str) -> Record:
        """Return the first record with a value in a column."""
        found = self.collection(collection)
        cursor = self.rows.execute(f'SELECT * FROM "{collection}" WHERE "{column}" = ?', (value,))  # noqa: S608
        names = [str(described[0]) for described in cursor.description]
        return Record.from_row(found, dict(zip(names, cursor.fetchone(), strict=True)))

    def _make(self, name: str, kind: str = "base", *fields: dict[str, object], **options: object) -> None:
        described = {"name": name, "type": kind, "fields": list(fields), "listRule": "", **options}
        self._ids[name] = self.server.done("POST", "/api/collections", described)["id"]

    def _add(self, name: str, *fields: dict[str, object], **options: object) -> None:
        stored = self.server.done("GET", f"/api/collections/{name}")
        changed = {"fields": [*stored["fields"], *fields], **options}
        self.server.done("PATCH", f"/api/collections/{name}", changed)

    def _relation(self, name: str, to: str, most: int = 1) -> dict[str, object]:
        return _field(name, "relation", collectionId=self._ids[to], maxSelect=most)

    def _make_collections(self) -> None:
        self._make("vaults", "base", _field("label", "text"), listRule=None)
        self._make(
            "teams",
            "base",
            _field("name", "text"),
            _field("budget", "number"),
            _field("meta", "json"),
            _field("office", "geoPoint"),
            _field("secret", "text", hidden=True),
        )
        self._make(
            "people",
            "auth",
            _field("name", "text"),
            _field("score", "number"),
            self._relation("team", "teams"),
        )
        self._add(
            "people",
            _field("roles", "select", values=list(TAGS), maxSelect=3),
            self._relation("boss", "people"),
            self._relation("friends", "people", 4),
            self._relation("teams", "teams", 3),
            listRule="verified = true || id = @request.auth.id",
        )
        self._make(
            "things",
            "base",
            _field("title", "text"),
            _field("note", "text"),
            _field("hush", "text", hidden=True),
            _field("size", "number"),
            _field("rank", "number", onlyInt=True),
            _field("done", "bool"),
            _field("day", "date"),
            _field("made", "autodate", onCreate=True),
            _field("mail", "email"),
            _field("link", "url"),
            _field("body", "editor"),
            _field("one", "select", values=list(TAGS), maxSelect=1),
            _field("tags", "select", values=list(TAGS), maxSelect=4),
            _field("pic", "file", maxSelect=1),
            _field("pics", "file", maxSelect=3),
            _field("data", "json"),
            _field("spot", "geoPoint"),
            self._relation("owner", "people"),
            self._relation("helpers", "people", 5),
            self._relation("team", "teams"),
            self._relation("safe", "vaults"),
        )
        self._add("things", self._relation("parent", "things"), self._relation("links", "things", 5))
        self._make(
            "notes",
            "base",
            _field("text", "text"),
            _field("stars", "number"),
            self._relation("thing", "things"),
            self._relation("things", "things", 4),
            listRule="stars > 0 || thing.owner.name != ''",
        )
        self._make(
            "tickets",
            "base",
            _field("code", "text"),
            self._relation("thing", "things"),
            indexes=["CREATE UNIQUE INDEX `idx_tickets` ON `tickets` (`thing`) WHERE thing != ''"],
        )

    def _make_records(self) -> None:
        pick, several = self._chance.choice, self._several
        vaults = [self._create("vaults", label=pick(TEXTS)) for _ in range(5)]
        teams = [
            self._create(
                "teams",
                name=pick(TEXTS),
                budget=pick(NUMBERS),
                meta=pick(JSONS),
                office=pick(POINTS),
                secret=pick(TEXTS),
            )
            for _ in range(8)
        ]
        people: list[str] = []
        for name in ("ann", "bob", *(f"p{number}" for number in range(PEOPLE - 2))):
            people.append(
                self._create(
                    "people",
                    email=f"{name}@example.com",
                    password=PASSWORD,
                    passwordConfirm=PASSWORD,
                    emailVisibility=self._chance.random() < 0.5,
                    verified=self._chance.random() < 0.5,
                    name=pick(TEXTS),
                    score=pick(NUMBERS),
                    roles=several(TAGS, 3),
                    team=pick(["", *teams]),
                    teams=several(teams, 3),
                    boss=pick(["", *people]),
                    friends=several(people, 3),
                )
            )
        things: list[str] = []
        for _ in range(COUNT):
            things.append(
                self._create(
                    "things",
                    title=pick(TEXTS),
                    note=pick(TEXTS),
                    hush=pick(TEXTS),
                    size=pick(NUMBERS),
                    rank=pick((0, 1, 2, 5)),
                    done=pick((True, False)),
                    day=pick(DAYS),
                    mail=pick(("", "a@example.com", "B@example.com")),
                    link=pick(("", "https://example.com/a_b")),
                    body=pick(("", "<p>alpha</p>")),
                    one=pick(("", *TAGS)),
                    tags=several(TAGS, 4),
                    data=pick(JSONS),
                    spot=pick(POINTS),
                    owner=pick(["", *people]),
                    helpers=several(people, 4),
                    team=pick(["", *teams]),
                    safe=pick(["", *vaults]),
                    parent=pick(["", *things]),
                    links=several(things, 4),
                )
            )
        for _ in range(COUNT):
            self._create(
                "notes",
                text=pick(TEXTS),
                stars=pick(NUMBERS),
                thing=pick(["", *things]),
                things=several(things, 3),
            )
        for thing in self._chance.sample(things, 12):
            self._create("tickets", code=pick(TEXTS), thing=thing)

    def _several(self, values: Any, most: int) -> list[Any]:
        return self._chance.sample(list(values), min(self._chance.randrange(most + 1), len(values)))

    def _create(self, collection: str, **values: object) -> str:
        values["id"] = "".join(self._chance.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=15))
        return str(self.server.create_record(collection, **values)["id"])

    def _sign_in(self, email: str) -> str:
        credentials = {"identity": email, "password": PASSWORD}
        answer = self.server.request("POST", "/api/collections/people/auth-with-password", credentials)
        assert answer.status == 200, answer
        return str(answer.body["token"])


def _add_odd_values(path: Path) -> None:
    """Write what the API does not: names of files that are not there, and earlier forms of fields."""
    odd = (
        "UPDATE things SET pic = 'a_b.png' WHERE size > 0",
        """UPDATE things SET pics = '["a.png","b.png"]' WHERE done""",
        "UPDATE things SET tags = 'b' WHERE title = 'alpha'",
        "UPDATE things SET tags = '' WHERE title = '5'",
        """UPDATE things SET one = '["a","c"]' WHERE title = 'beta'""",
        "UPDATE things SET data = 'no json' WHERE title = 'null'",
        "UPDATE things SET data = '' WHERE title = 'a_b'",
    )
    connection = sqlite3.connect(path)
    try:
        with connection:
            for statement in odd:
                connection.execute(statement)
    finally:
        connection.close()


def _copied(path: Path) -> sqlite3.Connection:
    copy = sqlite3.connect(":memory:", check_same_thread=False)
    add_functions(copy)
    source = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        source.backup(copy)
    finally:
        source.close()
    return copy


def _collection(described: dict[str, Any]) -> Collection:
    return Collection(
        id=described["id"],
        name=described["name"],
        type=CollectionType(described["type"]),
        system=described["system"],
        fields=decode_fields(described["fields"]),
        indexes=tuple(described["indexes"]),
        list_rule=described["listRule"],
        auth=AuthOptions() if described["type"] == "auth" else None,
    )
