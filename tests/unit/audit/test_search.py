"""Searching the request log. What each filter finds was compared with PocketBase 0.36.2."""

from typing import Any

import pytest

from appos.audit.requests import RequestLog
from appos.errors import InvalidError, NotFoundError
from appos.services import Services
from appos.store.database import execute
from appos.store.query import ListQuery

WRONG = "Something went wrong while processing your request."
LOGGED: list[tuple[int, str, dict[str, Any], str]] = [
    (0, "GET /a", {"status": 200, "auth": "", "execTime": 0.5}, "2026-01-02 03:04:05.678Z"),
    (8, "GET /b", {"status": 404, "auth": "users", "details": None}, "2026-01-02 03:59:59.999Z"),
    (
        8,
        "PATCH /c",
        {"status": 400, "auth": "_superusers", "details": {"a": {"b": "é"}}},
        "2026-01-02 05:00:00.000Z",
    ),
    (0, "POST /d", {"status": 204, "auth": "_superusers", "list": [7, 8]}, "2026-01-03 05:00:00.000Z"),
]


@pytest.fixture
def requests(services: Services) -> RequestLog:
    for number, (level, message, data, _) in enumerate(LOGGED):
        services.requests.add(level, message, data, f"request{number}")
    services.requests.flush()
    for number, (*_, created) in enumerate(LOGGED):
        with services.databases.auxiliary.transaction() as db:
            execute(
                db, "UPDATE _logs SET created = :then WHERE id = :id", then=created, id=f"request{number}"
            )
    return services.requests


def found(requests: RequestLog, **query: Any) -> str:
    """The last letters of the messages found."""
    return "".join(item.message[-1] for item in requests.search(ListQuery(**query)).items)


@pytest.mark.parametrize(
    ("filter_", "letters"),
    [
        ("", "abcd"),
        ("data.status = 404", "b"),
        ("data.status >= 200 && data.status < 300", "ad"),
        ("data.auth = '_superusers'", "cd"),
        ("data.auth = ''", "a"),
        ("data.auth != ''", "bcd"),
        ("data.auth ?= 'users'", "b"),
        ("data.status = '404'", ""),
        ("data.status ~ '40'", "bc"),
        ("data.execTime > 0.1", "a"),
        ("data.nothing = ''", ""),
        ("data.nothing != ''", "abcd"),
        ("data.nothing = null", "abcd"),
        ("null = data.nothing", "abcd"),
        ("data.nothing != null", ""),
        ("data.details = null", "abd"),
        ("data.details != null", "c"),
        ("data.details.a.b = 'é'", "c"),
        ("data.details.a.b = data.nothing", "abd"),
        ("data.list.1 = 8", "d"),
        ("data.0 = 1", ""),
        ("data ~ 'é'", "c"),
        ("level > 0", "bc"),
        ("level = 0", "ad"),
        ("message ~ 'PATCH'", "c"),
        ("id = 'request1'", "b"),
        ("id = ''", ""),
        ("created > '2026-01-02 04:00:00'", "cd"),
        ("created > @now", ""),
    ],
)
def test_a_filter_reaches_into_the_data(requests: RequestLog, filter_: str, letters: str) -> None:
    assert found(requests, filter=filter_) == letters


@pytest.mark.parametrize(
    ("sort", "letters"),
    [
        ("", "abcd"),
        ("-@rowid", "dcba"),
        ("-created", "dcba"),
        ("level,-@rowid", "dacb"),
        ("-data.status", "bcda"),
        ("data.auth,message", "acdb"),
    ],
)
def test_a_sort_reaches_there_too(requests: RequestLog, sort: str, letters: str) -> None:
    assert found(requests, sort=sort) == letters


def test_a_page_is_a_part_of_what_was_found(requests: RequestLog) -> None:
    page = requests.search(ListQuery(per_page=3, page=2))

    assert [item.message for item in page.items] == ["POST /d"]
    assert (page.total_items, page.total_pages) == (4, 2)
    assert requests.search(ListQuery(skip_total=True)).total_items == -1


BAD = [
    "nothing = 1",
    "rowid > 0",
    "updated > ''",
    "data =",
    "data. = 1",
    "data..a = 1",
    "data.a-b = 1",
    "data.é = 1",
    "(1 = 1",
    "@request.auth.id = ''",
    "@collection.users.id = ''",
]


@pytest.mark.parametrize("filter_", BAD)
def test_a_filter_that_cannot_be_understood_is_refused_without_a_word_more(
    requests: RequestLog, filter_: str
) -> None:
    with pytest.raises(InvalidError) as listed:
        requests.search(ListQuery(filter=filter_))
    with pytest.raises(InvalidError) as counted:
        requests.stats(filter_)

    assert (listed.value.message, listed.value.fields) == (WRONG, {})
    assert (counted.value.message, counted.value.fields) == ("Invalid filter format.", {})


@pytest.mark.parametrize("sort", ["nothing", "rowid", "updated", "data.", "-", ",".join(["id"] * 9)])
def test_a_sort_that_cannot_be_understood_is_refused_too(requests: RequestLog, sort: str) -> None:
    with pytest.raises(InvalidError) as caught:
        requests.search(ListQuery(sort=sort))

    assert (caught.value.message, caught.value.fields) == (WRONG, {})


def test_requests_are_counted_by_the_hour(requests: RequestLog) -> None:
    assert [(count.date, count.total) for count in requests.stats("")] == [
        ("2026-01-02 03:00:00.000Z", 2),
        ("2026-01-02 05:00:00.000Z", 1),
        ("2026-01-03 05:00:00.000Z", 1),
    ]


def test_what_a_filter_finds_is_counted(requests: RequestLog) -> None:
    assert [count.total for count in requests.stats("data.auth = '_superusers' || level = 0")] == [1, 1, 1]
    assert requests.stats("level = 77") == []


def test_what_is_counted_may_be_said_at_any_length(requests: RequestLog) -> None:
    filter_ = f"level = 0 && message != '{'x' * 20_000}'"

    assert sum(count.total for count in requests.stats(filter_)) == len(
        requests.search(ListQuery(filter="level = 0")).items
    )
    with pytest.raises(InvalidError):
        requests.search(ListQuery(filter=filter_))


def test_a_request_is_found_by_its_id(requests: RequestLog) -> None:
    request = requests.get("request2")

    assert (request.message, request.data["details"]) == ("PATCH /c", {"a": {"b": "é"}})


@pytest.mark.parametrize("request_id", ["nothing", "", "REQUEST2"])
def test_another_is_not_found(requests: RequestLog, request_id: str) -> None:
    with pytest.raises(NotFoundError):
        requests.get(request_id)


def test_what_was_just_asked_is_not_found_yet(services: Services) -> None:
    """PocketBase writes its log every three seconds, too."""
    services.requests.add(0, "GET /a", {}, "request0")

    assert found(services.requests) == ""
    assert services.requests.stats("") == []
    services.requests.flush()
    assert found(services.requests) == "a"
