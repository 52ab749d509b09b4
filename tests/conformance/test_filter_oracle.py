"""The same filters and sorts over the same rows, here and in the real PocketBase."""

import random
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import dataset
import pytest
import sqlalchemy

from appos.errors import InvalidError
from appos.store.functions import add_functions
from appos.store.macros import MACROS, macro_value
from appos.store.query import ListQuery, Page, paginate
from tests.conformance.filter_cases import FIELDS, HAND_PICKED, ROWS, SCHEMA, SORTS, mutated, random_filter
from tests.conformance.pocketbase import PocketBase

SAMPLE = 300
FULL = 10_000
SEED = 20_362


class Lists:
    """The rows twice: in a PocketBase collection, and in a table of the same schema."""

    def __init__(self, server: PocketBase) -> None:
        self._server = server
        self._table = sqlalchemy.table("things", *(sqlalchemy.column(name) for name in ("id", *FIELDS)))
        self._database = dataset.Database("sqlite://", ensure_schema=False)
        server.create_collection("things", FIELDS)
        with self._database as db:
            add_functions(cast(sqlite3.Connection, db.executable.connection.driver_connection))
            db.executable.execute(sqlalchemy.text(SCHEMA))
            for number, row in enumerate(ROWS):
                values = dict(zip(FIELDS, row, strict=True), id=f"row{number:012d}")
                record = server.create_record("things", **values)
                copied = {name: record[name] for name in values}
                db.executable.execute(self._table.insert().values(copied))

    def close(self) -> None:
        self._database.close()

    def theirs(self, **query: object) -> Any:
        """Return PocketBase's list with ids as items, or 400."""
        answer = self._server.records("things", **query)
        if answer.status != 200:
            return answer.status
        return answer.body | {"items": [item["id"] for item in answer.body["items"]]}

    def ours(self, **query: Any) -> Any:
        """Return our list in the same form."""
        arguments = {"perPage": "per_page", "skipTotal": "skip_total"}
        asked = ListQuery(**{arguments.get(key, key): value for key, value in query.items()})
        try:
            with self._database as db:
                rows, total = paginate(db, self._table, asked)
        except InvalidError:
            return 400
        page = Page.of([row["id"] for row in rows], asked, total)
        names = {"per_page": "perPage", "total_items": "totalItems", "total_pages": "totalPages"}
        return {names.get(name, name): getattr(page, name) for name in page.__struct_fields__}

    def differ(self, text: str) -> bool:
        query = {"filter": text, "sort": "@rowid", "perPage": 100}
        return bool(self.theirs(**query) != self.ours(**query))


@pytest.fixture(scope="module")
def lists(pocketbase: PocketBase) -> Iterator[Lists]:
    lists = Lists(pocketbase)
    yield lists
    lists.close()


def test_the_hand_picked_filters_are_many_and_unlike() -> None:
    assert len(set(HAND_PICKED)) == len(HAND_PICKED) > 60


@pytest.mark.parametrize("text", HAND_PICKED, ids=lambda text: ascii(text)[:60])
def test_a_filter_finds_the_rows_that_pocketbase_finds_or_is_refused_by_both(lists: Lists, text: str) -> None:
    query = {"filter": text, "sort": "@rowid", "perPage": 100}

    assert lists.ours(**query) == lists.theirs(**query)


def test_what_a_flat_list_refuses_and_pocketbase_takes_is_a_path_of_records(lists: Lists) -> None:
    text = "@request.method = 'GET'"

    assert lists.theirs(filter=text)["totalItems"] == 20
    assert lists.ours(filter=text) == 400


@pytest.mark.parametrize("macro", MACROS)
def test_a_macro_has_the_value_that_it_has_in_pocketbase(lists: Lists, macro: str) -> None:
    start = datetime.now(UTC)
    values = [macro_value(macro, start + timedelta(seconds=seconds)) for seconds in range(10)]
    if isinstance(values[0], str):
        text = f"{macro} >= '{values[0]}' && {macro} <= '{values[-1]}'"
    else:
        text = " || ".join(f"{macro} = {value}" for value in values)

    assert lists.theirs(filter=text)["totalItems"] == len(ROWS)


@pytest.mark.parametrize("sort", SORTS, ids=lambda text: ascii(text)[:60])
def test_a_sort_gives_the_order_that_pocketbase_gives_or_is_refused_by_both(lists: Lists, sort: str) -> None:
    rowid = "-@rowid" if sort.strip().startswith("-") else "@rowid"
    tied = f"{sort},{rowid}" if sort.count(",") < 7 else sort

    assert lists.ours(sort=sort, perPage=100) == lists.theirs(sort=tied, perPage=100)


def test_a_random_sort_keeps_all_rows(lists: Lists) -> None:
    assert sorted(lists.ours(sort="-@random")["items"]) == sorted(lists.theirs(sort="-@random")["items"])


@pytest.mark.parametrize(
    "query",
    [
        pytest.param({}, id="nothing"),
        *(
            pytest.param({"page": page, "perPage": per_page}, id=f"page-{page}-of-{per_page}")
            for page in (-1, 0, 1, 2, 3, 4, 100)
            for per_page in (-1, 0, 1, 7, 10, 20, 1000, 1001)
        ),
        pytest.param({"page": 2, "perPage": 7, "skipTotal": True}, id="skipped-total"),
        pytest.param({"page": 1, "perPage": 2, "filter": "done = true"}, id="filtered"),
        pytest.param({"page": 9, "perPage": 2, "filter": "done = true"}, id="filtered-past-the-end"),
        pytest.param({"filter": "title = 'nothing'"}, id="nothing-found"),
    ],
)
def test_a_page_has_the_rows_and_totals_that_it_has_in_pocketbase(
    lists: Lists, query: dict[str, Any]
) -> None:
    assert lists.ours(sort="@rowid", **query) == lists.theirs(sort="@rowid", **query)


@pytest.mark.campaign
@pytest.mark.timeout(600)
def test_random_filters_find_what_pocketbase_finds(lists: Lists, is_full_campaign: bool) -> None:
    chance = random.Random(SEED)
    filters = [random_filter(chance) for _ in range(FULL if is_full_campaign else SAMPLE)]
    filters = [mutated(text, chance) if chance.random() < 0.3 else text for text in filters]

    assert [text for text in filters if lists.differ(text)] == []
