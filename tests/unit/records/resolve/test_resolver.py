"""Filters and sorts over relations, run on SQLite."""

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from appos.errors import InvalidError
from appos.records.models import RequestInfo
from appos.records.resolve import Resolver
from appos.store.scan import FilterError
from tests.unit.records.resolve.world import COLLECTIONS, Query, asking, find, open_rows, query


@pytest.fixture(scope="module")
def rows() -> Iterator[sqlite3.Connection]:
    connection = open_rows()
    yield connection
    connection.close()


def found(rows: sqlite3.Connection, text: str, info: RequestInfo | None = None, **options: Any) -> str:
    info = info or asking()
    return "".join(query(text, info, **options).run(rows, info))


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        pytest.param("owner.name = 'Ann'", "1", id="relation"),
        pytest.param("owner.team.name = 'ghosts'", "2", id="relation-of-a-relation"),
        pytest.param("owner = 'ann'", "1", id="relation-itself"),
        pytest.param("owner.id = 'ann'", "1", id="its-id"),
        pytest.param("owner.name = ''", "3", id="nothing-there"),
        pytest.param("helpers.name ?= 'Bob'", "12", id="any-of-several"),
        pytest.param("helpers.name = 'Bob'", "2", id="all-of-several"),
        pytest.param("helpers.name != 'Bob'", "3", id="none-of-several"),
        pytest.param("'Bob' = helpers.name", "2", id="several-on-the-right"),
        pytest.param("helpers.name = helpers.name", "23", id="several-and-several"),
        pytest.param("tags:each ?= 'b'", "1", id="each-of-a-list"),
        pytest.param("tags:each = 'a'", "2", id="all-of-a-list"),
        pytest.param("tags:length = 2", "1", id="length"),
        pytest.param("helpers.friends:length ?= 1", "1", id="length-beyond-a-relation"),
        pytest.param("notes_via_thing.text ?= 'x'", "1", id="back-relation"),
        pytest.param("notes_via_thing.text = 'x'", "", id="all-of-a-back-relation"),
        pytest.param("tickets_via_thing.code != 'B'", "123", id="unique-back-relation"),
        pytest.param("things_via_parent.title ?= 'two'", "1", id="back-relation-to-itself"),
        pytest.param("parent.things_via_parent.title ?= ''", "123", id="there-and-back"),
        pytest.param("data.a.b.0 = 5", "1", id="json-path"),
        pytest.param("data.a.b.1 = null && data != null", "12", id="json-null"),
        pytest.param("data = 'two'", "2", id="json-text"),
        pytest.param("owner.team.office.lat = 0", "1", id="point"),
        pytest.param(
            "geoDistance(owner.team.office.lon, owner.team.office.lat, 0, 0) < 1", "1", id="distance"
        ),
        pytest.param("geoDistance(1, 42.5, 1, 42.5) = 0", "123", id="no-distance"),
        pytest.param("@collection.teams.name ?= 'red'", "123", id="collection"),
        pytest.param(
            "@collection.people:p.id ?= owner && @collection.people:p.name ?= 'Bob'", "2", id="alias"
        ),
        pytest.param(
            "@collection.teams.name ?= 'red' && @collection.teams:x.name ?= 'ghosts'", "123", id="two"
        ),
        pytest.param("helpers.name ?= 'Ann' && helpers.name ?= 'Bob'", "", id="one-join-for-one-path"),
        pytest.param("title:lower ~ 'TW'", "2", id="lower"),
        pytest.param("strftime('%F', '2024-02-29') = '2024-02-29'", "123", id="moment"),
        pytest.param("true = TRUE && null = ''", "123", id="words"),
        pytest.param("hush = 'h'", "1", id="hidden-for-those-who-may"),
    ],
)
def test_a_filter_finds_rows_through_relations(rows: sqlite3.Connection, text: str, ids: str) -> None:
    assert found(rows, text) == ids


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("unknown = 1", 'unknown field "unknown"'),
        ("title.x = 1", 'field "title" is not a valid relation'),
        ("unknown.x = 1", 'failed to resolve field "unknown"'),
        ("notes_via_text.id = 1", 'invalid back relation field "text"'),
        ("notes_via_x.id = 1", 'missing back relation field "x"'),
        ("x_via_thing.id = 1", 'failed to load back relation field "x_via_thing" collection'),
        ("people_via_team.id = 1", 'invalid collection reference of a back relation field "team"'),
        ("parent." * 7 + "title = 1", 'max nested relations reached for field "parent"'),
        ("title:x = 1", 'unknown modifier in "title:x"'),
        ("@collection.x.y = 1", 'failed to load collection "x" from field path "@collection.x.y"'),
        ("@collection.teams = 1", 'failed to resolve field "@collection.teams"'),
        ("@request.x = 1", 'failed to resolve field "@request.x"'),
        ("@request.query.x:each = 1", "invalid modifier sequence x:each"),
        ("@request.body.title:each = 1", 'field "title" doesn\'t support multivalue operations'),
        ("#a = 1", 'failed to resolve field "#a"'),
    ],
)
def test_a_name_that_means_nothing_is_refused(text: str, reason: str) -> None:
    with pytest.raises(FilterError) as caught:
        query(text, asking())

    assert caught.value.code == "unknown_field"
    assert caught.value.reason.endswith(f" - {reason}")


@pytest.mark.parametrize(
    "text",
    [
        "hush = 'h'",
        "parent.hush = 'h'",
        "notes_via_quiet.id = ''",
        "owner.tokenKey = ''",
        "safe.label = 'deep'",
    ],
)
def test_a_client_may_not_ask_for_what_is_hidden_or_not_listed(rows: sqlite3.Connection, text: str) -> None:
    with pytest.raises(InvalidError, match=r"non-filterable|can be accessed only"):
        query(text, asking("ann"), allow_hidden=False)
    query(text, asking("ann"))


def test_a_client_sees_of_other_collections_what_their_list_rules_allow(rows: sqlite3.Connection) -> None:
    assert found(rows, "owner.team.name != 'x'", allow_hidden=False) == "13"
    assert found(rows, "", sort="-owner.team.name", allow_hidden=False) == "13"
    assert found(rows, "size > 1 || owner.team.name = 'red'", allow_hidden=False) == "1"
    assert found(rows, "owner.team.name != 'x'") == "123"


def test_a_client_finds_accounts_by_addresses_that_are_shown(rows: sqlite3.Connection) -> None:
    assert found(rows, "owner.email ~ '@x'", allow_hidden=False) == "1"
    assert found(rows, "email ~ '@x'", collection="people", allow_hidden=False) == "ann"
    assert found(rows, "email ~ '@x'", collection="people") == "annbob"


def test_a_rule_and_a_filter_share_the_joins_of_a_path(rows: sqlite3.Connection) -> None:
    together = query("helpers.name ?= 'Bob'", asking(), rule="helpers.name ?= 'Ann'", allow_hidden=False)

    assert together.sql.count('AS "things.helpers" ON') == 1
    assert together.run(rows, asking()) == []


@pytest.mark.parametrize(
    ("sort", "ids"),
    [
        ("", "123"),
        ("-@rowid", "321"),
        ("-size", "213"),
        ("owner.name", "312"),
        ("-owner.team.name,title", "123"),
        ("title:lower", "312"),
        ("tags:length", "321"),
        ("data.a.b.0,-size", "231"),
        ("tags:each", "312"),
    ],
)
def test_rows_are_sorted_through_relations(rows: sqlite3.Connection, sort: str, ids: str) -> None:
    assert found(rows, "", sort=sort) == ids


@pytest.mark.parametrize(
    "sort",
    [
        "unknown",
        "title:x",
        "null",
        "@now",
        "@request.query.a",
        "@request.query.a:isset",
        "@request.body.tags:length",
        "@request.body.tags:each",
        "@request.body.title:changed",
        "geoDistance(1,2,3,4)",
        ",".join(["title"] * 9),
        "data." + "a" * 251,
    ],
)
def test_a_sort_by_no_field_is_refused(sort: str) -> None:
    info = asking("ann", query={"a": "x"}, body={"tags": ["a"], "title": "x"})

    with pytest.raises(InvalidError):
        query("", info, sort=sort)


def test_a_random_sort_keeps_all_rows(rows: sqlite3.Connection) -> None:
    assert sorted(found(rows, "", sort="@random")) == ["1", "2", "3"]


def test_more_tables_than_sqlite_joins_are_refused(rows: sqlite3.Connection) -> None:
    joined = [f"@collection.teams:x{number}.name ?!= 'x'" for number in range(64)]

    assert Query(*_resolved(" && ".join(joined[:63]))).sql.count("JOIN") == 63
    with pytest.raises(FilterError, match="too many collections"):
        _resolved(" && ".join(joined))


def _resolved(text: str) -> tuple[Resolver, sa.Select[Any]]:
    resolver = Resolver(COLLECTIONS["things"], find, asking(), allow_hidden=True)
    condition = resolver.where(text)
    return resolver, sa.select(resolver.table.c.id).select_from(resolver.source).where(condition)


def test_a_record_that_is_not_created_yet_is_compared_as_a_row(rows: sqlite3.Connection) -> None:
    values = {field.name: field.to_column(field.empty) for field in COLLECTIONS["things"].fields}
    values |= {"id": "new", "size": 5.0, "helpers": '["ann","bob"]', "parent": "1"}

    def holds(text: str) -> bool:
        bound: list[sa.Label[Any]] = [sa.literal(value).label(name) for name, value in values.items()]
        unsaved = sa.select(*bound).cte("unsaved")
        resolver = Resolver(COLLECTIONS["things"], find, asking(), allow_hidden=True, table=unsaved)
        condition = resolver.where(text)
        found = sa.select(unsaved.c.id).select_from(resolver.source).where(condition)
        return Query(resolver, found).run(rows, asking()) != []

    assert holds("size = 5 && helpers.name ?= 'Bob' && parent.title = 'one'")
    assert not holds("size = '5'")
    assert not holds("helpers.name = 'Bob'")
    assert holds("parent.things_via_parent.title ?= 'two'")
    assert not holds("@collection.things.id ?= id")
    with pytest.raises(FilterError, match="invalid collection reference"):
        holds("things_via_parent.id = ''")


def test_a_table_may_stand_for_the_collection_under_another_name(rows: sqlite3.Connection) -> None:
    other = sa.table("things", *(sa.column(field.name) for field in COLLECTIONS["things"].fields)).alias(
        "other"
    )
    resolver = Resolver(COLLECTIONS["things"], find, asking(), allow_hidden=True, table=other)
    condition = resolver.where("helpers.name = 'Bob' && owner.name = 'Bob'")
    found = sa.select(other.c.id).select_from(resolver.source).where(condition)

    assert Query(resolver, found).run(rows, asking()) == ["2"]


def test_what_a_client_writes_is_bound_and_never_text_of_sql() -> None:
    hostile = "'); DROP TABLE things; --"
    made = query(
        f'data.{"a" * 8} = "{hostile}" || title ~ "{hostile}" || strftime("{hostile}", title) = ""', asking()
    )

    assert "DROP" not in made.sql
    assert "aaaaaaaa" not in made.sql
