"""Rules that options and values have in common."""

import re

from appos.records.fields.rules import (
    MOST_SAFE_INTEGER,
    check_at_least,
    check_at_most,
    check_length,
    check_match,
    check_no_via,
    check_not_in,
    check_size,
    first,
    must_be_empty,
    required,
    stated,
)
from tests.unit.records.fields.parts import code


def test_what_is_required_is_not_empty() -> None:
    assert code(required("")) == code(required(())) == "validation_required"
    assert required("a") is None


def test_what_must_be_empty_is() -> None:
    assert code(must_be_empty(("a",))) == "validation_empty"
    assert must_be_empty(None) is None


def test_lengths_are_those_of_bytes() -> None:
    assert check_length("éé", 1, 4) is None
    assert check_length("ééa", 1, 4) == {
        "code": "validation_length_out_of_range",
        "message": "The length must be between 1 and 4.",
        "params": {"max": 4, "min": 1},
    }


def test_a_pattern_covers_the_whole_text() -> None:
    assert check_match("ab", re.compile("a")) is not None
    assert check_match("a\n", re.compile("a")) is not None
    assert check_match("a", re.compile("a")) is None


def test_words_can_be_kept_out() -> None:
    assert code(check_not_in("a", {"a"})) == "validation_not_in_invalid"
    assert check_not_in("b", {"a"}) is None


def test_no_name_looks_like_a_back_relation() -> None:
    assert code(check_no_via("a_VIA_b")) == "validation_found_via"
    assert check_no_via("a_viab") is None


def test_limits_say_what_they_are() -> None:
    assert check_at_least(-1, 0) == {
        "code": "validation_min_greater_equal_than_required",
        "message": "Must be no less than 0.",
        "params": {"threshold": 0},
    }
    assert check_at_most(5, 4) == {
        "code": "validation_max_less_equal_than_required",
        "message": "Must be no greater than 4.",
        "params": {"threshold": 4},
    }
    assert check_at_least(3, 1e6, shown="1e+06") == {
        "code": "validation_min_greater_equal_than_required",
        "message": "Must be no less than 1e+06.",
        "params": {"threshold": 1e6},
    }


def test_nothing_but_required_speaks_of_what_is_empty() -> None:
    assert check_length("", 1, 4) is check_match("", re.compile("a")) is check_at_least(0, 5) is None


def test_a_size_is_what_javascript_can_hold() -> None:
    assert check_size(MOST_SAFE_INTEGER) is None
    assert check_size(MOST_SAFE_INTEGER + 1) is not None
    assert check_size(-1) is not None


def test_problems_are_gathered() -> None:
    problem = required("")

    assert first(None, problem, None) is problem
    assert stated({"a": None, "b": problem}) == {"b": problem}
