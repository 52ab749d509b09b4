"""Raw values of fields, and changes of values, to compare AppOS with PocketBase."""

from collections.abc import Iterable, Mapping
from typing import Any

from tests.conformance.field_parts import TARGET_ID, TARGET_RECORDS, Case, Options

# Given to fields of every type.
ANYTHING: tuple[Any, ...] = (
    "",
    "abc",
    " a ",
    "true",
    "TRUE",
    "t",
    "1",
    "0",
    "12",
    "-3.5",
    "+7",
    "1e3",
    "1E-7",
    "0x10",
    "0x1p4",
    "0x_1p-2",
    "1_000",
    "_1",
    "1_",
    "12abc",
    " 12",
    "Inf",
    "-inf",
    "NaN",
    "infinity",
    "1e400",
    "1e-400",
    ".5",
    "5.",
    "-",
    "null",
    "[1,2]",
    "[]",
    '["a","b"]',
    '["a",1,"b"]',
    '["a",null,"a"]',
    '["a"',
    "x[y",
    "{}",
    '{"a":[1]}',
    '{"lon":1,"lat":2}',
    '{"lon":"x","lat":2}',
    '"quoted"',
    '"un',
    "a\nb\t\x01\x7f\u00ad\u2028é😀\U000e0001<>&\\",
    0,
    1,
    -1,
    1.5,
    -2.25,
    1e16,
    1e20,
    1e21,
    1.7976931348623157e308,
    5e-324,
    1e-6,
    1e-7,
    123456789.123456789,
    2**53,
    2**53 + 1,
    12345678901234567890,
    1234567.5,
    True,
    False,
    None,
    [],
    ["a"],
    ["a", "b", "a"],
    ["a", 1, True, None],
    [["a"]],
    [{"a": 1}],
    [""],
    {},
    {"b": 1, "a": [1, {"z": "<&>"}]},
    {"lon": 1.5, "lat": 2},
    {"LON": 3, "lat": "4"},
    {"x": 1e21, "y": 1e-7, "z": 12345678901234567890, "w": "\u2028\x7f\x01"},
)

TEXTS = ("", "a", "ab", "abc", "abcd", "ééé", "éééé", "😀😀😀", "A", "a1", " ab", "a\nb", "5", 55555)
NUMBERS = (0, 1, -1, 5, 4.999, 5.0001, 10, 10.5, 11, -5, 1e300, "7", "abc", 1e19, 2**53 + 2)
JSON: tuple[Any, ...] = (
    *("", "null", None, [], {}, "[]", "{}", '""', " ", "[ ]", "0", 0, False, "abc", "abcdefghijkl"),
    *([1, 2, 3, 4, 5, 6, 7, 8], {"a": "<>&"}, '{"a": 1}', '{"b":1,"a":2}', "\u2028", "[1,]", "-", "-5", "+5"),
    *("1e5", "01", "[1] x", '"a\nb"', "tRue", "true ", "\x7f", "\u00ad", "\ue000", "0.1234567890123456789"),
    *('[1e400,0.1234567890123456789,"\\ud800"]', "[" * 500 + "]" * 500, "NaN", "[NaN]", "-Infinity", "1e400"),
)
POINTS: tuple[Any, ...] = (
    *(
        None,
        {},
        {"lon": 0, "lat": 0},
        {"lon": 0, "lat": 1},
        {"lat": 90, "lon": 180},
        {"lat": 90.0001, "lon": 0},
    ),
    *(
        {"lat": 0, "lon": -180.5},
        {"lon": None, "lat": 3},
        {"Lon": 5, "lon": 6},
        "",
        "x",
        "null",
        "{}",
        "[1,2]",
    ),
    *([1, 2], 5, True, '{"lon":1.50,"lat":1e1}', '{"lon":1,"lat":2} x', {"lon": {"a": 1}, "lat": 4}),
)
SELECTED: tuple[Any, ...] = (
    *("", "a", ["a"], ["a", "b"], ["a", "b", "c"], ["a", "x"], ["x", "a", "b"], [], '["a","b"]'),
    *('{"a":[]}', ["b", "a", "b"], "5.", " a "),
)
FIRST, SECOND, THIRD = TARGET_RECORDS
RELATED = (
    *("", FIRST, [FIRST], [SECOND, FIRST], list(TARGET_RECORDS), [FIRST, "x"], [FIRST, FIRST]),
    *(f'["{FIRST}","{SECOND}"]', [*TARGET_RECORDS, "y"], FIRST.upper()),
)
PASSWORDS: tuple[Any, ...] = (
    *("", "a", "12345678", "x" * 71, "x" * 72, "x" * 73, "é" * 36, "é" * 37, "é" * 71, "pass word"),
    *(12345678, True, None, [], "a\x00b12345"),
)


def _values(options: Options, raws: Iterable[Any]) -> list[Case]:
    return [Case(options, raw) for raw in raws]


def _changes(options: Options, *changes: tuple[Any, str, Any]) -> list[Case]:
    return [Case(options, raw, key, change) for raw, key, change in changes]


def _text() -> list[Case]:
    return [
        *_values({"type": "text"}, ANYTHING),
        *_values({"type": "text"}, ["x" * 5000, "x" * 5001, "é" * 5000, "é" * 5001]),
        *_values({"type": "text", "min": 2, "max": 3}, TEXTS),
        *_values({"type": "text", "min": 2, "required": True, "pattern": "^[a-z]+$"}, TEXTS),
        *_values({"type": "text", "pattern": r"(?i)^\pL+$"}, TEXTS),
        *_values({"type": "text", "autogeneratePattern": "x{4}", "required": True}, ["", "abc", None]),
        *_changes(
            {"type": "text", "autogeneratePattern": "x{3}"},
            ("a", "%:autogenerate", "b-"),
            ("a", "%:autogenerate", ""),
            ("a", "%:autogenerate", 5),
            ("a", "%", ""),
            ("a", "%+", "b"),
        ),
        *_changes({"type": "text"}, ("a", "%:autogenerate", "b-"), ("a", "%", None)),
    ]


def _number() -> list[Case]:
    return [
        *_values({"type": "number"}, ANYTHING),
        *_values({"type": "number", "min": 5, "max": 10}, NUMBERS),
        *_values({"type": "number", "min": -0.5, "max": 1e21, "required": True}, NUMBERS),
        *_values({"type": "number", "onlyInt": True}, NUMBERS),
        *_values({"type": "number", "min": 1e-7, "max": 1.23456789}, NUMBERS),
        *_changes(
            {"type": "number"},
            *((5, "%+", change) for change in (3, "2.5", "x", None, [1], True)),
            *((5, "%-", change) for change in (3, "2.5", [1])),
            (0.1, "%+", 0.2),
            (5, "+%", 3),
            (5, "%:x", 1),
            (5, "%", 7),
            (1e308, "%+", 1e308),
            (2**53, "%+", 1),
        ),
        *_changes({"type": "number", "max": 6, "onlyInt": True}, (5, "%+", 3), (5, "%-", 0.5)),
    ]


def _select() -> list[Case]:
    one = {"type": "select", "values": ["a", "b", "c", "d", "12", "true", "1"]}
    many = {**one, "maxSelect": 3}
    return [
        *_values(one, ANYTHING),
        *_values(many, ANYTHING),
        *_values({"type": "select", "values": ["a", "b", "c"], "maxSelect": 2, "required": True}, SELECTED),
        *_values({"type": "select", "values": ["a", "b", "c"], "required": True}, SELECTED),
        *_changes(
            many,
            *((["a", "b"], "%+", change) for change in ("c", ["b", "c"], "x", ["c", "d"], '["c"]', None)),
            *((["a", "b"], "+%", change) for change in ("c", ["b", "c"])),
            *((["a", "b"], "%-", change) for change in ("a", ["b", "a", "z"], None)),
            ("", "%+", ""),
            (["a"], "%", []),
        ),
        *_changes(
            one,
            *(("a", "%+", change) for change in ("c", ["b", "c"], "")),
            *(("a", "+%", change) for change in ("c", ["b", "c"])),
            *(("a", "%-", change) for change in ("a", "b")),
            ("", "+%", "b"),
        ),
    ]


def _relation() -> list[Case]:
    one = {"type": "relation", "collectionId": TARGET_ID}
    many = {**one, "maxSelect": 2}
    return [
        *_values(one, ANYTHING),
        *_values(many, ANYTHING),
        *_values({**one, "maxSelect": 3, "minSelect": 2, "required": True}, RELATED),
        *_values({**one, "maxSelect": 1, "minSelect": 1}, RELATED),
        *_changes(
            many,
            ([FIRST], "%+", SECOND),
            ([SECOND], "+%", FIRST),
            ([FIRST, SECOND], "%-", FIRST),
            ([FIRST, SECOND], "%+", THIRD),
            ([FIRST, SECOND], "%+", "nope"),
        ),
        *_changes(one, (FIRST, "%+", SECOND), (SECOND, "+%", FIRST), (FIRST, "%-", FIRST)),
    ]


def _file() -> list[Case]:
    return [
        *_values({"type": "file"}, ANYTHING),
        *_values({"type": "file", "maxSelect": 3}, ANYTHING),
        *_changes({"type": "file"}, ("", "%+", "b"), ("", "%", ["a", "b"]), ("", "%", "é" * 200)),
        *_changes(
            {"type": "file", "maxSelect": 3}, ("", "+%", ["x"]), ("", "%-", "x"), ("", "%", ["a", "b"])
        ),
    ]


def _without_modifiers(kind: str) -> list[Case]:
    return _changes({"type": kind}, ("", "%+", "b"), ("true", "%-", True), ("", "+%", {"lat": 1}))


BY_TYPE: Mapping[str, list[Case]] = {
    "text": _text(),
    "number": _number(),
    "select": _select(),
    "relation": _relation(),
    "file": _file(),
    "bool": [
        *_values({"type": "bool"}, ANYTHING),
        *_values({"type": "bool", "required": True}, [True, False, "true", "x", 1]),
        *_without_modifiers("bool"),
    ],
    "editor": [
        *_values({"type": "editor"}, ANYTHING),
        *_values({"type": "editor", "maxSize": 4, "required": True}, TEXTS),
        *_without_modifiers("editor"),
    ],
    "json": [
        *_values({"type": "json"}, [*ANYTHING, *JSON]),
        *_values({"type": "json", "maxSize": 12, "required": True}, JSON),
    ],
    # Whoever changes a record writes all of it again; infinite numbers would not stay what they are.
    "json, changed": [
        *_without_modifiers("json"),
        *_changes({"type": "json"}, ("1", "%", [2]), ({"a": 1}, "%", None), ([1], "%", "[1")),
    ],
    "geoPoint": [
        *_values({"type": "geoPoint"}, ANYTHING),
        *_values({"type": "geoPoint", "required": True}, POINTS),
        *_without_modifiers("geoPoint"),
    ],
    "password": [
        *_values({"type": "password", "cost": 4}, PASSWORDS),
        *_values({"type": "password", "cost": 4, "min": 8, "max": 70, "required": True}, PASSWORDS),
        *_values({"type": "password", "cost": 4, "pattern": r"^\d+$"}, PASSWORDS),
    ],
}
