"""The filter language: text to tree."""

import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appos.errors import InvalidError
from appos.store.filter import (
    MAX_BYTES,
    MAX_COMPARISONS,
    Call,
    Comparison,
    Group,
    Identifier,
    Join,
    Node,
    Number,
    Operand,
    Operator,
    Text,
    parse_filter,
)
from appos.store.scan import FilterError


def compared(name: str, value: float = 1) -> Comparison:
    return Comparison(Identifier(name), Operator.EQUAL, Number(value))


A, B, C = compared("a"), compared("b"), compared("c")


@pytest.mark.parametrize("operator", list(Operator))
@pytest.mark.parametrize("any_of", [False, True])
def test_every_operator_is_read_with_and_without_spaces(operator: Operator, any_of: bool) -> None:
    sign = f"?{operator}" if any_of else operator
    expected = Comparison(Identifier("a"), operator, Text("x"), any_of)

    assert parse_filter(f"a{sign}'x'") == parse_filter(f" a\t{sign}\n'x' ") == expected


@pytest.mark.parametrize(
    ("written", "operand"),
    [
        pytest.param("''", Text(""), id="empty-text"),
        pytest.param("'a \"b\"'", Text('a "b"'), id="other-quote-within"),
        pytest.param(r"'it\'s'", Text("it's"), id="escaped-single-quote"),
        pytest.param(r'"a\"b"', Text('a"b'), id="escaped-double-quote"),
        pytest.param(r"'a\"b'", Text(r"a\"b"), id="the-other-quote-keeps-its-backslash"),
        pytest.param(r"'a\\b\n'", Text(r"a\\b\n"), id="other-backslashes-stay"),
        pytest.param("'a\nb // c) && d'", Text("a\nb // c) && d"), id="anything-within-quotes"),
        pytest.param("'日本'", Text("日本"), id="unicode"),
        pytest.param("12", Number(12), id="whole"),
        pytest.param("-0.5", Number(-0.5), id="negative"),
        pytest.param("-.5", Number(-0.5), id="no-digit-before-the-point"),
        pytest.param("007", Number(7), id="leading-zeros"),
        pytest.param("a_1", Identifier("a_1"), id="name"),
        pytest.param("_a", Identifier("_a"), id="underscore"),
        pytest.param("#a", Identifier("#a"), id="hash"),
        pytest.param("@request.auth.id", Identifier("@request.auth.id"), id="path"),
        pytest.param("a.b:lower", Identifier("a.b", "lower"), id="modifier"),
        pytest.param("@collection.x:y.z", Identifier("@collection.x:y.z"), id="alias-within-a-path"),
        pytest.param("null", Identifier("null"), id="constants-are-names"),
        pytest.param("9" * 309, Number(0), id="beyond-a-float"),
        pytest.param("f()", Call("f"), id="function"),
        pytest.param("f(a, -1 ,'x',)", Call("f", (Identifier("a"), Number(-1), Text("x"))), id="arguments"),
        pytest.param(
            "f(g(h()) // c )\n)", Call("f", (Call("g", (Call("h"),)),)), id="functions-in-functions"
        ),
    ],
)
def test_an_operand_is_read(written: str, operand: Operand) -> None:
    assert parse_filter(f"{written} = b") == Comparison(operand, Operator.EQUAL, Identifier("b"))


@pytest.mark.parametrize(
    ("text", "node"),
    [
        pytest.param(
            "a=1 || b=1 && c=1", Group(Join.OR, (A, Group(Join.AND, (B, C)))), id="and-binds-tighter"
        ),
        pytest.param("a=1 && b=1 || c=1", Group(Join.OR, (Group(Join.AND, (A, B)), C)), id="and-first"),
        pytest.param("(a=1 || b=1) && c=1", Group(Join.AND, (Group(Join.OR, (A, B)), C)), id="parentheses"),
        pytest.param("((a=1))", A, id="needless-parentheses"),
        pytest.param("(a=1 && b=1) && c=1", Group(Join.AND, (A, B, C)), id="the-same-join-is-flat"),
        pytest.param("a=1 (b=1)", Group(Join.AND, (A, B)), id="no-join-before-a-parenthesis-is-and"),
        pytest.param("a=1 || b=1 (c=1)", Group(Join.OR, (A, B, C)), id="or-the-join-before-it"),
        pytest.param("a=1 // x = 'y\n && b=1", Group(Join.AND, (A, B)), id="comment"),
        pytest.param("(a=1 // 'it is' (odd)\n)", A, id="comment-within-parentheses"),
        pytest.param("b = (a=1)", A, id="a-half-comparison-before-a-parenthesis-is-forgotten"),
        pytest.param("b (a=1)", A, id="so-is-a-lone-operand"),
        pytest.param("a\0=\0001\0", A, id="nul-after-a-token"),
        pytest.param("a=1 \0\0 ) what", A, id="nul-at-the-end"),
    ],
)
def test_parts_are_grouped(text: str, node: Node) -> None:
    assert parse_filter(text) == node


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "an unexpected end at character 1. Write a comparison before it", id="empty"),
        pytest.param("  // c", "an unexpected end at character 7. Write a comparison", id="only-a-comment"),
        pytest.param(
            "title",
            "an unexpected end at character 6. Write an operator there, one of = !=",
            id="no-operator",
        ),
        pytest.param(
            "title =", "an unexpected end at character 8. Write a field, a quoted text or a", id="no-value"
        ),
        pytest.param(
            "= 1", "an unexpected '=' at character 1. Begin a comparison with a field", id="no-field"
        ),
        pytest.param(
            "a == 1", "an unexpected '==' at character 3. Write an operator there", id="wrong-operator"
        ),
        pytest.param(
            "a = 1 and b = 1", "an unexpected 'and' at character 7. Write && or ||", id="wrong-join"
        ),
        pytest.param(
            "a = 1 & b = 1", "an unexpected '&' at character 7. Write && or ||", id="single-ampersand"
        ),
        pytest.param(
            "a = 1 && ", "an unexpected end at character 10. Write a comparison before it", id="open-end"
        ),
        pytest.param("(a = 1", "an unclosed parenthesis at character 1. Close it with ).", id="unclosed"),
        pytest.param("a = 1)", "an unexpected ')' at character 6. Remove it", id="closed-too-often"),
        pytest.param(
            "()", "an unexpected end at character 2. Write a comparison before it", id="empty-parentheses"
        ),
        pytest.param(
            "(a=1 // it's\n)", "a text without its closing ' at character 11", id="quote-in-a-comment"
        ),
        pytest.param("(a=1 // )\n)", "an unexpected ')' at character 11", id="parenthesis-in-a-comment"),
        pytest.param(
            "a = 'x", "a text without its closing ' at character 5. Write \\' for", id="unclosed-text"
        ),
        pytest.param("a = x/y", "a single / at character 6. A comment begins with //", id="single-slash"),
        pytest.param(
            "a = é", "the unexpected character 'é' at character 5. Put a text into quotes", id="letter"
        ),
        pytest.param("a = 1\r\n", "the unexpected character '\\r' at character 6", id="carriage-return"),
        pytest.param(
            "a. = 1", "the malformed name 'a.' at character 1. End it with a letter", id="dot-at-the-end"
        ),
        pytest.param(
            "a = 1.", "the malformed number '1.' at character 5. Write it like 12", id="point-at-the-end"
        ),
        pytest.param("a = -", "the malformed number '-' at character 5", id="lone-minus"),
        pytest.param("_ = 1", "the malformed name '_' at character 1", id="lone-underscore"),
        pytest.param("f(1 = 1", "no comma between two arguments at character 5", id="unclosed-function"),
        pytest.param("f(1", "the unclosed function 'f' at character 1. Close it with ).", id="open-function"),
        pytest.param("f(,1)=1", "an unexpected comma at character 3. Remove it", id="comma"),
        pytest.param("f(=)=1", "the unexpected character '=' at character 3. Give a function", id="argument"),
        pytest.param("f.(1)=1", "the malformed function name 'f.' at character 1", id="function-name"),
        pytest.param("f(g(h(i(1))))=1", "too many functions within each other at character 7", id="nested"),
        pytest.param("a = '\0'", "a text without its closing ' at character 5", id="nul-in-a-text"),
        pytest.param("(a=1\0)", "an unclosed parenthesis at character 1", id="nul-in-parentheses"),
        pytest.param("a = '\ud800'", "half a surrogate pair at character 6. Send", id="surrogate"),
        pytest.param("'" + "x" * 99, "a text without", id="long"),
        pytest.param("x" * 99, "an unexpected end at character 100", id="long-name"),
        pytest.param("1 " + "x" * 99, f"an unexpected '{'x' * 40}…' at character 3", id="long-names-are-cut"),
    ],
)
def test_a_malformed_filter_is_refused_with_what_where_and_what_to_write(text: str, message: str) -> None:
    with pytest.raises(InvalidError, match=f"^{re.escape('The filter has ' + message)}") as caught:
        parse_filter(text)

    assert caught.value.code == "invalid_filter"
    assert caught.value.fields == {"filter": {"code": "invalid_filter", "message": caught.value.message}}


def test_a_filter_has_at_most_200_comparisons() -> None:
    assert isinstance(parse_filter(" || ".join(["a=1"] * MAX_COMPARISONS)), Group)
    with pytest.raises(InvalidError, match="more than 200 comparisons at character 1403"):
        parse_filter(" || ".join(["a=1"] * (MAX_COMPARISONS + 1)))


def test_a_filter_has_at_most_3500_bytes() -> None:
    assert parse_filter("a=1".ljust(MAX_BYTES)) == A
    with pytest.raises(InvalidError, match="has 3501 bytes. Shorten it to 3500"):
        parse_filter("a=1".ljust(MAX_BYTES + 1))
    with pytest.raises(InvalidError, match="has 3505 bytes"):
        parse_filter(f"a='{'é' * 1750}'".ljust(1755))


def nested(levels: int) -> str:
    opened = "".join(f"(a=1 {'&&' if level % 2 else '||'} " for level in range(levels))
    return f"{opened}a=1{')' * levels}"


def test_parentheses_may_be_nested_as_deep_as_a_filter_is_long() -> None:
    assert parse_filter("(" * 1700 + "a=1" + ")" * 1700) == A
    assert isinstance(parse_filter(nested(MAX_COMPARISONS - 1)), Group)


def test_a_rule_may_be_of_any_length() -> None:
    assert parse_filter("a=1".ljust(MAX_BYTES + 1), max_bytes=None) == A


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("a", "invalid or incomplete filter expression", id="incomplete"),
        pytest.param("( )", "empty filter expression", id="empty"),
        pytest.param(
            "= 1", 'expected left operand (identifier, function, text or number), got "=" (sign)', id="left"
        ),
        pytest.param("a = 'x' \"y\"", 'expected && or ||, got "y" (text)', id="join"),
        pytest.param("a = 'x", 'invalid quoted text "\'x"', id="text"),
        pytest.param("a = \t\v", r"unexpected character '\v'", id="character"),
        pytest.param("é = 1", "unexpected character 'é'", id="first-character"),
        pytest.param("a = 1 && (é = 1)", "unexpected character 'é'", id="first-character-of-a-group"),
        pytest.param("a // b\né", "unexpected character 'é'", id="first-character-behind-a-comment"),
        pytest.param("té = 1", "unexpected character '\ufffd'", id="a-character-that-is-lost"),
        pytest.param("a = €", "unexpected character '\ufffd'", id="another-that-is-lost"),
        pytest.param("((a=1)", "invalid formatted group - missing 1 closing bracket(s)", id="group"),
        pytest.param(
            "f(g('x)) = 1",
            """invalid identifier argument "g" in function "f": """
            '''invalid text argument "\'x)) = 1" in function "g": invalid quoted text "\'x)) = 1"''',
            id="function",
        ),
    ],
)
def test_a_refusal_has_the_reason_that_pocketbase_states(text: str, reason: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse_filter(text)

    assert caught.value.reason == reason


LETTERS = st.text("ab1.:_@#-'\"\\()&|=!~<>?/ \n\0é%", max_size=40)


@given(st.one_of(st.text(max_size=60), LETTERS))
def test_any_text_is_a_filter_or_an_invalid_one(text: str) -> None:
    with contextlib.suppress(InvalidError):
        assert isinstance(parse_filter(text), Comparison | Group)


@given(
    st.text(st.characters(exclude_characters="\0\\", exclude_categories=["Cs"]), max_size=200),
    st.sampled_from("'\""),
)
def test_any_text_without_nul_and_backslash_can_be_quoted(value: str, quote: str) -> None:
    written = value.replace(quote, f"\\{quote}")

    assert parse_filter(f"a = {quote}{written}{quote}") == Comparison(
        Identifier("a"), Operator.EQUAL, Text(value)
    )
