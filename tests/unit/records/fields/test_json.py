"""Any JSON."""

from typing import Any

import pytest

from appos.records.fields import JSONField, JSONText
from tests.unit.records.fields.parts import check, code, codes, kept, problems, shown

FIELD = JSONField(name="f")


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (None, ""),
        ({"b": 1, "a": "<"}, '{"a":"\\u003c","b":1}'),
        ([1.0, True], "[1,true]"),
        (5, "5"),
        ("", '""'),
        ("null", "null"),
        ("abc", '"abc"'),
        ('{"b": 1, "a": 12345678901234567890}', '{"b": 1, "a": 12345678901234567890}'),
        ('"quoted"', '"quoted"'),
        ("-", '"-"'),
        (" 1", '" 1"'),
        ("[1,", '"[1,"'),
        ('a"\n', '"a\\"\\n"'),
        (JSONText('{"a"'), '{"a"'),
    ],
)
def test_a_value_is_json(raw: Any, text: str) -> None:
    value = FIELD.cast(raw)

    assert value == text
    assert isinstance(value, JSONText)


@pytest.mark.parametrize(
    ("text", "stored", "value"),
    [
        ("", None, None),
        ("null", "null", None),
        ('{"b":1,"a":[]}', '{"b":1,"a":[]}', {"b": 1, "a": []}),
        ('"abc"', '"abc"', "abc"),
        ("true", "true", True),
    ],
)
def test_json_is_stored_and_shown(text: str, stored: Any, value: Any) -> None:
    assert FIELD.to_column(JSONText(text)) == stored
    assert kept(FIELD, JSONText(text)) == text
    assert shown(FIELD, stored) == value


@pytest.mark.parametrize(
    ("stored", "text", "value"),
    [
        (5, "5", 5),
        (0.12345678901234568, "0.12345678901234568", 0.12345678901234568),
        ("1e400", '"+Inf"', "+Inf"),
        ("-1e400", '"-Inf"', "-Inf"),
        ("abc", '"abc"', "abc"),
        ("", '""', ""),
    ],
)
def test_numbers_that_sqlite_made_and_texts_of_others_are_read(stored: Any, text: str, value: Any) -> None:
    # As SQLite does with a column of this type.
    held = float(stored) if "e400" in str(stored) else stored

    assert FIELD.from_column(held) == text
    assert shown(FIELD, stored) == value


@pytest.mark.parametrize(
    ("field", "text", "expected"),
    [
        (FIELD, "", ""),
        (FIELD, "[1]", ""),
        (FIELD, '"\\x01"', "validation_invalid_json"),
        (JSONField(max_size=4), '"éé"', "validation_json_size_limit"),
        (JSONField(max_size=6), '"éé"', ""),
        *(
            (JSONField(required=True), text, "validation_required")
            for text in ("", "null", '""', "[]", "{}", "[] ")
        ),
        (JSONField(required=True), "[ ]", ""),
        (JSONField(required=True), "0", ""),
    ],
)
def test_json_is_checked(field: JSONField, text: str, expected: str) -> None:
    assert code(check(field, JSONText(text))) == expected


def test_a_character_that_cannot_be_printed_makes_a_text_no_json() -> None:
    assert code(check(FIELD, FIELD.cast("a\x7f"))) == "validation_invalid_json"
    assert check(FIELD, FIELD.cast("a\u00ad")) is None


def test_options_are_checked() -> None:
    assert codes(problems(JSONField(name="f", max_size=-1))) == {
        "maxSize": "validation_min_greater_equal_than_required"
    }
