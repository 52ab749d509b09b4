"""The `fields` query parameter."""

from typing import Any

import pytest

from appos.records.pick import parse_fields, pick

RECORD = {"id": "a", "email": "e", "expand": {"team": {"id": "t", "name": "n"}}, "tags": [{"x": 1, "y": 2}]}


@pytest.mark.parametrize(
    ("fields", "picked"),
    [
        pytest.param("id", {"id": "a"}, id="one"),
        pytest.param("id, email", {"id": "a", "email": "e"}, id="two"),
        pytest.param("expand.team.name", {"expand": {"team": {"name": "n"}}}, id="within"),
        pytest.param("tags.y", {"tags": [{"y": 2}]}, id="within-a-list"),
        pytest.param("expand", {"expand": {"team": {"id": "t", "name": "n"}}}, id="whole"),
        pytest.param("*", RECORD, id="all"),
        pytest.param("*,tags.x", RECORD | {"tags": [{"x": 1}]}, id="all-but"),
        pytest.param("email:excerpt(3)", {"email": "e"}, id="modifier"),
        pytest.param("none", {}, id="unknown"),
        pytest.param(",,", RECORD, id="nothing"),
    ],
)
def test_a_client_gets_what_it_asks_for(fields: str, picked: Any) -> None:
    assert pick(RECORD, parse_fields(fields)) == picked
