"""JSON in and out."""

from collections.abc import Callable

import msgspec
import pytest
from flask import Flask

from appos.errors import InvalidError
from appos.store.query import ListQuery
from appos.web.wire import answer, decode, list_query, no_content


class Port(msgspec.Struct, rename="camel"):
    host_port: int


class Order(msgspec.Struct, rename="camel"):
    name: str
    ports: list[Port] = []


@pytest.fixture
def bare() -> Flask:
    return Flask("bare")


def refusal(call: Callable[[], object]) -> InvalidError:
    with pytest.raises(InvalidError) as caught:
        call()
    assert caught.value.code == "body_invalid"
    return caught.value


def test_a_body_becomes_a_struct(bare: Flask) -> None:
    with bare.test_request_context(json={"name": "wiki", "ports": [{"hostPort": 80}], "more": 1}):
        assert decode(Order) == Order("wiki", [Port(80)])


@pytest.mark.parametrize(
    ("body", "path"),
    [
        pytest.param('{"name": 1}', "name", id="top"),
        pytest.param(
            '{"name": "x", "ports": [{"hostPort": 1}, {"hostPort": "80"}]}', "ports[1].hostPort", id="deep"
        ),
        pytest.param('{"name": "x", "ports": {}}', "ports", id="not-a-list"),
        pytest.param('{"name": "x", "ports": [{}]}', "ports[0]", id="missing-within"),
        pytest.param("{}", "body", id="missing"),
        pytest.param("", "body", id="empty"),
        pytest.param("[]", "body", id="a-list"),
        pytest.param("null", "body", id="null"),
    ],
)
def test_a_wrong_value_is_named_by_its_path(bare: Flask, body: str, path: str) -> None:
    with bare.test_request_context(data=body):
        error = refusal(lambda: decode(Order))

    assert list(error.fields) == [path]
    assert error.message.startswith(f"{path}: ")
    assert error.message.endswith(".")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"{", id="half"),
        pytest.param(b"name=wiki", id="a-form"),
        pytest.param(b"\xff\xfe", id="no-text"),
        pytest.param(b'{"name": "\\ud800"}', id="half-a-letter"),
        pytest.param(b"[" * 100_000, id="deep"),
    ],
)
def test_what_is_no_json_is_refused(bare: Flask, body: bytes) -> None:
    with bare.test_request_context(data=body):
        error = refusal(lambda: decode(Order))

    assert "wiki" not in error.message


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("", ListQuery(), id="nothing"),
        pytest.param(
            "page=2&perPage=5&sort=-created&filter=a%3D1",
            ListQuery(page=2, per_page=5, sort="-created", filter="a=1"),
            id="all",
        ),
        pytest.param("page=&perPage=&skipTotal=", ListQuery(), id="empty"),
        pytest.param("page=-3&perPage=-1", ListQuery(), id="below"),
        pytest.param("perPage=100000", ListQuery(per_page=1000), id="above"),
        pytest.param("skipTotal=1", ListQuery(skip_total=True), id="skip-total-1"),
        pytest.param("skipTotal=true", ListQuery(skip_total=True), id="skip-total-true"),
        pytest.param("skipTotal=0", ListQuery(), id="skip-total-0"),
    ],
)
def test_a_list_is_asked_for_by_the_query_string(bare: Flask, query: str, expected: ListQuery) -> None:
    with bare.test_request_context(f"/?{query}"):
        assert list_query() == expected


@pytest.mark.parametrize(
    "query",
    [
        "page=x",
        "perPage=y",
        "page=1.5",
        "page=1_0",
        "skipTotal=x",
        "skipTotal=tRue",
        pytest.param("page=" + "9" * 5000, id="a-number-of-5000-digits"),
        "page=99999999999999999999",
    ],
)
def test_a_number_that_is_none_is_refused(bare: Flask, query: str) -> None:
    with bare.test_request_context(f"/?{query}"), pytest.raises(InvalidError) as caught:
        list_query()

    assert caught.value.code == "invalid_query"


def test_an_answer_is_a_line_of_json_in_camel_case(bare: Flask) -> None:
    with bare.test_request_context():
        response = answer(Order("größer", [Port(80)]), 202, {"Location": "/x"})

    assert response.get_data() == '{"name":"größer","ports":[{"hostPort":80}]}\n'.encode()
    assert (response.status_code, response.mimetype, response.headers["Location"]) == (
        202,
        "application/json",
        "/x",
    )


def test_an_answer_holds_the_fields_that_are_asked_for(bare: Flask) -> None:
    with bare.test_request_context("/?fields=ports.hostPort"):
        assert answer(Order("wiki", [Port(80)])).get_json() == {"ports": [{"hostPort": 80}]}
        assert "name" in answer(Order("wiki"), 400).get_json()


def test_no_content_has_no_type() -> None:
    response = no_content()

    assert (response.status_code, response.get_data()) == (204, b"")
    assert "Content-Type" not in response.headers
