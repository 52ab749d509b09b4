"""Rich text."""

import pytest

from appos.records.fields import EditorField
from tests.unit.records.fields.parts import check, code, codes, problems, shown


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        (EditorField(), "", ""),
        (EditorField(required=True), "", "validation_required"),
        (EditorField(max_size=4), "éé", ""),
        (EditorField(max_size=4), "ééa", "validation_content_size_limit"),
        (EditorField(), "x" * (5 << 20), ""),
        (EditorField(), "x" * ((5 << 20) + 1), "validation_content_size_limit"),
    ],
)
def test_a_text_is_checked_by_its_bytes(field: EditorField, value: str, expected: str) -> None:
    assert code(check(field, value)) == expected


def test_a_text_is_cast_and_shown_as_it_is() -> None:
    assert EditorField().cast(1.5) == "1.5"
    assert shown(EditorField(), "<b>a</b>") == "<b>a</b>"


def test_options_are_checked() -> None:
    assert codes(problems(EditorField(name="f", max_size=-1))) == {
        "maxSize": "validation_min_greater_equal_than_required"
    }
    assert problems(EditorField(name="f", convert_urls=True)) == {}
