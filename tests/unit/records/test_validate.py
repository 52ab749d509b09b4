"""What is wrong with a collection: its id, name, type, rules and views. Source: PocketBase 0.36.2, asked."""

from typing import Any

import pytest

from appos.audit.models import SYSTEM
from appos.services import Services
from tests.unit.records.problems import codes, refused_change, refused_new

MISSING = "required"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param({"name": ""}, {"name": MISSING}, id="no-name"),
        pytest.param({"name": "a" * 256}, {"name": "length_out_of_range"}, id="long-name"),
        pytest.param({"name": "a b"}, {"name": "match_invalid"}, id="space"),
        pytest.param({"name": "é"}, {"name": "match_invalid"}, id="letter-beyond-ascii"),
        pytest.param({"name": "a\n"}, {"name": "match_invalid"}, id="newline"),
        pytest.param({"name": 'a"; DROP TABLE users; --'}, {"name": "match_invalid"}, id="sql"),
        pytest.param({"name": "a_VIA_b"}, {"name": "found_via"}, id="back-relation"),
        pytest.param({"name": "Users"}, {"name": "collection_name_exists"}, id="taken"),
        pytest.param({"name": "_pb_users_auth_"}, {"name": "collection_name_id_duplicate"}, id="an-id"),
        pytest.param({"name": "_params"}, {"name": "collection_name_invalid"}, id="a-table"),
        pytest.param({"name": "JOBLOGS"}, {"name": "collection_name_invalid"}, id="a-table-in-capitals"),
        pytest.param({"id": "a b"}, {"id": "match_invalid"}, id="id-with-a-space"),
        pytest.param({"id": "a" * 101}, {"id": "length_out_of_range"}, id="long-id"),
        pytest.param({"id": "../a"}, {"id": "match_invalid"}, id="path"),
        pytest.param(
            {"id": "_pb_users_auth_"},
            {"id": "invalid_or_existing_id"},
            id="taken-id",
        ),
        pytest.param({"type": "other"}, {"type": "in_invalid"}, id="type"),
        pytest.param({"type": "Base"}, {"type": "in_invalid"}, id="capital"),
        pytest.param({"type": "view"}, {"fields": MISSING, "viewQuery": MISSING}, id="view-without-a-query"),
        pytest.param(
            {"type": "view", "viewQuery": "select id from users", "createRule": "", "indexes": ["x"]},
            {
                "fields": MISSING,
                "viewQuery": "invalid_view_query",
                "createRule": "nil",
                "indexes": "indexes_not_supported",
            },
            id="view",
        ),
        pytest.param({"listRule": "nope = 1"}, {"listRule": "invalid_rule"}, id="rule"),
        pytest.param(
            {"name": "a b", "viewRule": "id =", "indexes": ["x"], "fields": [{"type": "text", "name": ""}]},
            {
                "name": "match_invalid",
                "viewRule": "invalid_rule",
                "indexes": {"0": "invalid_index_expression"},
                "fields": {"1": {"name": MISSING}},
            },
            id="all-at-once",
        ),
    ],
)
def test_a_collection_that_cannot_be_created_is_told_why(
    services: Services, raw: dict[str, Any], expected: dict[str, Any]
) -> None:
    error = refused_new(services, **raw)

    assert (error.message, codes(error)) == ("Failed to create collection.", expected)
    assert len(services.collections.all()) == 8


def test_a_problem_has_its_parameters(services: Services) -> None:
    assert refused_new(services, name="a" * 256).fields["name"] == {
        "code": "validation_length_out_of_range",
        "message": "The length must be between 1 and 255.",
        "params": {"max": 255, "min": 1},
    }


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("nope = 1", 'Invalid rule. Raw error: invalid left operand "nope" - unknown field "nope".'),
        ("id = nope", 'Invalid rule. Raw error: invalid right operand "nope" - unknown field "nope".'),
    ],
)
def test_a_rule_that_is_not_understood_is_told_in_pocketbases_words(
    services: Services, rule: str, message: str
) -> None:
    assert refused_new(services, updateRule=rule).fields["updateRule"]["message"] == message


@pytest.mark.parametrize(
    "rule",
    [
        "@request.auth.id != ''",
        "@request.auth.anything = 1",
        "@collection.users.verified = true",
        "author.email ~ '@example.com'",
        "author.notes_via_author.id ?= id",
        "@request.body.author:isset = false",
    ],
)
def test_a_rule_may_look_everywhere(services: Services, rule: str) -> None:
    author = {"name": "author", "type": "relation", "collectionId": "_pb_users_auth_"}
    raw = {"name": "notes", "fields": [author]}
    made = services.collections.create(raw, SYSTEM)
    names = ("listRule", "viewRule", "createRule", "updateRule", "deleteRule")
    changed = services.collections.update(made, dict.fromkeys(names, rule), SYSTEM)

    assert (changed.list_rule, changed.delete_rule) == (rule, rule)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param({"type": "auth"}, "collection_type_change", id="base-to-auth"),
        pytest.param({"type": "view"}, "collection_type_change", id="base-to-view"),
        pytest.param({"type": "other"}, "in_invalid", id="base-to-nothing"),
    ],
)
def test_a_type_cannot_be_changed(services: Services, raw: dict[str, Any], expected: str) -> None:
    services.collections.create({"name": "notes"}, SYSTEM)

    assert codes(refused_change(services, "notes", **raw))["type"] == expected


def test_a_collection_may_keep_its_name_in_another_case(services: Services) -> None:
    made = services.collections.create({"name": "notes"}, SYSTEM)

    assert services.collections.update(made, {"name": "NOTES"}, SYSTEM).name == "NOTES"


def test_nobody_takes_the_system_flag(services: Services) -> None:
    made = services.collections.create({"name": "notes", "system": True}, SYSTEM)
    error = refused_change(services, "notes", system=False)

    assert made.system
    assert codes(error) == {"system": "collection_system_flag_change"}
