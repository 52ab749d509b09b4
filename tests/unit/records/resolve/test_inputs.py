"""Conditions that were made for one request and are run for others."""

import io
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from appos.records.models import RequestInfo
from appos.records.uploads import Upload
from tests.unit.records.resolve.world import asking, open_rows, query


@pytest.fixture(scope="module")
def rows() -> Iterator[sqlite3.Connection]:
    connection = open_rows()
    yield connection
    connection.close()


def found(rows: sqlite3.Connection, rule: str, info: RequestInfo) -> str:
    return "".join(query("", info, rule=rule).run(rows, info))


ANN, BOB, ROOT, GUEST = asking("ann"), asking("bob"), asking("root"), asking()


@pytest.mark.parametrize(
    ("rule", "ids"),
    [
        pytest.param("owner = @request.auth.id", {"ann": "1", "bob": "2"}, id="id"),
        pytest.param("owner.email = @request.auth.email", {"ann": "1", "bob": "2"}, id="plain-field"),
        pytest.param("owner.name = @request.auth.name", {"ann": "1", "bob": "2"}, id="field"),
        pytest.param("owner.team.name = @request.auth.team.name", {"ann": "1", "bob": "2"}, id="relation"),
        pytest.param("helpers.id ?= @request.auth.friends.id", {"ann": "12", "bob": "3"}, id="relations"),
        pytest.param("@request.auth.things_via_owner.title = title", {"ann": "1", "bob": "2"}, id="back"),
        pytest.param(
            "title ~ @request.auth.id || owner ~ @request.auth.id", {"ann": "1", "bob": "2"}, id="like"
        ),
        pytest.param("helpers.id = @request.auth.id", {"ann": "", "bob": "2"}, id="all-of-several"),
    ],
)
def test_a_condition_made_for_one_account_gives_another_its_own_rows(
    rows: sqlite3.Connection, rule: str, ids: dict[str, str]
) -> None:
    made = query("", ANN, rule=rule)

    assert made.resolver.signature(ANN) == made.resolver.signature(BOB)
    assert "".join(made.run(rows, ANN)) == ids["ann"]
    assert "".join(made.run(rows, BOB)) == ids["bob"]
    assert "ann" not in made.sql


@pytest.mark.parametrize(
    "rule",
    [
        "@request.auth.id = ''",
        "@request.auth.name = ''",
        "@request.auth.team.name = ''",
        "@request.auth.collectionName != 'people' && @request.auth.name = ''",
    ],
)
def test_a_stranger_and_accounts_of_other_collections_do_not_use_what_was_made_for_an_account(
    rows: sqlite3.Connection, rule: str
) -> None:
    made = query("", ANN, rule=rule)

    assert made.run(rows, ANN) == []
    assert made.resolver.signature(GUEST) != made.resolver.signature(ANN)
    assert found(rows, rule, GUEST) == "123"
    if ".id" not in rule:
        assert made.resolver.signature(ROOT) != made.resolver.signature(ANN)


SAYS_A, SAYS_B = {"query": {"a": "one", "b": "N"}}, {"query": {"a": "two", "b": "%w%"}}
ALIKE: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("title = @request.query.a", SAYS_A, SAYS_B),
    ("title ~ @request.query.a", SAYS_A, SAYS_B),
    ("title ~ @request.query.b:lower", SAYS_A, SAYS_B),
    ("title = @request.headers.x", {"headers": {"x": "one"}}, {"headers": {"x": "two"}}),
    ("size = @request.body.size", {"body": {"size": 1}}, {"body": {"size": "2"}}),
    ("title = @request.body.x.0.y", {"body": {"x": [{"y": "one"}]}}, {"body": {"x": [{"y": "two"}]}}),
    ("tags = @request.body.tags", {"body": {"tags": ["a"]}}, {"body": {"tags": ["a", "b"]}}),
    ("tags:each ?= @request.body.tags:each", {"body": {"tags": ["b"]}}, {"body": {"tags": ["a"]}}),
    ("tags:length = @request.body.tags:length", {"body": {"tags": ["b"]}}, {"body": {}}),
    ("helpers.id ?= @request.body.owner.id", {"body": {"owner": "ann"}}, {"body": {"owner": "bob"}}),
    (
        "helpers.name ?= @request.body.helpers.name",
        {"body": {"helpers": ["bob"]}},
        {"body": {"helpers": "ann"}},
    ),
    ("@request.body.title:changed = true", {"body": {"title": "one"}}, {"body": {"title": "two"}}),
    ("title ~ @request.body.title:lower", {"body": {"title": "ONE"}}, {"body": {"title": "W"}}),
    ("@request.body.x:isset = (title != '')", {"body": {"x": 1}}, {"body": {}}),
    ("@request.method = 'GET'", {"method": "GET"}, {"method": "POST"}),
    ("@request.context = 'default'", {}, {"context": "oauth2"}),
]
UNLIKE: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("title = @request.query.a", SAYS_A, {"query": {"a": ""}}),
    ("title = @request.query.a", SAYS_A, {}),
    ("size = @request.body.size", {"body": {"size": 1}}, {"body": {"size": None}}),
    ("@request.body.x:isset = true", {"body": {"x": None}}, {"body": {}}),
    ("tags:length = @request.body.tags:length", {"body": {"tags": ["b"]}}, {"body": {"tags": ["a", "b"]}}),
    ("@request.body.owner.name = ''", {"body": {"owner": "ann"}}, {"body": {"owner": ""}}),
    ("@request.body.title:changed = true", {"body": {"title": "one"}}, {"body": {}}),
    ("title = @request.body.title:lower", {"body": {"title": "ONE"}}, {"body": {}}),
]


@pytest.mark.parametrize(("rule", "first", "second"), ALIKE, ids=[rule for rule, _, _ in ALIKE])
def test_what_a_request_says_is_bound_anew(
    rows: sqlite3.Connection, rule: str, first: dict[str, Any], second: dict[str, Any]
) -> None:
    one, other = asking("ann", **first), asking("ann", **second)
    made = query("", one, rule=rule)

    assert made.resolver.signature(one) == made.resolver.signature(other)
    assert "".join(made.run(rows, one)) == found(rows, rule, one)
    assert "".join(made.run(rows, other)) == found(rows, rule, other)
    assert set(made.resolver.bindings(one)) == set(made.resolver.inputs())


@pytest.mark.parametrize(("rule", "first", "second"), UNLIKE)
def test_what_shapes_a_condition_is_its_signature(
    rule: str, first: dict[str, Any], second: dict[str, Any]
) -> None:
    one, other = asking("ann", **first), asking("ann", **second)

    assert query("", one, rule=rule).resolver.signature(one) != query("", one, rule=rule).resolver.signature(
        other
    )
    assert query("", other, rule=rule).resolver.signature(other) != query(
        "", other, rule=rule
    ).resolver.signature(one)


def test_macros_are_as_of_the_run(rows: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    made = query("@year = 2031 || '2031-06-01 00:00:00.000Z' = @todayStart", GUEST)
    assert made.run(rows, GUEST) == []

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> "Later":
            return cls(2031, 6, 1, 12, tzinfo=UTC)

    monkeypatch.setattr("appos.records.resolve.inputs.datetime", Later)
    assert len(made.run(rows, GUEST)) == 3


def test_uploads_are_compared_as_pocketbase_writes_them(rows: sqlite3.Connection) -> None:
    upload = Upload(
        original_name="A.txt",
        name="a_1.txt",
        size_bytes=3,
        media_type="text/plain",
        source=io.BytesIO(b"abc"),
    )
    info = asking("ann", body={"tags": [upload]})
    rule = """@request.body.tags = '[{"name":"a_1.txt","originalName":"A.txt","size":3}]'"""

    assert found(rows, rule, info) == "123"
    assert found(rows, "@request.body.tags:length = 1", info) == "123"


def test_a_list_that_is_to_be_a_pattern_cannot_be_read(rows: sqlite3.Connection) -> None:
    info = asking("ann", body={"tags": ["a"]})

    with pytest.raises(sqlite3.OperationalError, match="malformed JSON"):
        found(rows, "title ?~ @request.body.tags:each", info)
    assert found(rows, "title ~ 'o' && @request.body.tags:each ~ 'A'", info) == "12"
