"""The documents against the code."""

import re
from pathlib import Path

from flask import Flask

from appos import errors
from appos.web.errors import STATUS
from appos.web.openapi_document import document

DOCS = Path(__file__).resolve().parents[2] / "docs"
# A status stands at the begin of what a row says, or behind a semicolon or a comma.
STATUSES = re.compile(r"(?:^|[;,] )([2-5]\d\d)\b")


def test_every_route_of_the_api_stands_in_its_document(app: Flask) -> None:
    text = (DOCS / "api.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `([A-Z]+ /api/[^`]+)` \|", text, re.MULTILINE))
    served = {
        f"{method} " + re.sub(r"<(?:[a-z]+:)?([a-z_]+)>", r"{\1}", rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/")
    }
    assert documented == served


def test_the_description_and_the_document_name_the_same_routes_and_statuses(app: Flask) -> None:
    text = (DOCS / "api.md").read_text(encoding="utf-8")
    described = {
        f"{method.upper()} {path}": set(told["responses"])
        for path, item in document(app)["paths"].items()
        for method, told in item.items()
    }
    rows = re.findall(r"^\| `([A-Z]+ /api/[^`]+)` \| [^|]* \| (.*) \|$", text, re.MULTILINE)
    assert {route for route, _ in rows} == set(described)
    for route, says in rows:
        assert set(STATUSES.findall(says)) <= described[route], route


def test_every_kind_of_error_stands_in_the_tree_that_is_drawn() -> None:
    assert errors.__doc__ is not None
    for kind in STATUS:
        assert kind.__name__ in errors.__doc__
