"""A value of every JSON type for a field of every type: optional and demanded, created and updated."""

from collections.abc import Iterator
from typing import Any

from tests.conformance.scenarios.steps import STRANGER, Scenario, Step, create, field, listed, made, update

VALUES: dict[str, Any] = {
    "null": None,
    "blank": "",
    "space": " ",
    "word": "word",
    "digits": "12",
    "zero": 0,
    "one": 1,
    "fraction": -1.5,
    "huge": 1e300,
    "true": True,
    "false": False,
    "empty": [],
    "words": ["word", "word2"],
    "numbers": [1, 2],
    "nested": [["word"], None],
    "nothing": {},
    "object": {"word": 1},
}

KINDS: dict[str, dict[str, Any]] = {
    "text": {"type": "text"},
    "number": {"type": "number"},
    "bool": {"type": "bool"},
    "email": {"type": "email"},
    "url": {"type": "url"},
    "date": {"type": "date"},
    "autodate": {"type": "autodate", "onCreate": True},
    "select": {"type": "select", "values": ["word", "word2", "12", "1"]},
    "many selected": {"type": "select", "values": ["word", "word2", "12", "1"], "maxSelect": 3},
    "relation": {"type": "relation", "collectionId": "{c_targetId}"},
    "many relations": {"type": "relation", "collectionId": "{c_targetId}", "maxSelect": 3},
    "file": {"type": "file"},
    "many files": {"type": "file", "maxSelect": 3},
    "json": {"type": "json"},
    "editor": {"type": "editor"},
    "password": {"type": "password", "cost": 4},
    "geoPoint": {"type": "geoPoint"},
}

_SCALARS = "space word digits zero one fraction huge true false"
_BLANK = "null blank empty nothing"
_BLANK_AS_TEXT = f"{_BLANK} words numbers nested object"
_NUMBERS = "space zero fraction huge true false numbers"

# What each type refuses, by the names of the values.
REFUSED = {
    "email": _SCALARS,
    "url": _SCALARS,
    "select": _NUMBERS,
    "many selected": _NUMBERS,
    "relation": f"{_SCALARS} words numbers",
    "many relations": f"{_SCALARS} words numbers",
    "file": f"{_SCALARS} words numbers nested",
    "many files": f"{_SCALARS} words numbers nested",
    "password": "huge",
}
REFUSED_WHEN_REQUIRED = {
    "text": _BLANK_AS_TEXT,
    "number": f"{_BLANK_AS_TEXT} space word zero false",
    "bool": f"{_BLANK_AS_TEXT} space word digits zero false",
    "email": f"{_BLANK_AS_TEXT} {_SCALARS}",
    "url": f"{_BLANK_AS_TEXT} {_SCALARS}",
    "date": f"{_BLANK_AS_TEXT} {_SCALARS}",
    "select": f"{_BLANK} {_NUMBERS} nested object",
    "many selected": f"{_BLANK} {_NUMBERS} nested object",
    "relation": f"{_BLANK_AS_TEXT} {_SCALARS}",
    "many relations": f"{_BLANK_AS_TEXT} {_SCALARS}",
    "file": f"{_BLANK_AS_TEXT} {_SCALARS}",
    "many files": f"{_BLANK_AS_TEXT} {_SCALARS}",
    "json": _BLANK,
    "editor": _BLANK_AS_TEXT,
    "password": f"{_BLANK_AS_TEXT} huge",
    "geoPoint": f"{_BLANK_AS_TEXT} {_SCALARS}",
}

GOOD: dict[str, Any] = {
    "text": "good",
    "number": 7,
    "bool": True,
    "email": "good@example.com",
    "url": "https://example.com/good",
    "date": "2024-02-29 12:30:00.000Z",
    "autodate": "2024-02-29 12:30:00.000Z",
    "select": "word",
    "many selected": ["word2", "word"],
    "relation": "{target}",
    "many relations": ["{target}"],
    "file": "",
    "many files": [],
    "json": {"good": [1, None]},
    "editor": "<p>good</p>",
    "password": "good password",
    "geoPoint": {"lon": 12.5, "lat": -45.25},
}


def scenarios() -> Iterator[Scenario]:
    """All types: created when optional, created when required, updated."""
    for kind, options in KINDS.items():
        yield Scenario(
            f"{kind}, each JSON type",
            *_collections(options),
            *(create({"f": value}, status=_status(REFUSED, kind, name)) for name, value in VALUES.items()),
            create({}, who=STRANGER),
            listed(sort="@rowid"),
        )
        if kind != "autodate":
            yield Scenario(f"{kind} required, each JSON type", *_required(kind, options))
        yield Scenario(f"{kind} updated, each JSON type", *_updated(kind, options))


def _status(refused: dict[str, str], kind: str, name: str) -> int:
    return 400 if name in refused.get(kind, "").split() else 200


def _collections(options: dict[str, Any], **more: Any) -> Iterator[Step]:
    if options["type"] == "relation":
        yield made(field("name"), name="{c}_target")
        yield create({"id": "targetoftargets", "name": "a"}, into="{c}_target", keep={"target": "id"})
    yield made({"name": "f", **options, **more})


def _required(kind: str, options: dict[str, Any]) -> Iterator[Step]:
    yield from _collections(options, required=True)
    for name, value in VALUES.items():
        yield create({"f": value}, status=_status(REFUSED_WHEN_REQUIRED, kind, name))
    yield create({}, status=400)
    if options["type"] != "file":
        yield create({"f": GOOD[kind]}, keep={"good": "id"})
        yield update("{good}", {"id": "{good}"})
        yield update("{good}", {"f": None}, status=400)
    yield listed(sort="@rowid")


def _updated(kind: str, options: dict[str, Any]) -> Iterator[Step]:
    yield from _collections(options)
    yield create({"f": GOOD[kind]}, keep={"good": "id"})
    for name, value in VALUES.items():
        yield update("{good}", {"f": value}, status=_status(REFUSED, kind, name))
        yield update("{good}", {"f": GOOD[kind]})
