"""What rules see of a request."""

from typing import Any

import pytest

from appos.records.fields import JSONText
from appos.records.models import RequestInfo
from appos.records.resolve.request import find, ids, items, plain, reader
from tests.unit.records.resolve.world import asking

BODY: dict[str, Any] = {
    "a": None,
    "list": ["x", {"y": [1, 2]}],
    "json": JSONText('{"k":[5]}'),
    "broken": JSONText("{"),
    "size": "12.5",
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("context", (True, "default")),
        ("method", (True, "GET")),
        ("method.x", (False, None)),
        ("query.q", (True, "1")),
        ("query.q.x", (False, None)),
        ("query.missing", (False, None)),
        ("headers.x_token", (True, "t")),
        ("body.a", (True, None)),
        ("body.a.b", (False, None)),
        ("body.list.0", (True, "x")),
        ("body.list.1.y.01", (True, 2)),
        ("body.list.2", (False, None)),
        ("body.list.x", (False, None)),
        ("body.json.k.0", (True, 5.0)),
        ("body.broken.k", (False, None)),
        ("auth.id", (True, "ann")),
        ("auth.collectionName", (True, "people")),
        ("auth.collectionId", (True, "id_people")),
        ("auth.emailVisibility", (True, True)),
        ("auth.name", (False, None)),
        ("other.x", (False, None)),
    ],
)
def test_a_path_leads_to_a_value_of_the_request(path: str, found: tuple[bool, object]) -> None:
    info = asking("ann", query={"q": "1"}, headers={"x_token": "t"}, body=BODY)

    assert find(info, path.split(".")) == found


def test_a_stranger_has_no_account() -> None:
    assert find(RequestInfo(), ("auth", "id")) == (False, None)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("x", "x"),
        (True, True),
        (5, 5.0),
        (2**70, float(2**70)),
        (10**400, float("inf")),
        (["a", 5, None], '["a",5,null]'),
        ({"b": "<", "a": 1.5}, '{"a":1.5,"b":"\\u003c"}'),
        (JSONText("[1]"), "[1]"),
    ],
)
def test_a_value_is_compared_as_text_a_number_or_a_truth(value: object, expected: object) -> None:
    assert plain(value) == expected
    assert type(plain(value)) is type(expected)


@pytest.mark.parametrize(
    ("text", "number"),
    [("12.5", 12.5), ("1e3", 1000.0), ("x", "x"), ("", ""), ("1e999", "1e999"), (" 1", " 1")],
)
def test_text_for_a_number_is_one_if_it_can_be(text: str, number: object) -> None:
    info = RequestInfo(body={"size": text})

    assert reader(("body", "size"), is_number=True)(info) == number
    assert reader(("body", "size"), is_number=False)(info) == text


@pytest.mark.parametrize(
    ("value", "listed", "named"),
    [
        (None, [], []),
        ("x", ["x"], ["x"]),
        ("", [""], []),
        (["x", "x", ""], ["x", "x", ""], ["x"]),
        (5, [5], ["5"]),
        ('["x","y"]', ['["x","y"]'], ["x", "y"]),
        ({"a": 1}, [{"a": 1}], []),
    ],
)
def test_a_field_of_the_body_has_items_and_ids(value: object, listed: list[object], named: list[str]) -> None:
    info = RequestInfo(body={"f": value})

    assert items(info, "f") == listed
    assert ids(info, "f") == named
