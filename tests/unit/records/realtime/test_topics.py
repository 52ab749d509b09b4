"""Subscriptions as PocketBase reads them; each case was seen there."""

import json

import pytest

from appos.records.realtime.topics import as_text, parse, problems, snake_case


def test_a_topic_without_options_is_itself() -> None:
    found = parse("posts/*")

    assert (found.text, found.topic, found.query, found.headers) == ("posts/*", "posts/*", {}, {})


def test_the_topic_ends_before_the_first_question_mark() -> None:
    assert parse("posts/*?x").topic == "posts/*"
    assert parse("posts?").topic == "posts"


@pytest.mark.parametrize(
    ("options", "value"),
    [
        ('?options={"query":{"m":"x"}}', "x"),
        ("?options=%7B%22query%22%3A%7B%22m%22%3A%22x%22%7D%7D", "x"),
        ('?%6fptions={"query":{"m":"x"}}', "x"),
        ('?a=1&options={"query":{"m":"x"}}', "x"),
        ('?&options={"query":{"m":"x"}}', "x"),
        ('?options={"QUERY":{"m":"x"}}', "x"),
        ('?options={"query":{"m":"x"},"headers":[]}', "x"),
        ('?options={"headers":[],"query":{"m":"x"}}', "x"),
        ('?options={"query":{"m":"a+b"}}', "a b"),
        ('?options={"query":{"m":"a%20b"}}', "a b"),
        ('?options={"query":{"m":"é"}}', "é"),
        ('?options={"query":{"m":1}}', "1"),
        ('?options={"query":{"m":true}}', "true"),
        ('?options={"query":{"m":null}}', ""),
        ('?options={"query":{"m":[1]}}', ""),
        ('?options={"query":{"m":"1","m":"2"}}', "2"),
    ],
)
def test_options_are_read(options: str, value: str) -> None:
    assert parse(f"posts/*{options}").query == {"m": value}


@pytest.mark.parametrize(
    "options",
    [
        '?Options={"query":{"m":"x"}}',
        '?x?options={"query":{"m":"x"}}',
        '?options={}&options={"query":{"m":"x"}}',
        '?options={"query":{"m":"x"}} x',
        '?options={"query":{"m":"x"}}?',
        '?options=[{"query":{"m":"x"}}]',
        '?options={"query":null}',
        '?options={"query":{"m":"a%zz"}}',
        '?options={"query":{"m":"a;b"}}',
        '?options={"query":{"m":"a&b"}}',
        '?options={"query":{"m":"a#b"}}',
        '?options={"query":{"m":"x"}}#%zz',
        '?options={"query":{"m":"a\tb"}}',
        '%zz?options={"query":{"m":"x"}}',
        "?options=" + "[" * 2000,
    ],
)
def test_options_that_cannot_be_read_count_as_none(options: str) -> None:
    found = parse(f"posts/*{options}")

    assert (found.query, found.headers) == ({}, {})


def test_a_colon_has_to_end_a_scheme() -> None:
    options = '?options={"query":{"m":"x"}}'

    assert parse(f"a:b/*{options}").query == {"m": "x"}
    assert parse(f"a b:c/*{options}").query == {}


def test_headers_are_named_in_snake_case() -> None:
    options = json.dumps({"headers": {"X-Token": "a", "n": 2}})

    assert parse(f"posts/*?options={options}").headers == {"x_token": "a", "n": "2"}


@pytest.mark.parametrize(
    ("name", "snake"),
    [
        ("X-Token", "x_token"),
        ("XToken", "xtoken"),
        ("authToken", "auth_token"),
        ("a__b--c", "a_b_c"),
        ("MyTestDB", "my_test_db"),
        ("x.y z", "x_y_z"),
        ("aB1C", "a_b1_c"),
        ("É-a", "a"),
        ("", ""),
    ],
)
def test_snake_case(name: str, snake: str) -> None:
    assert snake_case(name) == snake


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"),
        (1.5, "1.5"),
        (-0.25, "-0.25"),
        (1e-7, "0.0000001"),
        (1e30, "1000000000000000000000000000000"),
        (12345678901234567890, "12345678901234567000"),
        (False, "false"),
        ({"a": 1}, ""),
    ],
)
def test_numbers_are_written_out(value: object, text: str) -> None:
    assert as_text(value) == text


def too_long(most: int) -> dict[str, object]:
    message = f"The length must be no more than {most}."
    return {"code": "validation_length_too_long", "message": message, "params": {"max": most, "min": 0}}


def test_what_is_within_the_limits_is_right() -> None:
    assert problems("x", ["", "a" * 2500] * 500) == {}


def test_a_client_id_is_demanded_and_short() -> None:
    assert problems("", []) == {"clientId": {"code": "validation_required", "message": "Cannot be blank."}}
    assert problems("é" * 128, []) == {
        "clientId": {
            "code": "validation_length_out_of_range",
            "message": "The length must be between 1 and 255.",
            "params": {"max": 255, "min": 1},
        }
    }


def test_subscriptions_are_limited_in_number_and_in_bytes() -> None:
    assert problems("x", ["a"] * 1001) == {"subscriptions": too_long(1000)}
    assert problems("x", ["a", "é" * 1251]) == {"subscriptions": {"1": too_long(2500)}}
