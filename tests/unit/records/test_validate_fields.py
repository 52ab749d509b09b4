"""What is wrong with the fields of a collection. Source: PocketBase 0.36.2, asked."""

from typing import Any

import pytest

from appos.audit.models import SYSTEM
from appos.records.document import field_document
from appos.services import Services
from tests.unit.records.problems import codes, refused_change, refused_new

TEXT = {"type": "text", "name": "title"}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param([TEXT, TEXT | {"name": "TITLE"}], {"2": {"name": "duplicated_field_name"}}, id="twice"),
        pytest.param(
            [{"type": "number", "name": "id"}], {"1": {"name": "duplicated_field_name"}}, id="another-id"
        ),
        pytest.param([TEXT | {"name": "a b"}], {"1": {"name": "match_invalid"}}, id="name"),
        pytest.param([TEXT | {"name": "a_via_b"}], {"1": {"name": "found_via"}}, id="back-relation"),
        pytest.param([TEXT | {"name": "expand"}], {"1": {"name": "not_in_invalid"}}, id="reserved"),
        pytest.param([TEXT | {"id": "a" * 101}], {"1": {"id": "length_out_of_range"}}, id="id"),
        pytest.param(
            [TEXT, {"type": "select", "name": "s"}, {"type": "number", "name": "n", "min": 2, "max": 1}],
            {"2": {"values": "required"}, "3": {"max": "min_greater_equal_than_required"}},
            id="options",
        ),
        pytest.param(
            [{"type": "relation", "name": "r", "collectionId": "nope"}],
            {"1": {"collectionId": "field_relation_missing_collection"}},
            id="relation-to-nothing",
        ),
    ],
)
def test_fields_that_cannot_be_are_named_by_their_places(
    services: Services, fields: list[dict[str, Any]], expected: dict[str, Any]
) -> None:
    assert codes(refused_new(services, fields=fields)) == {"fields": expected}


@pytest.mark.parametrize("name", ["passwordConfirm", "oldPassword"])
def test_accounts_have_no_fields_of_what_requests_carry(services: Services, name: str) -> None:
    fields = [TEXT | {"name": name}]
    error = refused_new(services, type="auth", fields=fields)

    assert codes(error) == {"fields": {"1": {"name": "reserved_field_name"}}}
    services.collections.create({"name": "notes", "fields": fields}, SYSTEM)


def test_the_fields_of_accounts_are_what_they_must_be(services: Services) -> None:
    sent = [
        {"type": "password", "name": "password", "hidden": False, "required": False, "min": 3},
        {"type": "text", "name": "email"},
        {"type": "bool", "name": "verified", "system": False},
    ]
    made = services.collections.create({"name": "people", "type": "auth", "fields": sent}, SYSTEM)
    password, email, verified = (made.by_name[name] for name in ("password", "email", "verified"))

    assert (password.hidden, field_document(password)["required"], field_document(password)["min"]) == (
        True,
        True,
        3,
    )
    assert (email.type, email.system) == ("email", True)
    assert verified.system


def test_a_field_keeps_its_type(services: Services) -> None:
    made = services.collections.create({"name": "notes", "fields": [TEXT]}, SYSTEM)
    field = field_document(made.by_name["title"]) | {"type": "number"}
    error = refused_change(services, "notes", fields=[field])

    assert codes(error) == {"fields": {"1": "field_type_change"}}


@pytest.mark.parametrize("change", [{"name": "other"}, None])
def test_a_system_field_stays(services: Services, change: dict[str, Any] | None) -> None:
    owned = TEXT | {"system": True}
    made = services.collections.create({"name": "notes", "fields": [owned]}, SYSTEM)
    fields = [field_document(made.by_name["title"]) | change] if change else []

    assert codes(refused_change(services, "notes", fields=fields)) == {"fields": "system_field_change"}
