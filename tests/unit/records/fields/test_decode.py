"""The fields that a request describes."""

import msgspec
import pytest

from appos.errors import InvalidError
from appos.records.fields import (
    BoolField,
    DateField,
    NumberField,
    SelectField,
    TextField,
    decode_fields,
    field_id,
)
from appos.records.fields.date import Moment


def test_options_that_are_not_named_or_null_have_their_defaults() -> None:
    assert decode_fields([{"name": "a", "type": "text", "id": "t", "max": None, "unknown": [5]}]) == (
        TextField(id="t", name="a"),
    )


def test_options_are_read() -> None:
    described = [
        {"id": "s", "name": "s", "type": "select", "values": ["a", None], "maxSelect": 2, "hidden": True},
        {"id": "n", "name": "n", "type": "number", "min": 5.0, "max": 1.5, "onlyInt": True},
        {"id": "d", "name": "d", "type": "date", "min": "2024-01-02", "max": "x"},
    ]

    assert decode_fields(described) == (
        SelectField(id="s", name="s", values=("a", ""), max_select=2, hidden=True),
        NumberField(id="n", name="n", min=5, max=1.5, only_int=True),
        DateField(id="d", name="d", min=Moment("2024-01-02 00:00:00.000Z")),
    )


def test_names_of_options_are_read_in_any_case() -> None:
    assert decode_fields([{"ID": "b", "Name": "b", "TYPE": "bool", "rEquired": True}]) == (
        BoolField(id="b", name="b", required=True),
    )


def test_what_was_read_is_written_and_read_again() -> None:
    fields = decode_fields([{"name": kind, "type": kind} for kind in ("text", "file", "geoPoint")])

    assert decode_fields(msgspec.json.decode(msgspec.json.encode(fields))) == fields


def test_no_list_has_no_fields() -> None:
    assert decode_fields(None) == decode_fields([]) == ()


@pytest.mark.parametrize(
    "raw",
    [
        "x",
        {},
        [None],
        ["x"],
        [{"name": "a"}],
        [{"name": "a", "type": "foo"}],
        [{"name": "a", "type": 5}],
        [{"name": 5, "type": "text"}],
        [{"name": "a", "type": "text", "required": 1}],
        [{"name": "a", "type": "text", "max": 1.0}],
        [{"name": "a", "type": "text", "max": True}],
        [{"name": "a", "type": "text", "max": 2**63}],
        [{"name": "a", "type": "number", "min": "1"}],
        [{"name": "a", "type": "number", "min": True}],
        [{"name": "a", "type": "date", "min": 5}],
        [{"name": "a", "type": "select", "values": "a"}],
        [{"name": "a", "type": "select", "values": [1]}],
    ],
)
def test_what_describes_no_fields_is_refused(raw: object) -> None:
    with pytest.raises(InvalidError) as refused:
        decode_fields(raw)

    assert refused.value.message == "Failed to load the submitted data due to invalid formatting."
    assert refused.value.code == "invalid_format"


def test_an_id_is_made_of_type_and_name() -> None:
    assert field_id("text", "a") == "text3904355907"
    assert field_id("text", "a", {"text3904355907", "text39043559072"}) == "text39043559073"


def test_a_field_takes_the_place_of_one_of_its_name_and_has_its_id() -> None:
    described = [
        {"id": "q", "name": "a", "type": "text"},
        {"name": "b", "type": "bool"},
        {"name": "a", "type": "number"},
    ]

    assert [(field.id, field.name, field.type) for field in decode_fields(described)] == [
        ("q", "a", "number"),
        ("bool1908338681", "b", "bool"),
    ]


def test_a_field_with_an_id_takes_the_place_of_that_id_alone() -> None:
    described = [
        {"id": "q", "name": "a", "type": "text"},
        {"id": "r", "name": "a", "type": "bool"},
        {"id": "q", "name": "c", "type": "text"},
    ]

    assert [(field.id, field.name) for field in decode_fields(described)] == [("q", "c"), ("r", "a")]


def test_an_id_that_another_field_has_is_numbered() -> None:
    described = [
        {"id": "text3904355907", "name": "z", "type": "text"},
        {"name": "a", "type": "text"},
        {"name": "", "type": "bool"},
        {"name": "", "type": "bool"},
    ]

    assert [field.id for field in decode_fields(described)] == [
        "text3904355907",
        "text39043559072",
        "bool0",
        "bool02",
    ]
