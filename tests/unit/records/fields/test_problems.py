"""What can be wrong, in PocketBase's words."""

import pytest

from appos.records.fields.problems import problem


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ("is wrong", "Is wrong."),
        ("Value  a ", "Value  a."),
        ("Value 5.", "Value 5."),
        ("Why?", "Why?"),
        ("é", "É."),
    ],
)
def test_a_message_is_a_sentence(message: str, sentence: str) -> None:
    assert problem("some_code", message) == {"code": "some_code", "message": sentence}


def test_values_that_the_message_names_are_beside_it() -> None:
    assert problem("c", "At least 5.", min=5) == {"code": "c", "message": "At least 5.", "params": {"min": 5}}
