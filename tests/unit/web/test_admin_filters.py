"""appos/web/admin/filters.py: what a person types never becomes anything but a text in a filter."""

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from appos.audit.models import SYSTEM
from appos.store.filter import Comparison, Text, parse_filter
from appos.store.query import ListQuery
from appos.web.admin.filters import Day, Is, IsTrue, OneOf, any_contains, contains, quoted
from tests.conftest import state_of
from tests.unit.web.panel_client import signed_in

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
HOSTILE = {
    "quote": "' || id != '",
    "double-quote": '" || 1 = 1 || "',
    "escaped-quote": "\\' || 1 = 1 //",
    "twice-escaped": "\\\\' || 1 = 1 //",
    "backslash-at-the-end": "ends in \\",
    "parenthesis": "')) && (1 = 1",
    "percent": "100%",
    "percent-quote": "%' || '%",
    "underscore": "a_b",
    "nul": "\0",
    "comment": "// no comment",
    "markup": "<script>alert(1)</script>",
    "macro": "@request.auth.id",
    "line-break": "line\nbreak\ttab",
}


@given(TEXTS)
def test_a_quoted_text_is_read_as_itself(text: str) -> None:
    node = parse_filter(f"name = {quoted(text)}")
    assert isinstance(node, Comparison)
    assert node.right == Text(text.replace("\0", "").rstrip("\\"))


@given(TEXTS, TEXTS)
def test_no_text_adds_a_comparison(first: str, second: str) -> None:
    assert isinstance(parse_filter(contains("name", first)), Comparison)
    group = parse_filter(any_contains(("name", "id"), first) + " && " + contains("id", second))
    assert not isinstance(group, Comparison)
    assert len(group.parts) == 2


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_search_finds_what_holds_the_text_and_nothing_else(app: Flask, text: str) -> None:
    audit = state_of(app).services.audit
    written = text.replace("\0", "") or "empty"
    audit.record(SYSTEM, "test.hostile", detail=f"before {written} after")
    audit.record(SYSTEM, "test.other", detail="another entry, ab 100")
    found = audit.page(ListQuery(filter=any_contains(("detail",), text))).items
    if text == "\0":
        assert len(found) > 1
    else:
        assert [entry.action for entry in found] == ["test.hostile"]


@pytest.mark.parametrize("path", ["superusers", "users", "jobs", "audit", "requests"])
def test_no_search_breaks_a_list(app: Flask, path: str) -> None:
    panel = signed_in(app)
    for text in HOSTILE.values():
        filters = ("email_contains", "requested_by", "action_contains", "path_contains", "from", "state")
        for asked in (
            {"search": text},
            {f"flt{index}_{name}_is": text for index, name in enumerate(filters)},
        ):
            answer = panel.client.get(f"/_/{path}/", query_string=asked)
            assert answer.status_code == 200, answer.text
            assert "<script>alert" not in answer.text


def test_a_search_that_is_too_long_is_told_so(app: Flask) -> None:
    answer = signed_in(app).client.get("/_/users/", query_string={"search": "x" * 4000})
    assert answer.status_code == 200
    assert "Shorten it" in answer.text


@pytest.mark.parametrize(
    ("flt", "value", "is_valid"),
    [
        (Is("State", "state", (("queued", "Queued"),)), "queued", True),
        (Is("State", "state", (("queued", "Queued"),)), "' || 1 = 1 || '", False),
        (IsTrue("Verified", "verified"), "no", True),
        (IsTrue("Verified", "verified"), "true", False),
        (OneOf("Outcome", {"good": ("Good", "level < 8")}), "good", True),
        (OneOf("Outcome", {"good": ("Good", "level < 8")}), "level < 8", False),
        (Day("From", "created"), "2026-01-31", True),
        (Day("From", "created"), "2026-02-31", False),
        (Day("From", "created"), "", True),
    ],
)
def test_a_filter_takes_its_own_values_alone(flt: Is | Day, value: str, is_valid: bool) -> None:
    assert flt.validate(value) is is_valid


def test_days_bound_a_date_from_its_first_to_its_last_moment() -> None:
    first, last = Day("From", "created"), Day("Until", "created", is_end=True)
    assert first.condition("2026-01-31") == "created >= '2026-01-31 00:00:00.000Z'"
    assert last.condition("20260131") == "created <= '2026-01-31 23:59:59.999Z'"
