"""JSON as Go's encoding/json writes it."""

from typing import Any

import pytest

from appos.records.fields.gojson import decode, encode, is_valid


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (1.0, "1"),
        (2**53 + 1, "9007199254740992"),
        (12345678901234567890, "12345678901234567000"),
        (1e21, "1e+21"),
        (1e-7, "1e-7"),
        ('a"<>&\u2028\x7f\x01\né', '"a\\"\\u003c\\u003e\\u0026\\u2028\x7f\\u0001\\né"'),
        ("\ud800", '"\ufffd"'),
        ([], "[]"),
        ({}, "{}"),
        ({"b": 1, "a": [1, {"z": None}]}, '{"a":[1,{"z":null}],"b":1}'),
        ((1, "a"), '[1,"a"]'),
    ],
)
def test_a_value_is_written(value: Any, text: str) -> None:
    assert encode(value) == text


def test_depth_is_no_matter_for_writing() -> None:
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]

    assert encode(deep) == "[" * 5001 + "]" * 5001


def test_what_is_no_json_is_a_mistake() -> None:
    with pytest.raises(TypeError, match="bytes"):
        encode(b"a")


@pytest.mark.parametrize("text", ["1", "-0.5e3", '"\\ud800"', " [1, 2] ", '{"a":1e400}', "9" * 5000])
def test_json_is_json(text: str) -> None:
    assert is_valid(text)


@pytest.mark.parametrize(
    "text", ["", "NaN", "[Infinity]", "01", "[1,]", "'a'", '"a\nb"', '"\\x01"', "[" * 100_000]
)
def test_what_is_none_is_none(text: str) -> None:
    assert not is_valid(text)


@pytest.mark.parametrize(("text", "reason"), [("NaN", "no JSON: NaN"), ("[" * 100_000, "too deep")])
def test_what_is_none_cannot_be_read(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        decode(text)


def test_numbers_are_read_as_floats() -> None:
    assert decode("[1, 12345678901234567890]") == [1.0, 1.2345678901234567e19]
