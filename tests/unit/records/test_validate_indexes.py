"""What is wrong with the indexes of a collection. Source: PocketBase 0.36.2, asked."""

from typing import Any

import pytest

from appos.audit.models import SYSTEM
from appos.services import Services
from tests.unit.records.problems import codes, refused_change, refused_new

FIELDS = [{"type": "text", "name": "a"}, {"type": "text", "name": "b"}]
TOKEN_KEY = "create unique index t on x (tokenKey)"
EMAIL = "create unique index e on x (email) where email != ''"


@pytest.mark.parametrize(
    ("indexes", "expected"),
    [
        pytest.param(["nothing"], {"0": "invalid_index_expression"}, id="none"),
        pytest.param(
            ["create index i on t (a)", "create index I on t (b)"], {"1": "duplicated_index_name"}, id="name"
        ),
        pytest.param(
            ["create index i on t (a)", "create index j on u ( `a` )"],
            {"1": "duplicated_index_definition"},
            id="definition",
        ),
        pytest.param(
            ["create index IDX_JOBS_CREATED on t (a)"], {"0": "existing_index_name"}, id="of-another-table"
        ),
        pytest.param(
            ["create index sqlite_autoindex_users_1 on t (a)"], {"0": "existing_index_name"}, id="of-sqlite"
        ),
    ],
)
def test_indexes_that_cannot_be_are_named_by_their_places(
    services: Services, indexes: list[str], expected: dict[str, str]
) -> None:
    assert codes(refused_new(services, fields=FIELDS, indexes=indexes)) == {"indexes": expected}


def test_the_table_that_has_the_name_is_told(services: Services) -> None:
    error = refused_new(services, fields=FIELDS, indexes=["create index idx_audit_created on t (a)"])
    problems: Any = error.fields["indexes"]

    assert problems["0"] == {
        "code": "validation_existing_index_name",
        "message": "The index name is already used in audit collection.",
        "params": {"usedTableName": "audit"},
    }


@pytest.mark.parametrize(
    "indexes",
    [
        pytest.param([TOKEN_KEY, EMAIL], id="others"),
        pytest.param([TOKEN_KEY, "create unique index e on x (email collate nocase desc)"], id="sorted"),
        pytest.param([TOKEN_KEY, EMAIL, "create index n on x (name)"], id="one-more"),
    ],
)
def test_what_makes_accounts_unique_may_be_worded_anew(services: Services, indexes: list[str]) -> None:
    users = services.collections.auth("users")

    assert services.collections.update(users, {"indexes": indexes}, SYSTEM).indexes == tuple(indexes)


@pytest.mark.parametrize(
    "indexes",
    [
        pytest.param([TOKEN_KEY, "create unique index e on x (email, name)"], id="of-two-fields"),
        pytest.param([TOKEN_KEY, "create index e on x (email)"], id="not-unique"),
    ],
)
def test_what_makes_accounts_unique_comes_back(services: Services, indexes: list[str]) -> None:
    users = services.collections.auth("users")
    changed = services.collections.update(users, {"indexes": indexes}, SYSTEM)

    assert changed.indexes[:2] == tuple(indexes)
    assert changed.indexes[2].startswith("CREATE UNIQUE INDEX `idx_email_")


def test_a_unique_index_on_a_system_field_stays(services: Services) -> None:
    fields = [{"type": "text", "name": "a", "system": True}]
    raw = {"name": "notes", "fields": fields, "indexes": ["create unique index i on t (a)"]}
    services.collections.create(raw, SYSTEM)
    error = refused_change(services, "notes", indexes=["create index i on t (a)"])

    assert codes(error) == {"indexes": "invalid_unique_system_field_index"}
    assert error.fields["indexes"]["params"] == {"fieldName": "a"}
