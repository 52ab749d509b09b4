"""The description of the API: whole, valid, and made of what the views themselves say."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator

from appos import web
from appos.web.describe import describe
from appos.web.openapi_document import document, undescribed


@pytest.fixture
def description(client: FlaskClient) -> Any:
    return client.get("/api/openapi.json").get_json()


def operations(description: Any) -> list[tuple[str, Any]]:
    return [
        (f"{method.upper()} {path}", told)
        for path, item in description["paths"].items()
        for method, told in item.items()
    ]


def test_every_view_under_api_tells_what_it_takes_and_answers(app: Flask) -> None:
    assert undescribed(app) == []


def test_the_description_is_a_valid_one(description: Any) -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(description).iter_errors()] == []


def test_every_schema_that_is_named_is_there_and_every_one_there_is_named(description: Any) -> None:
    text = json.dumps(description)
    names = set(description["components"]["schemas"])
    named = {part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]}

    assert named == names


def test_every_operation_says_what_it_does_by_a_name_of_its_own(description: Any) -> None:
    told = [operation for _, operation in operations(description)]
    ids = [operation["operationId"] for operation in told]

    assert len(set(ids)) == len(ids)
    assert all(operation["summary"] for operation in told)
    assert {tag for operation in told for tag in operation["tags"]} == {
        tag["name"] for tag in description["tags"]
    }
    assert all(tag["description"] for tag in description["tags"])


def test_a_path_names_its_parameters(description: Any) -> None:
    for name, operation in operations(description):
        in_path = {each["name"] for each in operation.get("parameters", ()) if each["in"] == "path"}
        assert in_path == {part.partition("}")[0] for part in name.split("{")[1:]}, name


def test_who_may_call_is_told(description: Any) -> None:
    kinds = {name: operation["security"] for name, operation in operations(description)}

    assert kinds["GET /api/health"] == []
    assert kinds["GET /api/appos/jobs"] == [{"token": []}]
    assert kinds["GET /api/collections/{collection}/records"] == [{}, {"token": []}]
    assert "token" in description["components"]["securitySchemes"]


def test_errors_have_their_shape(description: Any) -> None:
    def shape(path: str) -> str:
        told = description["paths"][path]["get"]["responses"]["401"]
        return str(told["content"]["application/json"]["schema"]["$ref"]).rpartition("/")[2]

    schemas = description["components"]["schemas"]
    assert (shape("/api/appos/jobs"), shape("/api/logs")) == ("OwnError", "Error")
    assert set(schemas["Error"]["required"]) == {"data", "message", "status"}
    assert set(schemas["OwnError"]["required"]) == {"data", "message", "status", "code"}


def test_a_list_tells_its_parameters(description: Any) -> None:
    parameters = description["paths"]["/api/appos/jobs"]["get"]["parameters"]

    assert {each["name"] for each in parameters} == {"page", "perPage", "sort", "filter", "skipTotal"}


def test_a_body_is_the_struct_that_decodes_it(description: Any) -> None:
    told = description["paths"]["/api/appos/setup/init"]["post"]["requestBody"]
    schema = description["components"]["schemas"]["InitRequest"]

    assert told["required"] is True
    assert told["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/InitRequest"}
    assert schema["required"] == ["email", "password", "token"]


def test_the_description_is_made_once(app: Flask, client: FlaskClient) -> None:
    first = client.get("/api/openapi.json")
    made = app.extensions["appos.openapi"]
    client.get("/api/openapi.json")

    assert first.mimetype == "application/json"
    assert app.extensions["appos.openapi"] is made


def test_a_view_that_says_nothing_is_named(app: Flask) -> None:
    app.add_url_rule("/api/forgotten", "forgotten.show", lambda: "")

    assert undescribed(app) == ["forgotten.show"]
    with pytest.raises(RuntimeError, match=r"forgotten\.show"):
        document(app)


def test_what_a_docstring_says_of_exceptions_is_left_to_the_statuses(app: Flask) -> None:
    @describe(answers={204: None})
    def show() -> str:
        """Do it.

        It is done.

        Raises:
            InvalidError: never.
        """
        return ""

    app.add_url_rule("/api/done", "health.done", show)
    told = document(app)["paths"]["/api/done"]["get"]

    assert (told["summary"], told["description"]) == ("Do it", "It is done.")
    assert told["responses"]["204"] == {"description": "No Content"}


def test_a_socket_and_a_view_at_one_path_are_told_together(app: Flask) -> None:
    @describe(answers={200: dict[str, str]})
    def show() -> str:
        """Look."""
        return ""

    @describe(answers={101: None})
    def echo() -> str:
        """Talk."""
        return ""

    app.add_url_rule("/api/both", "health.show_both", show)
    app.add_url_rule("/api/both", "terminal_sockets.echo_both", echo, websocket=True)
    told = document(app)["paths"]["/api/both"]["get"]

    assert told["summary"] == "Look"
    assert {"101", "200"} <= set(told["responses"])
    assert told["security"] == [{"ticket": []}]


def test_the_page_has_no_script_and_no_style_without_the_nonce(client: FlaskClient) -> None:
    answer = client.get("/api/docs")
    text = answer.get_data(as_text=True)
    nonce = answer.headers["Content-Security-Policy"].partition("'nonce-")[2].partition("'")[0]

    assert text.count("<script") == text.count(f'<script nonce="{nonce}" src="/_/static/')
    assert "<style" not in text
    assert "style=" not in text
    assert "http://" not in text.replace("http://localhost", "")


READERS = {"decode": "body", "bind": "body", "decode_query": "query"}


def read_and_told() -> Iterator[tuple[str, str, str]]:
    """Each struct that a described view reads its request into, and what it tells of that."""
    for file in sorted(Path(web.__file__).parent.glob("*.py")):
        for view in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            calls = getattr(view, "decorator_list", ())
            told = [
                call for call in calls if isinstance(call, ast.Call) and ast.unparse(call.func) == "describe"
            ]
            for call in ast.walk(view) if told else ():
                if isinstance(call, ast.Call) and ast.unparse(call.func) in READERS:
                    kind = READERS[ast.unparse(call.func)]
                    words = {word.arg: ast.unparse(word.value) for word in told[0].keywords}
                    struct = ast.unparse(call.args[0]).removesuffix("()")
                    yield f"{file.name}: {view.name}", struct, words.get(kind, "")  # type: ignore[attr-defined]


def test_what_a_view_reads_is_what_it_tells() -> None:
    found = list(read_and_told())

    assert len(found) >= 15
    for view, read, told in found:
        assert told == read or told.startswith("Later("), view
