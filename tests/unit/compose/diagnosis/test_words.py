"""Words for messages."""

import pytest

from appos.compose.diagnosis.about import about, example
from appos.compose.diagnosis.words import listed, nearest, quoted, without_value
from appos.compose.path import Part
from appos.compose.spec.forms import PAIRS, TEXTS
from appos.compose.spec.service import SERVICE


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("enviroment", "environment"),
        ("Restart", "restart"),
        ("depends-on", "depends_on"),
        ("port", "ports"),
        ("imge", "image"),
        ("colour", None),
        ("", None),
    ],
)
def test_the_name_that_was_meant_is_found(name: str, near: str | None) -> None:
    assert nearest(name, SERVICE.known) == near


def test_lists_and_quotes() -> None:
    assert listed(["a"]) == "`a`"
    assert listed(["a", "b", "c"]) == "`a`, `b` or `c`"
    assert quoted("a\n b") == "'a b'"
    assert len(quoted("x" * 500)) < 70


def test_variables_without_a_value_are_named() -> None:
    assert without_value("$A:${B}:${C:-x}:$$D:$E", {"A": "1", "E": ""}) == "`B` and `E`"
    assert without_value("$A", {"A": "1"}) == ""


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ((), "the file"),
        (("services",), "`services`"),
        (("services", "web"), "the service 'web'"),
        (("services", "web", "ports", 0), "item 1 of `ports` of the service 'web'"),
        (("volumes", "data", "driver"), "`driver` of the volume 'data'"),
        (("include", 1), "item 2 of `include`"),
    ],
)
def test_things_are_named_in_a_sentence(parts: tuple[Part, ...], words: str) -> None:
    assert about(parts) == words


def test_examples_are_made_of_forms() -> None:
    assert example(TEXTS) == '["…"]'
    assert example(PAIRS) == '{NAME: "…"}'
    assert example(SERVICE) == "{image: nginx}"
