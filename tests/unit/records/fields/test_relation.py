"""References to records of a collection."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from appos.records.fields import RelationField
from appos.records.fields import relation as module
from appos.records.models import CollectionType
from appos.store.database import Database
from tests.unit.records.fields.parts import check, code, codes, collection, database_of, kept, problems, put

OWNERS = collection(name="owners")
VIEWED = collection(name="viewed", kind=CollectionType.VIEW)
ONE = RelationField(name="f", collection_id=OWNERS.id)
MANY = RelationField(name="f", collection_id=OWNERS.id, min_select=2, max_select=3, required=True)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = database_of(
        tmp_path, "CREATE TABLE owners (id TEXT); INSERT INTO owners VALUES ('a'), ('b'), ('c'), ('d')"
    )
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        (ONE, "", ""),
        (ONE, "a", ""),
        (ONE, "A", "validation_missing_rel_records"),
        (MANY, [], "validation_required"),
        (MANY, ["a"], "validation_not_enough_values"),
        (MANY, ["a", "b", "c"], ""),
        (MANY, ["a", "b", "c", "d"], "validation_too_many_values"),
        (MANY, ["a", "x"], "validation_missing_rel_records"),
        (RelationField(name="f", collection_id="gone"), "a", "validation_missing_rel_collection"),
    ],
)
def test_each_id_is_a_records(field: RelationField, value: Any, expected: str, database: Database) -> None:
    with database.read() as db:
        assert code(check(field, value, db=db, known=[OWNERS])) == expected


def test_many_ids_are_asked_for_in_parts(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_IDS_A_STATEMENT", 2)
    with database.read() as db:
        assert check(MANY, ["a", "b", "c"], db=db, known=[OWNERS]) is None


def test_ids_are_kept_in_their_order() -> None:
    assert kept(MANY, ["b", "a"]) == ["b", "a"]
    assert put(MANY, "+f", "b", ["a"]) == ["b", "a"]
    assert put(ONE, "f+", "b", "a") == "b"


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (RelationField(name="f"), {"collectionId": "validation_required"}),
        (
            RelationField(name="f", collection_id="gone"),
            {"collectionId": "validation_field_relation_missing_collection"},
        ),
        (
            RelationField(name="f", collection_id="owners"),
            {"collectionId": "validation_field_relation_missing_collection"},
        ),
        (
            RelationField(name="f", collection_id=VIEWED.id),
            {"collectionId": "validation_relation_field_non_view_base_collection"},
        ),
        (
            RelationField(name="f", collection_id=OWNERS.id, min_select=-1),
            {"minSelect": "validation_min_greater_equal_than_required"},
        ),
        (
            RelationField(name="f", collection_id=OWNERS.id, min_select=3, max_select=2),
            {"maxSelect": "validation_min_greater_equal_than_required"},
        ),
        (
            RelationField(name="f", collection_id=OWNERS.id, min_select=3),
            {"maxSelect": "validation_required"},
        ),
        (MANY, {}),
    ],
)
def test_options_are_checked(field: RelationField, expected: dict[str, str]) -> None:
    assert codes(problems(field, known=[OWNERS, VIEWED])) == expected


def test_views_may_lead_to_views() -> None:
    field = RelationField(name="f", collection_id=VIEWED.id)

    assert problems(field, known=[VIEWED], kind=CollectionType.VIEW) == {}


def test_a_field_leads_to_the_same_collection_for_ever() -> None:
    stored = RelationField(id="r", name="f", collection_id="pbc_other")
    changed = RelationField(id="r", name="g", collection_id=OWNERS.id)

    assert codes(problems(changed, stored=stored, known=[OWNERS])) == {
        "collectionId": "validation_field_relation_change"
    }
