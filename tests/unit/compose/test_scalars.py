"""What plain words mean."""

import math

import pytest

from appos.compose.nodes import Moment, Value
from appos.compose.scalars import meaning


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("", None),
        ("~", None),
        ("NULL", None),
        ("nUll", "nUll"),
        ("true", True),
        ("False", False),
        ("tRUE", "tRUE"),
        ("yes", "yes"),
        ("on", "on"),
        ("22:22", "22:22"),
        ("80", 80),
        ("-3", -3),
        ("+5", 5),
        ("1_000", 1000),
        ("0x1F", 31),
        ("0X1f", 31),
        ("0o17", 15),
        ("0755", 493),
        ("089", 89.0),
        ("0b11", 3),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("1.2.3", "1.2.3"),
        ("1e", "1e"),
        ("0x", "0x"),
        (".", "."),
        ("-", "-"),
        ("3.8", 3.8),
        ("9" * 100, "9" * 100),
        ("2024-01-31", Moment()),
        ("2024-1-1", Moment()),
        ("2024-01-31T10:00:00Z", Moment()),
        ("2024-13-01", "2024-13-01"),
        ("2024-01-31 10:00", "2024-01-31 10:00"),
    ],
)
def test_a_plain_word_means_what_it_means_to_compose(word: str, value: Value) -> None:
    found = meaning(word, None, is_plain=True)
    assert (type(found), found) == (type(value), value)


def test_infinity_is_a_number() -> None:
    assert meaning("-.inf", None, is_plain=True) == -math.inf


@pytest.mark.parametrize("word", ["80", "true", "", "2024-01-31"])
def test_what_is_quoted_or_tagged_is_text(word: str) -> None:
    assert meaning(word, None, is_plain=False) == word
    assert meaning(word, "tag:yaml.org,2002:str", is_plain=True) == word
