"""Paths into JSON, lengths and items, run on SQLite."""

import sqlite3
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from appos.records.resolve.jsons import extracted, json_path, list_items, list_length


def evaluated(statement: sa.Select[Any]) -> list[Any]:
    connection = sqlite3.connect(":memory:")
    try:
        compiled = statement.compile(dialect=sqlite.dialect(paramstyle="named"))
        return [row[0] for row in connection.execute(str(compiled), compiled.params)]
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("names", "path"),
    [
        (["a"], ".a"),
        (["a", "b"], ".a.b"),
        (["0"], "[0]"),
        (["0", "a"], "[0].a"),
        (["a", "0", "1"], ".a[0][1]"),
        (["00"], "[00]"),
        (["9" * 20], "." + "9" * 20),
        (["a:lower"], ".alower"),
        (["", "a"], "..a"),
        (["a", ""], ".a."),
        ([""], ""),
        ([], ""),
    ],
)
def test_names_become_a_path_of_sqlite(names: list[str], path: str) -> None:
    assert json_path(names) == path


LISTS = [
    pytest.param('["a","b"]', ["a", "b"], 2, id="list"),
    pytest.param("[]", [], 0, id="empty-list"),
    pytest.param("", [""], 0, id="empty"),
    pytest.param(None, [None], 0, id="null"),
    pytest.param("a", ["a"], 1, id="text"),
    pytest.param("5", ["5"], 1, id="number"),
    pytest.param('{"a":1}', ['{"a":1}'], 1, id="object"),
    pytest.param("[1", ["[1"], 1, id="broken"),
]


@pytest.mark.parametrize(("value", "items", "length"), LISTS)
def test_what_is_no_list_is_a_list_of_itself(value: str | None, items: list[Any], length: int) -> None:
    column = sa.literal(value, sa.String())

    assert evaluated(sa.select(list_items(column, "items").c.value)) == items
    assert evaluated(sa.select(list_length(column))) == [length]


@pytest.mark.parametrize(
    ("value", "path", "found"),
    [
        ('{"a":[5]}', ".a[0]", 5),
        ('{"a":[5]}', ".b", None),
        ('{"a":[5]}', "", '{"a":[5]}'),
        ('"x"', "", "x"),
        ("no json", "", "no json"),
        ("no json", ".a", None),
        (None, "", None),
    ],
)
def test_what_is_no_json_is_a_text(value: str | None, path: str, found: object) -> None:
    assert evaluated(sa.select(extracted(sa.literal(value, sa.String()), path))) == [found]
