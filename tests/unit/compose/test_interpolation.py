"""Variables, filled in."""

import pytest

from appos.compose.interpolation import BadTemplateError, Use, fill

VARIABLES = {"A": "1", "EMPTY": "", "B_2": "two"}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("x", "x"),
        ("$A", "1"),
        ("${A}", "1"),
        ("a$A.b", "a1.b"),
        ("$$A", "$A"),
        ("$${A}", "${A}"),
        ("${B_2}s", "twos"),
        ("cost: $5, $(date), a$", "cost: $5, $(date), a$"),
        ("${NONE:-x}", "x"),
        ("${EMPTY:-x}", "x"),
        ("${EMPTY-x}", ""),
        ("${NONE-x}", "x"),
        ("${NONE:-a${A}b}", "a1b"),
        ("${NONE:-${ALSO:-z}}", "z"),
        ("${NONE:-{x}}", "{x}"),
        ("${A:+set}", "set"),
        ("${EMPTY:+set}", ""),
        ("${EMPTY+set}", "set"),
        ("${NONE+set}", ""),
        ("${A:?no}", "1"),
        ("${EMPTY?no}", ""),
    ],
)
def test_variables_are_filled_in(template: str, text: str) -> None:
    filled = fill(template, VARIABLES)
    assert (filled.text, filled.missing) == (text, ())


@pytest.mark.parametrize(
    ("template", "missing"),
    [
        ("$NONE", (Use("NONE"),)),
        ("${NONE}${ALSO}", (Use("NONE"), Use("ALSO"))),
        ("${NONE:?}", (Use("NONE", required=True),)),
        ("${EMPTY:?x}", (Use("EMPTY", required=True),)),
        ("${NONE?x}", (Use("NONE", required=True),)),
        ("${NONE:-$ALSO}", (Use("ALSO"),)),
    ],
)
def test_what_has_no_value_is_told(template: str, missing: tuple[Use, ...]) -> None:
    assert fill(template, VARIABLES).missing == missing


@pytest.mark.parametrize("template", ["${A", "${}", "${ A}", "${1A}", "${A }", "${A!x}", "${-}", "${A:-${B}"])
def test_what_is_no_variable_is_refused(template: str) -> None:
    with pytest.raises(BadTemplateError):
        fill(template, VARIABLES)


def test_defaults_within_defaults_have_an_end() -> None:
    with pytest.raises(BadTemplateError):
        fill("${N:-" * 100 + "}" * 100, {})


def test_values_are_not_shown() -> None:
    assert "two" not in repr(fill("$B_2", VARIABLES))
