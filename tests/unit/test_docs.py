"""The documents against the code."""

import re
from pathlib import Path

from flask import Flask

from appos import errors
from appos.web.errors import STATUS

DOCS = Path(__file__).resolve().parents[2] / "docs"


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


def test_every_kind_of_error_stands_in_the_tree_that_is_drawn() -> None:
    assert errors.__doc__ is not None
    for kind in STATUS:
        assert kind.__name__ in errors.__doc__
