"""Lists: pages of a table."""

from collections.abc import Iterator
from typing import Any

import dataset
import msgspec
import pytest
import sqlalchemy

from appos.errors import InvalidError
from appos.store.query import ListQuery, Page, SortTerm, paginate, parse_sort, refuse_modifiers

ITEMS = sqlalchemy.table("items", *(sqlalchemy.column(name) for name in ("id", "name", "size", "secret")))
PUBLIC = [ITEMS.c.id, ITEMS.c.name, ITEMS.c.size]
ROWS = [
    ("c", "x", 1, "s1"),
    ("a", "y", 2, "s2"),
    ("e", "x", 3, "s3"),
    ("b", "y", 1, "s4"),
    ("d", "X", 2, "s5"),
]


@pytest.fixture
def db() -> Iterator[dataset.Database]:
    database = dataset.Database("sqlite://", ensure_schema=False)
    with database as db:
        db.executable.execute(
            sqlalchemy.text("CREATE TABLE items (id TEXT, name TEXT, size INTEGER, secret TEXT)")
        )
        for row in ROWS:
            db.executable.execute(ITEMS.insert().values(row))
        yield db
    database.close()


def ids(db: dataset.Database, **query: Any) -> str:
    rows, _ = paginate(db, ITEMS, ListQuery(**query), columns=PUBLIC)
    return "".join(row["id"] for row in rows)


def test_rows_are_plain_dicts_of_the_selected_columns(db: dataset.Database) -> None:
    rows, total = paginate(db, ITEMS, ListQuery(per_page=1), columns=PUBLIC)

    assert (rows, total) == ([{"id": "c", "name": "x", "size": 1}], 5)
    assert {type(key) for key in rows[0]} == {str}


def test_all_columns_are_selected_unless_told_otherwise(db: dataset.Database) -> None:
    rows, _ = paginate(db, ITEMS, ListQuery(per_page=1))

    assert rows == [{"id": "c", "name": "x", "size": 1, "secret": "s1"}]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        pytest.param("", "caebd", id="none-is-the-order-of-insertion"),
        pytest.param("id", "abcde", id="ascending"),
        pytest.param("+id", "abcde", id="plus"),
        pytest.param("-id", "edcba", id="descending"),
        pytest.param("size", "cbade", id="ties-in-order-of-insertion"),
        pytest.param("-size", "edabc", id="ties-turned-round-with-the-first-term"),
        pytest.param("-size,id", "eadbc", id="two-terms"),
        pytest.param("name:lower,-size", "edcab", id="modifier"),
        pytest.param("-@rowid", "dbeac", id="rowid"),
        pytest.param(" -id , name", "edcba", id="spaces-around-terms"),
    ],
)
def test_rows_are_sorted(db: dataset.Database, sort: str, order: str) -> None:
    assert ids(db, sort=sort) == order


def test_a_random_sort_gives_all_rows_in_changing_order(db: dataset.Database) -> None:
    orders = {ids(db, sort="@random") for _ in range(50)}

    assert {"".join(sorted(order)) for order in orders} == {"abcde"}
    assert len(orders) > 1


def test_the_caller_gives_the_default_order(db: dataset.Database) -> None:
    def first(query: ListQuery) -> object:
        return paginate(db, ITEMS, query, default_sort="-id")[0][0]["id"]

    assert first(ListQuery()) == "e"
    assert first(ListQuery(sort="id")) == "a"


@pytest.mark.parametrize(
    "sort", ["secret", "unknown", "id,", "- id", "--id", "id asc", "name:x", "null", "@now", "id;--"]
)
def test_a_sort_by_an_unknown_field_is_refused(db: dataset.Database, sort: str) -> None:
    with pytest.raises(
        InvalidError, match="^The sort names the unknown field '.*'. Use one of: id, name, size.$"
    ) as caught:
        ids(db, sort=sort)

    assert caught.value.code == "unknown_field"
    assert caught.value.fields == {"sort": {"code": "unknown_field", "message": caught.value.message}}


def test_a_sort_has_at_most_8_terms(db: dataset.Database) -> None:
    assert ids(db, sort=",".join(["id"] * 8)) == "abcde"
    with pytest.raises(InvalidError, match="^The sort has 9 terms. Use 8 or fewer.$") as caught:
        ids(db, sort=",".join(["id"] * 9))
    assert caught.value.code == "invalid_sort"


def test_a_sort_is_parsed_into_terms() -> None:
    assert parse_sort("") == ()
    assert parse_sort("-a.b,+c,@random,d:lower") == (
        SortTerm("a.b", descending=True),
        SortTerm("c"),
        SortTerm("@random"),
        SortTerm("d:lower"),
    )


@pytest.mark.parametrize(
    ("query", "found", "total"),
    [
        pytest.param({"per_page": 2}, "ca", 5, id="first-page"),
        pytest.param({"per_page": 2, "page": 2}, "eb", 5, id="middle-page"),
        pytest.param({"per_page": 2, "page": 3}, "d", 5, id="last-page"),
        pytest.param({"per_page": 2, "page": 4}, "", 5, id="past-the-end"),
        pytest.param({"per_page": 5}, "caebd", 5, id="exactly-full"),
        pytest.param({"per_page": 2, "skip_total": True}, "ca", -1, id="skipped-total"),
        pytest.param({"filter": "name = 'x'", "per_page": 1}, "c", 2, id="filtered"),
        pytest.param({"filter": "name = 'none'"}, "", 0, id="nothing-found"),
        pytest.param({"page": 2**70}, "", 5, id="a-page-beyond-every-offset"),
    ],
)
def test_a_page_has_its_rows_and_the_total(
    db: dataset.Database, query: dict[str, Any], found: str, total: int
) -> None:
    rows, counted = paginate(db, ITEMS, ListQuery(**query), columns=PUBLIC)

    assert ("".join(row["id"] for row in rows), counted) == (found, total)


@pytest.mark.parametrize("per_page", [1, 30])
def test_the_caller_s_condition_holds_whatever_the_filter_says(db: dataset.Database, per_page: int) -> None:
    query = ListQuery(filter="id = 'a' || 1 = 1", per_page=per_page)

    rows, total = paginate(db, ITEMS, query, where=ITEMS.c.name == "y")

    assert [row["id"] for row in rows] == ["a", "b"][:per_page]
    assert total == 2


def test_a_filter_cannot_name_what_is_not_selected(db: dataset.Database) -> None:
    with pytest.raises(InvalidError, match="unknown field 'secret'. Use one of: id, name, size."):
        ids(db, filter="secret ~ 's'")


def test_the_caller_may_name_the_fields(db: dataset.Database) -> None:
    query = ListQuery(filter="label = 'X'", sort="-label")

    rows, total = paginate(db, ITEMS, query, columns=[ITEMS.c.id], fields={"label": ITEMS.c.name})

    assert (rows, total) == ([{"id": "d"}], 1)


@pytest.mark.parametrize(
    ("given", "page", "per_page"),
    [
        pytest.param({}, 1, 30, id="defaults"),
        pytest.param({"page": 0, "per_page": 0}, 1, 30, id="zero"),
        pytest.param({"page": -1, "per_page": -1}, 1, 30, id="negative"),
        pytest.param({"page": 7, "per_page": 1001}, 7, 1000, id="too-many"),
    ],
)
def test_numbers_out_of_range_are_moved_into_it(given: dict[str, Any], page: int, per_page: int) -> None:
    query = ListQuery(**given)

    assert (query.page, query.per_page, query.offset) == (page, per_page, (page - 1) * per_page)


def test_a_query_is_read_from_the_arguments_of_a_url() -> None:
    arguments = {
        "page": "2",
        "perPage": "5000",
        "sort": "-id",
        "filter": "a=1",
        "skipTotal": "1",
        "other": "x",
    }

    query = msgspec.convert(arguments, ListQuery, strict=False)

    assert query == ListQuery(page=2, per_page=1000, sort="-id", filter="a=1", skip_total=True)


@pytest.mark.parametrize(
    ("total", "totals"),
    [
        pytest.param(0, (0, 0), id="none"),
        pytest.param(2, (2, 1), id="one-page"),
        pytest.param(3, (3, 2), id="a-page-and-one"),
        pytest.param(-1, (-1, -1), id="skipped"),
    ],
)
def test_a_page_has_pocketbase_s_shape(total: int, totals: tuple[int, int]) -> None:
    page = Page.of(["a"], ListQuery(page=2, per_page=2), total)

    assert msgspec.json.encode(page).decode() == (
        f'{{"items":["a"],"page":2,"perPage":2,"totalItems":{totals[0]},"totalPages":{totals[1]}}}'
    )


def test_a_filter_that_sqlite_cannot_apply_to_a_row_is_refused(db: dataset.Database) -> None:
    db.executable.execute(ITEMS.insert().values(id="f", name="x" * 60_000))

    with pytest.raises(InvalidError, match="cannot be applied: LIKE or GLOB pattern too complex") as caught:
        ids(db, filter="'a' ~ name")

    assert caught.value.code == "invalid_filter"


def test_a_sort_term_has_at_most_255_bytes(db: dataset.Database) -> None:
    assert parse_sort("-" + "a" * 255) == (SortTerm("a" * 255, True),)
    with pytest.raises(InvalidError, match="a term of more than 255 bytes"):
        parse_sort("a" * 256)


@pytest.mark.parametrize(
    "query",
    [
        ListQuery(filter="name:lower = 'a'"),
        ListQuery(filter="id = 1 && (size > 2 || 'a' = name:each)"),
        ListQuery(filter="strftime('%Y', name:lower) = 'a'"),
        ListQuery(sort="id,-name:lower"),
    ],
)
def test_modifiers_can_be_refused(query: ListQuery) -> None:
    with pytest.raises(InvalidError) as caught:
        refuse_modifiers(query)

    assert caught.value.code == "unknown_field"


def test_what_looks_like_a_modifier_in_a_text_is_none() -> None:
    refuse_modifiers(
        ListQuery(filter="name = 'a:lower' && strftime('%H:%M', name) != id", sort="-id,@random")
    )
