"""Filters as SQL, run on SQLite."""

import random
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import cast

import pytest
import sqlalchemy
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from appos.errors import InvalidError
from appos.store.compile import where_filter
from appos.store.filter import Operator
from appos.store.functions import add_functions
from appos.store.scan import FilterError

NOW = datetime(2026, 5, 6, 7, 8, 9, tzinfo=UTC)
ITEMS = sqlalchemy.table(
    "items",
    sqlalchemy.column("name", sqlalchemy.String()),
    sqlalchemy.column("note", sqlalchemy.String()),
    sqlalchemy.column("size", sqlalchemy.Integer()),
    sqlalchemy.column("done", sqlalchemy.Boolean()),
    sqlalchemy.column("made", sqlalchemy.DateTime()),
)
FIELDS = {str(column.key): column for column in ITEMS.columns} | {"aliased": ITEMS.c.note}
SCHEMA = "CREATE TABLE items (name TEXT, note TEXT, size INTEGER, done BOOLEAN, made TEXT)"
ROWS: list[tuple[str | None, str | None, int | None, bool | None, str | None]] = [
    ("ant", "", 1, True, "2026-05-06 00:00:00.000Z"),
    ("Bee", None, 2, False, ""),
    ("50% c_t", "ant", None, None, None),
    (None, "bee", 5, True, "2020-01-01 00:00:00.000Z"),
]


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    engine = sqlalchemy.create_engine("sqlite://")
    with engine.connect() as connection:
        add_functions(cast(sqlite3.Connection, connection.connection.driver_connection))
        connection.exec_driver_sql(SCHEMA)
        connection.exec_driver_sql("INSERT INTO items VALUES (?, ?, ?, ?, ?)", ROWS)
        yield connection
    engine.dispose()


def found(connection: Connection, text: str) -> list[int]:
    condition = where_filter(text, FIELDS, now=NOW)
    rowid = sqlalchemy.column("rowid", sqlalchemy.Integer())
    return list(connection.execute(sqlalchemy.select(rowid).select_from(ITEMS).where(condition)).scalars())


@pytest.mark.parametrize(
    ("text", "rowids"),
    [
        pytest.param("name = 'ant'", [1], id="equal"),
        pytest.param("name != 'ant'", [2, 3, 4], id="unequal-counts-null-in"),
        pytest.param("name = null", [4], id="null"),
        pytest.param("note = ''", [1, 2], id="empty-text-is-null"),
        pytest.param("note != null", [3, 4], id="not-empty"),
        pytest.param("name = aliased", [], id="column-and-column"),
        pytest.param("name:lower = note:lower", [], id="lower-both"),
        pytest.param("name:lower = 'bee'", [2], id="lower"),
        pytest.param("name:each = 'ant'", [1], id="each-of-one"),
        pytest.param("size > 1", [2, 4], id="greater"),
        pytest.param("size >= 1 && size < 5", [1, 2], id="range"),
        pytest.param("size = '5'", [4], id="text-that-is-a-number"),
        pytest.param("size = 1.5", [], id="fraction"),
        pytest.param("done = true", [1, 4], id="true"),
        pytest.param("done = FALSE", [2], id="false-in-capitals"),
        pytest.param("done != true", [2, 3], id="not-true-counts-null-in"),
        pytest.param("name ~ 'BEE'", [2], id="like-ignores-case"),
        pytest.param("name ~ '%t'", [1, 3], id="like-with-a-wildcard"),
        pytest.param("name ~ '50\\%'", [3], id="like-with-an-escaped-wildcard"),
        pytest.param("name ~ '_'", [3], id="underscore-is-literal"),
        pytest.param("name !~ 'e'", [1, 3], id="unlike-leaves-null-out"),
        pytest.param("size ~ 5", [4], id="like-a-number"),
        pytest.param("'the ant' ~ name", [1], id="text-like-a-column"),
        pytest.param("name ?= 'ant'", [1], id="any-of"),
        pytest.param("made >= @todayStart", [1], id="macro"),
        pytest.param("made ~ @year", [1], id="like-a-macro"),
        pytest.param("1 = 1", [1, 2, 3, 4], id="literals"),
        pytest.param("null = '' && null != 1", [1, 2, 3, 4], id="empty-literals"),
        pytest.param("null = true || name = 'ant'", [1], id="false-literals"),
        pytest.param("null != '' || name = 'ant'", [1], id="false-by-emptiness"),
        pytest.param("size > null", [], id="greater-than-null"),
        pytest.param("null ~ name", [], id="null-like"),
        pytest.param("name:length = 'ant' || name:isset = 'Bee'", [1, 2], id="idle-modifiers"),
        pytest.param("strftime('%Y', made) = '2020'", [4], id="moment"),
        pytest.param("strftime('%Y', made) = ''", [2, 3], id="no-moment"),
        pytest.param("'2020' ~ strftime('%Y', made)", [4], id="moment-as-a-pattern"),
        pytest.param("'%' ~ strftime('', made)", [1, 4], id="format-made-a-pattern"),
        pytest.param("geoDistance(size, 0, 0, 0) < 200", [1], id="distance"),
        pytest.param("geoDistance(size, 0, null, 0) = null", [1, 2, 3, 4], id="no-distance"),
        pytest.param("unknown = (size = 1)", [1], id="half-comparison"),
    ],
)
def test_a_filter_finds_rows(connection: Connection, text: str, rowids: list[int]) -> None:
    assert found(connection, text) == rowids


HOSTILE = [
    pytest.param("'; DROP TABLE items; --", id="semicolon"),
    pytest.param('" OR 1=1 OR "', id="double-quotes"),
    pytest.param("%", id="percent"),
    pytest.param("_", id="underscore"),
    pytest.param("100%_", id="percent-and-underscore"),
    pytest.param("a\\b", id="backslash"),
    pytest.param(":name", id="placeholder"),
    pytest.param("? ?", id="question-marks"),
    pytest.param("%(name)s", id="format"),
    pytest.param("line\nbreak\ttab\r", id="control-characters"),
    pytest.param("日本 \U0001f600 e\u0301", id="unicode"),
]


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_text_arrives_as_a_bound_value(connection: Connection, value: str) -> None:
    written = value.replace("'", "\\'")
    compiled = where_filter(f"name = '{written}'", FIELDS).compile(connection)

    assert str(compiled) == "items.name = ?"
    assert list(compiled.params.values()) == [value]
    assert found(connection, f"name = '{written}'") == []
    assert found(connection, f"'{written}' = '{written}'") == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("written", "pattern"),
    [
        pytest.param("a", "%a%", id="plain"),
        pytest.param("", "%%", id="empty"),
        pytest.param("a%", "a%", id="own-wildcard"),
        pytest.param(r"a\%", r"%a\%%", id="escaped-wildcard"),
        pytest.param(r"a\\%", r"a\\%", id="escaped-backslash-then-wildcard"),
        pytest.param("a_b", r"%a\_b%", id="underscore"),
        pytest.param("a_%", "a_%", id="underscore-beside-a-wildcard"),
        pytest.param(r"a\b", r"%a\\b%", id="backslash"),
        pytest.param(r"a\_b", r"%a\_b%", id="escaped-underscore"),
        pytest.param("_", r"%\_%", id="only-an-underscore"),
        pytest.param("__", r"%_\_%", id="in-a-row-every-other-one-as-in-pocketbase"),
    ],
)
def test_a_text_becomes_a_like_pattern(connection: Connection, written: str, pattern: str) -> None:
    compiled = where_filter(f"name ~ '{written}'", FIELDS).compile(connection)

    assert str(compiled) == "items.name LIKE ? ESCAPE '\\'"
    assert list(compiled.params.values()) == [pattern]


@pytest.mark.parametrize(
    ("number", "pattern"), [("5.0", "%5%"), ("2.50", "%2.5%"), ("0.0000001", "%0.0000001%"), ("-0", "%-0%")]
)
def test_a_number_becomes_a_like_pattern_without_exponent(number: str, pattern: str) -> None:
    assert list(where_filter(f"name ~ {number}", FIELDS).compile().params.values()) == [pattern]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param("secret = 1", "secret", id="unknown"),
        pytest.param("Name = 1", "Name", id="other-case"),
        pytest.param("name.x = 1", "name.x", id="path"),
        pytest.param("name:size = 1", "name:size", id="modifier"),
        pytest.param("1 = rowid", "rowid", id="rowid"),
        pytest.param("@request.auth.id = 1", "@request.auth.id", id="request"),
        pytest.param("@now:lower = 1", "@now:lower", id="macro-with-modifier"),
        pytest.param("null:lower = 1", "null:lower", id="constant-with-modifier"),
    ],
)
def test_an_unknown_field_is_refused_with_the_known_ones(text: str, name: str) -> None:
    message = (
        f"The filter names the unknown field '{name}'. Use one of: aliased, done, made, name, note, size."
    )

    with pytest.raises(InvalidError) as caught:
        where_filter(text, FIELDS)

    assert caught.value.code == "unknown_field"
    assert caught.value.message == message
    assert caught.value.fields == {"filter": {"code": "unknown_field", "message": message}}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("now() = 1", 'invalid left operand "now" - unknown function "now"'),
        (
            "1 = geoDistance(1)",
            'invalid right operand "geoDistance" - [geoDistance] expected 4 arguments, got 1',
        ),
        ("geoDistance('1',2,3,4) = 1", "[geoDistance] argument 0 must be an identifier or number"),
        ("geoDistance(x,2,3,4) = 1", '[geoDistance] failed to resolve argument 0: unknown field "x"'),
        ("strftime() = 1", "[strftime] expected at least 1 arguments, got 0"),
        ("strftime(name) = 1", "[strftime] expects the first argument to be a format string"),
        ("strftime('a',f()) = 1", "[strftime] expects the second argument to be of a valid time-value type"),
        ("strftime('a',x) = 1", '[strftime] failed to resolve time-value argument: unknown field "x"'),
        ("strftime('a',name,1) = 1", "[strftime] invalid modifier argument 0 - can be only string"),
        (
            f"strftime('a',{','.join(['name'] * 10)}) = 1",
            "[strftime] too many arguments (max allowed 10, got 11)",
        ),
    ],
)
def test_a_function_that_cannot_be_used_is_refused_as_by_pocketbase(text: str, reason: str) -> None:
    with pytest.raises(FilterError) as caught:
        where_filter(text, FIELDS)

    assert caught.value.reason.endswith(reason)


def test_a_field_hides_the_constant_of_its_name() -> None:
    compiled = where_filter("true = 1", {"true": ITEMS.c.name}).compile()

    assert str(compiled).startswith("items.name = ")


OPERANDS = st.one_of(
    st.sampled_from(
        [*FIELDS, "name:lower", "size:lower", "null", "true", "False", "@now", "@year", "@weekday"]
    ),
    st.text(st.characters(exclude_characters="\0\\'", exclude_categories=["Cs"]), max_size=8).map(
        lambda text: f"'{text}'"
    ),
    st.floats(allow_nan=False, allow_infinity=False, width=16).map(lambda number: f"{number:f}"),
    st.integers(-(10**20), 10**20).map(str),
)
COMPARISONS = st.builds(
    lambda left, any_of, operator, right: f"{left} {any_of}{operator} {right}",
    OPERANDS,
    st.sampled_from(["", "?"]),
    st.sampled_from(list(Operator)),
    OPERANDS,
)
FILTERS = st.recursive(
    COMPARISONS,
    lambda parts: st.builds(
        lambda left, join, right: f"({left}) {join} {right}", parts, st.sampled_from(["&&", "||"]), parts
    ),
    max_leaves=20,
)


@given(text=FILTERS)
def test_any_valid_filter_runs(connection: Connection, text: str) -> None:
    assert set(found(connection, text)) <= {1, 2, 3, 4}


@pytest.mark.parametrize("size", [1, 9])
def test_the_deepest_filter_runs(connection: Connection, size: int) -> None:
    opened = "".join(f"(size = {size} {'&&' if level % 2 else '||'} " for level in range(199))

    assert found(connection, f"{opened}size = {size}{')' * 199}") == ([1] if size == 1 else [])


def grown(chance: random.Random, leaves: int, join: str = "||") -> tuple[str, bool]:
    """Return a deep filter with so many comparisons, and whether it holds where size is 1."""
    if leaves == 1:
        size = chance.randrange(3)
        return f"size = {size}", size == 1
    first = chance.choice((1, 1, 2, leaves // 2 or 1))
    other = "&&" if join == "||" else "||"
    left, right = grown(chance, min(first, leaves - 1), other), grown(chance, max(leaves - first, 1), other)
    holds = any if join == "||" else all
    return f"({left[0]} {join} {right[0]})", holds((left[1], right[1]))


@pytest.mark.parametrize("seed", range(40))
def test_a_deep_filter_finds_what_it_says(connection: Connection, seed: int) -> None:
    text, holds = grown(random.Random(seed), 150)

    assert (1 in found(connection, text)) == holds


def test_the_longest_filter_runs(connection: Connection) -> None:
    assert found(connection, " || ".join(["size ~ 5"] * 200)) == [4]
