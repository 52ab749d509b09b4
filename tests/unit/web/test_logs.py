"""The routes of the request log."""

import re

import pytest
from flask.testing import FlaskClient

from tests.conftest import state_of

Headers = dict[str, str]


@pytest.fixture(autouse=True)
def _logged(client: FlaskClient) -> None:
    requests = state_of(client.application).services.requests
    requests.add(0, "GET /a", {"status": 200}, "request00000001")
    requests.add(8, "GET /b", {"status": 404}, "request00000002")
    requests.flush()


def test_requests_are_listed_the_oldest_first(client: FlaskClient, as_superuser: Headers) -> None:
    page = client.get("/api/logs?perPage=1", headers=as_superuser).get_json()
    (item,) = page.pop("items")

    assert page == {"page": 1, "perPage": 1, "totalItems": 2, "totalPages": 2}
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}Z", item.pop("created"))
    assert item == {"id": "request00000001", "level": 0, "message": "GET /a", "data": {"status": 200}}


def test_they_are_filtered_and_sorted(client: FlaskClient, as_superuser: Headers) -> None:
    query = {"filter": "data.status > 100", "sort": "-data.status", "fields": "message"}
    page = client.get("/api/logs", query_string=query, headers=as_superuser).get_json()

    assert page["items"] == [{"message": "GET /b"}, {"message": "GET /a"}]


def test_an_id_may_look_like_a_path(client: FlaskClient, as_superuser: Headers) -> None:
    answer = client.get("/api/logs/a%2F..%2Fb", headers=as_superuser)

    assert (answer.status_code, answer.get_json()["message"]) == (404, "The requested resource wasn't found.")


@pytest.mark.parametrize("query", ["filter=nothing=1", "filter=(", "sort=nothing", "page=x", "skipTotal=x"])
def test_what_cannot_be_understood_is_refused(client: FlaskClient, as_superuser: Headers, query: str) -> None:
    answer = client.get(f"/api/logs?{query}", headers=as_superuser)

    assert answer.status_code == 400
    assert answer.get_json() == {
        "data": {},
        "message": "Something went wrong while processing your request.",
        "status": 400,
    }


def test_they_are_counted_by_the_hour(client: FlaskClient, as_superuser: Headers) -> None:
    counts = client.get("/api/logs/stats?filter=level=8", headers=as_superuser).get_json()

    assert [count["total"] for count in counts] == [1]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:00:00\.000Z", counts[0]["date"])


def test_a_filter_of_statistics_is_refused_in_other_words(client: FlaskClient, as_superuser: Headers) -> None:
    answer = client.get("/api/logs/stats?filter=nothing=1", headers=as_superuser)

    assert answer.status_code == 400
    assert answer.get_json() == {"data": {}, "message": "Invalid filter format.", "status": 400}


def test_one_is_shown(client: FlaskClient, as_superuser: Headers) -> None:
    shown = client.get("/api/logs/request00000002?fields=message,data.status", headers=as_superuser)

    assert shown.get_json() == {"message": "GET /b", "data": {"status": 404}}


def test_one_that_is_not_there_is_not_found(client: FlaskClient, as_superuser: Headers) -> None:
    answer = client.get("/api/logs/nothing", headers=as_superuser)

    assert answer.status_code == 404
    assert answer.get_json()["message"] == "The requested resource wasn't found."
