"""Plain text, and the primary key."""

from pathlib import Path

import pytest

from appos.records.fields import TextField
from tests.unit.records.fields.parts import check, code, codes, database_of, problems, put

ID = TextField(
    name="id",
    primary_key=True,
    required=True,
    min=15,
    max=15,
    pattern="^[a-z0-9]+$",
    autogenerate_pattern="[a-z0-9]{15}",
)
ANY_ID = TextField(name="id", primary_key=True, required=True, pattern="(?s).*")


def test_the_column_of_a_primary_key_has_a_random_default() -> None:
    assert ID.column == "TEXT PRIMARY KEY DEFAULT ('r'||lower(hex(randomblob(7)))) NOT NULL"
    assert TextField().column == "TEXT DEFAULT '' NOT NULL"


@pytest.mark.parametrize(
    ("field", "text", "expected"),
    [
        (TextField(), "", ""),
        (TextField(required=True), "", "validation_required"),
        (TextField(min=3), "éé", "validation_min_text_constraint"),
        (TextField(min=3), "", ""),
        (TextField(max=2), "😀😀", ""),
        (TextField(max=2), "éée", "validation_max_text_constraint"),
        (TextField(), "x" * 5000, ""),
        (TextField(), "x" * 5001, "validation_max_text_constraint"),
        (TextField(pattern="^a"), "ba", "validation_invalid_format"),
        (TextField(pattern="^a"), "ab", ""),
    ],
)
def test_a_text_is_checked(field: TextField, text: str, expected: str) -> None:
    assert code(check(field, text)) == expected


def test_the_limit_is_named() -> None:
    assert check(TextField(max=2), "abc") == {
        "code": "validation_max_text_constraint",
        "message": "Must be no more than 2 character(s).",
        "params": {"max": 2},
    }


def test_an_empty_value_of_a_new_record_is_generated() -> None:
    field = TextField(name="f", autogenerate_pattern="x{3}")

    assert field.on_save("", is_new=True) == "xxx"
    assert field.on_save("a", is_new=True) == "a"
    assert field.on_save("", is_new=False) == ""


def test_a_modifier_generates_behind_what_is_given() -> None:
    assert put(TextField(name="f", autogenerate_pattern="x{3}"), "f:autogenerate", "a-") == "a-xxx"
    assert put(TextField(name="f"), "f:autogenerate", "a-") == "a-"


def test_an_id_stays_as_it_is() -> None:
    assert check(ID, "of another make", record_id="of another make", is_new=False) is None
    assert code(check(ID, "b", record_id="a", is_new=False)) == "validation_pk_change"


def test_a_new_id_of_small_letters_is_checked_without_a_look_at_others() -> None:
    assert check(ID, "a" * 15) is None
    assert code(check(ID, "")) == "validation_required"
    assert code(check(ID, "A" * 15)) == "validation_invalid_format"


def test_other_new_ids_differ_in_more_than_case(tmp_path: Path) -> None:
    database = database_of(tmp_path, "CREATE TABLE things (id TEXT); INSERT INTO things VALUES ('Abc')")
    with database.read() as db:
        found = {
            key: code(check(ANY_ID, key, db=db)) for key in ("aBC", "abcd", "a/b", "z .", "con", "COM0", "")
        }
    database.close()

    assert found == {
        "aBC": "validation_pk_invalid",
        "abcd": "",
        "a/b": "validation_forbidden_pk_character",
        "z .": "validation_forbidden_pk_character",
        "con": "validation_reserved_pk",
        "COM0": "",
        "": "validation_required",
    }


def test_the_first_of_all_forbidden_characters_is_named() -> None:
    assert ANY_ID.check_text("z .") == {
        "code": "validation_forbidden_pk_character",
        "message": "'.' is not a valid primary key character.",
        "params": {"ch": "."},
    }


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (TextField(name="f", min=-1), {"min": "validation_min_greater_equal_than_required"}),
        (TextField(name="f", min=5, max=3), {"max": "validation_min_greater_equal_than_required"}),
        (TextField(name="f", min=5), {}),
        (TextField(name="f", max=2**53), {"max": "validation_max_less_equal_than_required"}),
        (TextField(name="f", pattern="("), {"pattern": "validation_invalid_regex"}),
        (TextField(name="f", autogenerate_pattern="("), {"autogeneratePattern": "validation_invalid_regex"}),
        (
            TextField(name="f", autogenerate_pattern="^a"),
            {"autogeneratePattern": "validation_invalid_autogenerate_pattern"},
        ),
        (
            TextField(name="f", autogenerate_pattern="a{3}", max=2),
            {"autogeneratePattern": "validation_invalid_autogenerate_pattern_value"},
        ),
        (
            TextField(name="f", primary_key=True, hidden=True),
            {
                "name": "validation_in_invalid",
                "pattern": "validation_required",
                "hidden": "validation_empty",
                "required": "validation_required",
            },
        ),
        (ID, {}),
    ],
)
def test_options_are_checked(field: TextField, expected: dict[str, str]) -> None:
    assert codes(problems(field)) == expected


def test_a_collection_has_one_primary_key() -> None:
    assert codes(problems(ID, ANY_ID)) == {"primaryKey": "validation_unsupported_composite_pk"}
