"""Random texts that a regular expression matches."""

import pytest

from appos.records.fields.generate import MOST_CHARACTERS, UnsupportedPatternError, random_text
from appos.records.fields.patterns import matches


@pytest.mark.parametrize(
    "pattern",
    [
        "[a-z0-9]{15}",
        "abc",
        "a|bc|def",
        "(a|b){3}x?",
        "(?:a(?P<n>b)(?<m>c)){2}",
        r"\d{3}-\w\W\s\S\D",
        r"[^a-z]{4}[]a][^]a][\]\-][[:alpha:]]",
        r"\p{Greek}\pL\PN[\p{Greek}\d]",
        r"\x41\x{e9}\07\n\t\.\Qa.b+\E*",
        "a{2}b{2,}c{2,4}d*e+f*?",
        "(?i)abc[x-z](?-i:d)",
        ".{5}",
        "a{,2}",
    ],
)
def test_a_text_matches_its_pattern(pattern: str) -> None:
    texts = {random_text(pattern) for _ in range(20)}

    assert all(matches(f"^(?:{pattern})$", text) for text in texts)


def test_texts_are_unlike() -> None:
    assert len({random_text("[a-z0-9]{15}") for _ in range(100)}) == 100


def test_every_character_of_a_class_comes_up() -> None:
    assert {random_text("[a-cx]") for _ in range(400)} == set("abcx")


def test_an_end_that_is_open_is_not_far() -> None:
    assert {len(random_text("a*")) for _ in range(400)} == set(range(6))
    assert {len(random_text("a{9,}")) for _ in range(20)} == {9}


def test_a_quoted_text_repeats_its_last_character() -> None:
    assert random_text(r"\Qab\E{3}") == "abbb"


@pytest.mark.parametrize(
    ("pattern", "operator"),
    [
        ("^a", 9),
        ("a$", 10),
        ("(?m)^a", 7),
        ("(?m:a$)", 8),
        (r"\ba", 11),
        (r"\Ba", 12),
        (r"\Aa", 9),
        (r"a\z", 10),
    ]
    + [("()", 2), ("a|", 2), ("(?:)", 2)],
)
def test_assertions_and_empty_parts_are_refused(pattern: str, operator: int) -> None:
    with pytest.raises(UnsupportedPatternError, match=rf"^Unsupported pattern operator {operator}$"):
        random_text(pattern)


def test_a_class_of_nothing_is_refused() -> None:
    with pytest.raises(UnsupportedPatternError, match="No runes to choose from"):
        random_text(r"[^\x00-\x{10FFFF}]")


def test_endless_texts_are_refused() -> None:
    with pytest.raises(UnsupportedPatternError, match="endless"):
        random_text("a{1000}" * (MOST_CHARACTERS // 1000 + 1))


def test_groups_without_end_are_refused() -> None:
    with pytest.raises(UnsupportedPatternError, match="many groups"):
        random_text("(" * 200 + "a" + ")" * 200)
