"""Truths."""

import pytest

from appos.records.fields import BoolField
from tests.unit.records.fields.parts import check, code, kept, shown

FIELD = BoolField(name="f")


def test_a_truth_is_cast() -> None:
    assert FIELD.empty is False
    assert FIELD.cast("t") is True
    assert FIELD.cast("yes") is False


@pytest.mark.parametrize("value", [True, False])
def test_a_truth_is_kept_and_shown(value: bool) -> None:
    assert kept(FIELD, value) is value
    assert shown(FIELD, value) is value


def test_only_true_is_something() -> None:
    assert code(check(BoolField(required=True), False)) == "validation_required"
    assert check(BoolField(required=True), True) is None
    assert check(BoolField(), False) is None
