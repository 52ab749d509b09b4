"""Calls from other origins."""

import pytest
from flask.testing import FlaskClient

ORIGIN = {"Origin": "https://other.example"}
ASKING = ORIGIN | {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization,content-type",
}


def test_a_preflight_to_pocketbases_api_is_granted(client: FlaskClient) -> None:
    answer = client.options("/api/collections/users/auth-with-password", headers=ASKING)

    assert (answer.status_code, answer.get_data()) == (204, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Methods"] == "GET,HEAD,PUT,PATCH,POST,DELETE"
    assert answer.headers["Access-Control-Allow-Headers"] == "authorization,content-type"
    assert "Access-Control-Request-Headers" in answer.headers["Vary"]


@pytest.mark.parametrize("path", ["/api/appos/jobs", "/api/appos/setup/init", "/_/", "/"])
def test_a_preflight_to_anything_else_is_not(client: FlaskClient, path: str) -> None:
    answer = client.options(path, headers=ASKING)

    assert [name for name in answer.headers.keys() if name.startswith("Access-Control")] == []


@pytest.mark.parametrize("path", ["/api/health", "/api/nope", "/api/collections/users/auth-methods"])
def test_an_answer_may_be_read_where_no_cookie_counts(client: FlaskClient, path: str) -> None:
    with_origin, without = client.get(path, headers=ORIGIN), client.get(path)

    assert with_origin.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in without.headers
    assert with_origin.headers["Vary"] == without.headers["Vary"] == "Origin"


def test_no_origin_may_read_what_is_ours(client: FlaskClient, as_superuser: dict[str, str]) -> None:
    answer = client.get("/api/appos/jobs", headers=as_superuser | ORIGIN)

    assert answer.status_code == 200
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("path", ["/api/health", "/api/appos/jobs", "/nope", "/_/reset"])
def test_no_path_gives_credentials_to_another_origin(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers=ORIGIN)

    assert "Access-Control-Allow-Credentials" not in answer.headers
