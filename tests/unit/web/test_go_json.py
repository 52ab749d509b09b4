"""JSON and the values of forms, as Go reads them; test_bind.py has more of both."""

from typing import Any

import pytest

from appos.web.go_json import first_value, form_value, laid_over, only_value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param('{"a": 1} {"b": 2}', {"a": 1}, id="what-follows"),
        pytest.param(" \r\n\t[1.5, null]x", [1.5, None], id="spaces"),
        pytest.param('{"a": 1, "a": 2}', {"a": 2}, id="twice"),
        pytest.param('{"a": {"b": 1}, "a": {"c": 2}}', {"a": {"b": 1, "c": 2}}, id="objects-twice"),
        pytest.param(
            r'["\ud83d\ude00", "\ud83d", {"\udc00": "x"}]', ["😀", "�", {"�": "x"}], id="surrogates"
        ),
        pytest.param(r'["\\ud800"]', [r"\ud800"], id="no-surrogate"),
    ],
)
def test_a_text_begins_with_a_value(text: str, value: Any) -> None:
    assert first_value(text) == value


@pytest.mark.parametrize("text", ["", "  ", "x", "{", "[NaN]", "[Infinity]", "\ufeff{}", "{'a': 1}", "[01]"])
def test_a_text_without_a_value_is_refused(text: str) -> None:
    for read in (first_value, only_value):
        with pytest.raises(ValueError, match=r".+"):
            read(text)


def test_a_value_may_have_to_be_all_of_the_text() -> None:
    assert only_value(' {"a": 1} ') == {"a": 1}
    with pytest.raises(ValueError, match="Extra data"):
        only_value('{"a": 1} x')


def test_objects_are_laid_over_each_other() -> None:
    below = {"a": {"b": 1, "c": {"d": 2}}, "e": [1]}

    assert laid_over(below, {"a": {"c": {"f": 3}}, "e": [2]}) == {
        "a": {"b": 1, "c": {"d": 2, "f": 3}},
        "e": [2],
    }
    assert laid_over({"a": 1}, {"a": {"b": 2}}) == {"a": {"b": 2}}
    assert below == {"a": {"b": 1, "c": {"d": 2}}, "e": [1]}


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [("T", bool, True), ("", bool, False), ("", int, 0), ("-0x1f", int, -31), ("1", str, "1"), ("", str, "")],
)
def test_a_form_has_texts_of_values(text: str, kind: type, value: object) -> None:
    assert form_value(text, kind) == value


@pytest.mark.parametrize(("text", "kind"), [("yes", bool), ("1.5", int), (str(2**63), int), ("1_", int)])
def test_a_text_of_no_value_is_refused(text: str, kind: type) -> None:
    with pytest.raises(ValueError, match=r".+"):
        form_value(text, kind)
