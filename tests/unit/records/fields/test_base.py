"""What every type of field can do."""

import msgspec
import pytest

from appos.records.fields import AnyField, BoolField, OptionsContext, TextField, URLField
from tests.unit.records.fields.parts import codes, collection, kept, lookup_in, problems, put


def test_a_type_is_named_as_in_json() -> None:
    assert URLField().type == "url"
    assert msgspec.json.decode(b'{"type":"bool","id":"b1","name":"b"}', type=AnyField) == BoolField(
        id="b1", name="b"
    )


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "validation_required"),
        ("a" * 101, "validation_length_out_of_range"),
        ("a b", "validation_match_invalid"),
        ("é", "validation_match_invalid"),
        ("null", "validation_not_in_invalid"),
        ("expand", "validation_not_in_invalid"),
        ("a_VIA_b", "validation_found_via"),
    ],
)
def test_names_that_are_taken_or_cannot_be_columns_are_refused(name: str, code: str) -> None:
    assert codes(problems(BoolField(name=name))) == {"name": code}


@pytest.mark.parametrize("name", ["a", "A_1", "NULL", "a" * 100])
def test_other_names_are_taken(name: str) -> None:
    assert problems(BoolField(name=name)) == {}


@pytest.mark.parametrize(
    ("id_", "code"), [("", "validation_required"), ("x" * 101, "validation_length_out_of_range")]
)
def test_an_id_is_demanded(id_: str, code: str) -> None:
    field = BoolField(id=id_, name="f")
    context = OptionsContext(collection=collection(field), original=None, lookup=lookup_in())

    assert codes(field.check_options(context)) == {"id": code}


def test_a_key_of_another_field_sets_nothing() -> None:
    assert BoolField(name="f").setter("g") is None
    assert BoolField(name="f").setter("f+") is None


def test_a_value_is_set_cast_and_kept() -> None:
    field = TextField(name="f")

    assert put(field, "f", 5) == "5"
    assert kept(field, "5") == "5"
    assert field.on_save("a", is_new=False) == "a"
