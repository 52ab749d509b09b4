"""Env files."""

import pytest

from appos.compose.dotenv import EnvFlaw, parse_env


def test_the_ways_to_write_a_variable() -> None:
    text = """
# a comment
PLAIN=value
  SPACED = around it   # a comment
export EXPORTED=yes
YAML: like
SINGLE='as it is $PLAIN # too'
DOUBLE="with $PLAIN\\nand \\"quotes\\"" # a comment
LINES="one
two"
EMPTY=
HASH=a#b
NAMED
"""
    file = parse_env(text.encode(), {"NAMED": "outer"})
    assert file.variables == {
        "PLAIN": "value",
        "SPACED": "around it",
        "EXPORTED": "yes",
        "YAML": "like",
        "SINGLE": "as it is $PLAIN # too",
        "DOUBLE": 'with value\nand "quotes"',
        "LINES": "one\ntwo",
        "EMPTY": "",
        "HASH": "a#b",
        "NAMED": "outer",
    }
    assert file.flaws == []
    assert (file.lines["PLAIN"], file.lines["LINES"], file.lines["EMPTY"]) == (3, 9, 11)


def test_a_named_variable_without_a_value_has_none() -> None:
    assert parse_env(b"NAMED\n", {}).variables == {"NAMED": None}


def test_what_is_set_outside_wins_in_values() -> None:
    assert parse_env(b"A=1\nB=$A\n", {"A": "2"}).variables == {"A": "1", "B": "2"}


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("A=1\nMY KEY=x\n", EnvFlaw(2, "env_key_space")),
        ("A%=x\n", EnvFlaw(1, "env_key")),
        ("A=1\nB='x\n", EnvFlaw(2, "env_quote", "B")),
        ("A=${\n", EnvFlaw(1, "env_template", "A")),
        ("A=$NONE\n", EnvFlaw(1, "env_variable_unset", "NONE")),
        ("A=${NONE:?}\n", EnvFlaw(1, "env_variable_missing", "NONE")),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, flaw: EnvFlaw) -> None:
    assert parse_env(text.encode(), {}).flaws == [flaw]


def test_a_file_of_windows_is_read_alike() -> None:
    assert parse_env("\ufeffA=1\r\nB=2\r\n".encode(), {}).variables == {"A": "1", "B": "2"}


def test_values_are_not_shown() -> None:
    assert "secret" not in repr(parse_env(b"A=secret\n", {}))
