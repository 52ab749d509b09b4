"""Regular expressions of users."""

import time

import pytest

from appos.records.fields.patterns import InvalidPatternError, check_pattern, compiled, matches


@pytest.mark.parametrize(
    ("pattern", "text", "is_found"),
    [
        ("^[a-z]+$", "abc", True),
        ("^[a-z]+$", "abc\n", False),
        ("b", "abc", True),
        (r"^\p{Greek}$", "α", True),
        (r"(?i)^é$", "É", True),
        (r"^\d$", "٣", False),
        ("[", "[", False),
    ],
)
def test_a_pattern_is_found_anywhere_in_a_text(pattern: str, text: str, is_found: bool) -> None:
    assert matches(pattern, text) is is_found


def test_no_pattern_takes_more_time_than_its_text_is_long() -> None:
    began = time.monotonic()

    assert not matches("^(a+)+$", "a" * 5000 + "b")
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("[a", "missing closing ]: `[a`"),
        ("(a", "missing closing ): `(a`"),
        ("a**", "invalid nested repetition operator: `**`"),
        ("*a", "missing argument to repetition operator: `*`"),
        ("a{1001}", "invalid repeat count: `{1001}`"),
        ("(?=a)", "invalid or unsupported Perl syntax: `(?=`"),
        ("(?<=a)b>c", "invalid named capture: `(?<=a)b>`"),
        ("x(?<!a)", "invalid named capture: `(?<!a)`"),
        (r"\1", r"invalid escape sequence: `\1`"),
        (r"a\C", r"invalid escape sequence: `\C`"),
        ("x\\", "trailing backslash at end of expression: ``"),
    ],
)
def test_what_is_no_pattern_is_refused_in_gos_words(pattern: str, reason: str) -> None:
    problem = check_pattern(pattern)

    assert problem == {
        "code": "validation_invalid_regex",
        "message": f"Error parsing regexp: {reason}.",
    }


@pytest.mark.parametrize("pattern", ["", r"\QC\C\E", r"\\C", "a{,2}"])
def test_what_is_one_is_taken(pattern: str) -> None:
    assert check_pattern(pattern) is None


def test_a_pattern_that_is_none_cannot_be_compiled() -> None:
    with pytest.raises(InvalidPatternError, match="missing closing"):
        compiled("(")
