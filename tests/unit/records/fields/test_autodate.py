"""Dates that records set themselves."""

import pytest

from appos.records.fields import AutodateField, DateField, autodate
from tests.unit.records.fields.parts import codes, kept, problems, put

NOW = "2030-01-01 00:00:00.000Z"
THEN = "2020-01-02 03:04:05.678Z"


@pytest.fixture(autouse=True)
def at_this_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(autodate, "now", lambda: NOW)


@pytest.mark.parametrize(
    ("field", "when_created", "when_updated"),
    [
        (AutodateField(on_create=True), NOW, THEN),
        (AutodateField(on_update=True), THEN, NOW),
        (AutodateField(on_create=True, on_update=True), NOW, NOW),
    ],
)
def test_a_date_sets_itself(field: AutodateField, when_created: str, when_updated: str) -> None:
    assert field.on_save(THEN, is_new=True) == when_created
    assert field.on_save(THEN, is_new=False) == when_updated


def test_clients_set_nothing() -> None:
    assert put(AutodateField(name="f"), "f", NOW, THEN) == THEN
    assert AutodateField(name="f").setter("f+") is None


def test_a_date_is_kept() -> None:
    assert kept(AutodateField(), THEN) == THEN


def test_there_is_an_occasion() -> None:
    assert codes(problems(AutodateField(name="f"))) == {
        "onCreate": "validation_required",
        "onUpdate": "validation_required",
    }
    assert problems(AutodateField(name="f", on_update=True)) == {}


def test_a_system_field_keeps_its_occasions() -> None:
    stored = AutodateField(id="a", name="f", system=True, on_create=True)
    changed = AutodateField(id="a", name="f", system=True, on_update=True)

    assert codes(problems(changed, stored=stored)) == {
        "onCreate": "validation_values_mismatch",
        "onUpdate": "validation_values_mismatch",
    }
    assert problems(stored, stored=stored) == {}
    assert problems(changed) == problems(changed, stored=DateField(id="a", name="f")) == {}
