"""How Go makes one type of another."""

from typing import Any

import pytest

from appos.records.fields.cast import as_bool, as_number, as_text, as_texts


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("a", "a"),
        (5, "5"),
        (5.0, "5"),
        (1.5, "1.5"),
        (1e21, "1000000000000000000000"),
        (1e-7, "0.0000001"),
        (2**53 + 1, "9007199254740992"),
        (10**400, "+Inf"),
        (True, "true"),
        (None, ""),
        ([1], ""),
        ({}, ""),
        ("a\ud800b", "a\ufffdb"),
    ],
)
def test_text(raw: Any, text: str) -> None:
    assert as_text(raw) == text


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        (5, 5.0),
        ("1e3", 1000.0),
        ("0x1p4", 16.0),
        (" 5", 0.0),
        ("", 0.0),
        (True, 1.0),
        (None, 0.0),
        ([5], 0.0),
    ],
)
def test_number(raw: Any, number: float) -> None:
    assert as_number(raw) == number


@pytest.mark.parametrize("raw", [True, 1, -0.5, "1", "t", "T", "TRUE", "true", "True"])
def test_true(raw: Any) -> None:
    assert as_bool(raw)


@pytest.mark.parametrize("raw", [False, 0, "0", "tRUE", "yes", "", None, [True], {}])
def test_false(raw: Any) -> None:
    assert not as_bool(raw)


@pytest.mark.parametrize(
    ("raw", "texts"),
    [
        (None, []),
        ("", []),
        ("a", ["a"]),
        (5, ["5"]),
        (["b", "a", "b", "", None, 5], ["b", "a", "5"]),
        ('["b","a","b"]', ["b", "a"]),
        ('["a"', ['["a"']),
        ('{"a":[1]}', ['{"a":[1]}']),
        ('["a",1]', ["a", '["a",1]']),
        ([["a"], "b"], []),
        ({"a": 1}, []),
    ],
)
def test_texts(raw: Any, texts: list[str]) -> None:
    assert as_texts(raw) == texts
