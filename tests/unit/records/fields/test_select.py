"""One or several of given values."""

from typing import Any

import pytest

from appos.records.fields import SelectField
from tests.unit.records.fields.parts import check, code, codes, kept, problems, put, shown

ONE = SelectField(name="f", values=("a", "b", "c"))
MANY = SelectField(name="f", values=("a", "b", "c"), max_select=2)


def test_columns_are_of_one_text_or_of_a_list() -> None:
    assert ONE.column == "TEXT DEFAULT '' NOT NULL"
    assert MANY.column == "JSON DEFAULT '[]' NOT NULL"
    assert (ONE.empty, MANY.empty) == ("", [])
    assert (ONE.is_multiple, MANY.is_multiple) == (False, True)


@pytest.mark.parametrize(
    ("raw", "one", "many"),
    [
        ("a", "a", ["a"]),
        (["a", "b", "a"], "b", ["a", "b"]),
        ('["b","a"]', "a", ["b", "a"]),
        (None, "", []),
        (5, "5", ["5"]),
        ({}, "", []),
    ],
)
def test_a_selection_is_cast(raw: Any, one: str, many: list[str]) -> None:
    assert ONE.cast(raw) == one
    assert MANY.cast(raw) == many


def test_a_selection_is_kept_and_shown() -> None:
    assert kept(ONE, "a") == "a"
    assert kept(MANY, ["b", "a"]) == ["b", "a"]
    assert MANY.to_column(["b", "<"]) == '["b","\\u003c"]'
    assert shown(ONE, "a") == "a"
    assert shown(MANY, '["b","a"]') == ["b", "a"]


@pytest.mark.parametrize(
    ("stored", "value"), [("", []), ("a", ["a"]), ('{"a":1}', ['{"a":1}']), ("[1", ["[1"]), ('"', ['"'])]
)
def test_what_is_stored_and_no_list_is_one_item(stored: str, value: list[str]) -> None:
    assert shown(MANY, stored) == MANY.from_column(stored) == value


@pytest.mark.parametrize(
    ("key", "raw", "expected"),
    [
        ("f", "c", ["c"]),
        ("f+", "c", ["a", "b", "c"]),
        ("f+", ["b", "c"], ["a", "b", "c"]),
        ("+f", ["c", "b"], ["c", "b", "a"]),
        ("f-", ["a", "z"], ["b"]),
        ("f+", None, ["a", "b"]),
    ],
)
def test_a_selection_is_changed(key: str, raw: Any, expected: list[str]) -> None:
    assert put(MANY, key, raw, ["a", "b"]) == expected


@pytest.mark.parametrize(
    ("key", "raw", "expected"), [("f+", "c", "c"), ("+f", "c", "a"), ("f-", "a", ""), ("f-", "b", "a")]
)
def test_of_one_the_last_is_kept(key: str, raw: Any, expected: str) -> None:
    assert put(ONE, key, raw, "a") == expected


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        (ONE, "", ""),
        (SelectField(values=("a",), required=True), "", "validation_required"),
        (ONE, "x", "validation_invalid_value"),
        (MANY, ["a", "b"], ""),
        (MANY, ["a", "b", "c"], "validation_too_many_values"),
        (MANY, ["a", "x"], "validation_invalid_value"),
    ],
)
def test_a_selection_is_checked(field: SelectField, value: Any, expected: str) -> None:
    assert code(check(field, value)) == expected


def test_the_first_unknown_value_is_named() -> None:
    assert check(MANY, ["y.", "x"]) == {
        "code": "validation_invalid_value",
        "message": "Invalid value y.",
        "params": {"value": "y."},
    }


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (SelectField(name="f"), {"values": "validation_required"}),
        (SelectField(name="f", values=()), {"values": "validation_required"}),
        (
            SelectField(name="f", values=("a",), max_select=2),
            {"maxSelect": "validation_max_less_equal_than_required"},
        ),
        (
            SelectField(name="f", values=("a",), max_select=-1),
            {"maxSelect": "validation_min_greater_equal_than_required"},
        ),
        (MANY, {}),
    ],
)
def test_options_are_checked(field: SelectField, expected: dict[str, str]) -> None:
    assert codes(problems(field)) == expected
