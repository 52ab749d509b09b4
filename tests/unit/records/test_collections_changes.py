"""Collections are created, changed, emptied and deleted together with their tables."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from appos.audit.models import SYSTEM, Actor
from appos.errors import ForbiddenError, InvalidError, NotFoundError
from appos.records.auth_options import TokenKind
from appos.records.collections import Collections
from appos.records.document import document
from appos.records.models import Collection
from appos.services import Services
from appos.store.query import ListQuery
from tests.unit.records.making import TEXT, again, create
from tests.unit.records.problems import codes, refused
from tests.unit.records.rows import insert, tables

KEPT = ("jobs", "audit")
CHANGE = {"name": "other", "fields": [], "indexes": []}


@pytest.fixture
def collections(services: Services) -> Collections:
    return services.collections


# Creating.


def test_a_collection_is_created_with_its_table(services: Services, collections: Collections) -> None:
    made = create(collections, "notes", TEXT, indexes=["CREATE INDEX by_title ON anything (title)"])
    insert(services, "notes", title="a")

    assert (made.id, made.type, made.system) == ("pbc_3395098727", "base", False)
    assert [field.name for field in made.fields] == ["id", "title"]
    assert [field.id for field in made.fields] == ["text3208210256", "text724990059"]
    assert collections.get("notes") == made
    assert collections.get(made.id) == made
    assert made.created == made.updated != ""


def test_rules_are_closed_unless_they_are_given(collections: Collections) -> None:
    made = create(collections, "notes", listRule="", viewRule="id != ''")

    assert (made.list_rule, made.view_rule) == ("", "id != ''")
    assert {made.create_rule, made.update_rule, made.delete_rule} == {None}


def test_an_auth_collection_has_fields_indexes_and_secrets_of_its_own(collections: Collections) -> None:
    made = create(collections, "people", TEXT, type="auth", authToken={"duration": 100})
    users = collections.auth("users")

    assert [field.name for field in made.fields] == [
        *("id", "title", "password", "tokenKey", "email", "emailVisibility", "verified"),
    ]
    assert made.indexes == (
        f"CREATE UNIQUE INDEX `idx_tokenKey_{made.id}` ON `people` (`tokenKey`)",
        f"CREATE UNIQUE INDEX `idx_email_{made.id}` ON `people` (`email`) WHERE `email` != ''",
    )
    assert made.auth_options.auth_token.duration == 100
    secrets = {each.auth_options.token(kind).secret for each in (made, users) for kind in TokenKind}
    assert {len(secret) for secret in secrets} == {50}
    assert len(secrets) == 10


def test_an_id_that_is_taken_gets_a_number(services: Services, collections: Collections) -> None:
    made = create(collections, "people", type="auth")
    renamed = collections.update(made, {"name": "folk"}, SYSTEM)
    second = create(collections, "people", type="auth")

    assert (renamed.id, second.id) == (made.id, f"{made.id}2")
    assert f"`idx_email_{made.id}2` ON `people`" in second.indexes[1]
    assert {"folk", "people"} <= tables(services)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        pytest.param([], "Failed to load the collection type data due to invalid formatting.", id="list"),
        pytest.param(
            {"name": 1}, "Failed to load the collection type data due to invalid formatting.", id="name"
        ),
        pytest.param(
            {"listRule": 1}, "Failed to load the submitted data due to invalid formatting.", id="rule"
        ),
        pytest.param(
            {"fields": {}}, "Failed to load the submitted data due to invalid formatting.", id="fields"
        ),
        pytest.param(
            {"fields": [{"type": "x"}]},
            "Failed to load the submitted data due to invalid formatting.",
            id="type-of-field",
        ),
        pytest.param(
            {"authToken": {"duration": "1"}},
            "Failed to load the submitted data due to invalid formatting.",
            id="option-of-another-type",
        ),
        pytest.param({}, "Failed to create collection.", id="no-name"),
        pytest.param(None, "Failed to create collection.", id="nothing"),
    ],
)
def test_what_cannot_be_read_is_refused(collections: Collections, raw: object, message: str) -> None:
    assert refused(lambda: collections.create(raw, SYSTEM)).message == message


def test_what_sqlite_refuses_is_told_in_its_words(services: Services, collections: Collections) -> None:
    error = refused(lambda: create(collections, "sqlite_notes"))

    assert error.message == (
        "Failed to create collection. Raw error: \n"
        "SQL logic error: object name reserved for internal use: sqlite_notes (1)."
    )
    assert collections.find("sqlite_notes") is None


def test_each_index_that_sqlite_refuses_is_named(services: Services, collections: Collections) -> None:
    indexes = [
        "create index a on t (nope)",
        "create index b on t (title)",
        "create index c on t (title) where x; drop table users",
    ]
    error = refused(lambda: create(collections, "notes", TEXT, indexes=indexes))

    assert (error.message, codes(error)) == (
        "Failed to create collection.",
        {
            "indexes": {
                "0": "invalid_index_expression",
                "2": "invalid_index_expression",
            }
        },
    )
    problems: Any = error.fields["indexes"]
    assert problems["0"]["message"] == "Failed to create index a - SQL logic error: no such column: nope (1)."
    assert collections.find("notes") is None
    assert {"users"} == tables(services) & {"users", "notes"}


# Changing.


def test_an_update_changes_what_it_names(services: Services, collections: Collections) -> None:
    made = create(collections, "notes", TEXT, listRule="")
    changed = collections.update(made, {"name": "Papers", "viewRule": ""}, SYSTEM)

    assert (changed.name, changed.list_rule, changed.view_rule) == ("Papers", "", "")
    assert (changed.id, changed.fields, changed.created) == (made.id, made.fields, made.created)
    assert collections.find("notes") is None
    assert collections.get("papers") == changed
    assert "Papers" in tables(services)


def test_secrets_stay_unless_they_are_named(collections: Collections) -> None:
    before = collections.auth("users")
    changed = collections.update(before, {"authToken": {"duration": 60}, "fileToken": None}, SYSTEM)
    again = collections.update(changed, {"authToken": {"secret": "x" * 40}}, SYSTEM)

    assert changed.auth_options.auth_token == msgspec.structs.replace(
        before.auth_options.auth_token, duration=60
    )
    assert changed.auth_options.file_token == before.auth_options.file_token
    assert again.auth_options.auth_token.secret == "x" * 40


def test_another_auth_rule_ends_all_tokens(collections: Collections) -> None:
    before = collections.auth("users")
    closed = collections.update(before, {"authRule": "verified = true"}, SYSTEM)
    same = collections.update(closed, {"authRule": "verified = true"}, SYSTEM)

    secrets = [each.auth_options.auth_token.secret for each in (before, closed, same)]
    assert secrets[0] != secrets[1] == secrets[2]


def test_an_id_cannot_be_changed(collections: Collections) -> None:
    error = refused(lambda: collections.update(create(collections), {"id": "other"}, SYSTEM))

    assert error.message.startswith("Failed to update collection. Raw error: \nfailed to retrieve old cached")


def test_an_update_of_what_was_deleted_meanwhile_is_not_found(collections: Collections) -> None:
    made = create(collections)
    collections.delete(made, SYSTEM)

    assert isinstance(refused(lambda: collections.update(made, {}, SYSTEM)), NotFoundError)
    assert isinstance(refused(lambda: collections.delete(made, SYSTEM)), NotFoundError)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param({"name": "x"}, {"name": "collection_system_name_change"}, id="name"),
        pytest.param({"system": False}, {"system": "collection_system_flag_change"}, id="flag"),
        pytest.param({"listRule": ""}, {"listRule": "collection_system_rule_change"}, id="rule"),
        pytest.param({"authRule": None}, {"authRule": "collection_system_rule_change"}, id="auth"),
        pytest.param({"fields": []}, {"fields": "system_field_change"}, id="fields"),
    ],
)
def test_a_system_collection_stays_as_it_is(
    collections: Collections, raw: dict[str, Any], expected: dict[str, str]
) -> None:
    error = refused(lambda: collections.update(collections.get("_superusers"), raw, SYSTEM))

    assert codes(error) == expected


# Deleting.


def test_a_collection_is_deleted_with_its_table(services: Services, collections: Collections) -> None:
    made = create(collections, "notes", TEXT, indexes=["create index by_title on t (title)"])
    insert(services, "notes", title="a")
    collections.delete(made, SYSTEM)

    assert collections.find("notes") is None
    assert "notes" not in tables(services)
    assert create(collections, "notes").id == made.id


def test_files_go_once_it_is_certain(services: Services) -> None:
    gone: list[str] = []
    collections = Collections(
        services.databases.data, services.audit, services.records.deleter.truncate, gone.append
    )
    made = create(collections, "notes")

    def delete_and_fail() -> None:
        with services.databases.data.transaction():
            collections.delete(made, SYSTEM)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        delete_and_fail()
    assert gone == []

    collections.delete(made, SYSTEM)
    assert gone == [made.id]


def test_what_others_refer_to_cannot_be_deleted(collections: Collections) -> None:
    target = create(collections, "target")
    relation = {"type": "relation", "name": "to", "collectionId": target.id}
    first = create(collections, "first", relation)
    create(collections, "second", relation)
    own = collections.update(target, {"fields": [relation]}, SYSTEM)

    assert refused(lambda: collections.delete(own, SYSTEM)).message == (
        "Failed to delete collection probably due to existing reference in first, second."
    )
    for name in ("first", "second"):
        collections.delete(collections.get(name), SYSTEM)
    collections.delete(own, SYSTEM)
    assert collections.find(first.id) is None


def test_a_system_collection_cannot_be_deleted(collections: Collections) -> None:
    error = refused(lambda: collections.delete(collections.get("_mfas"), SYSTEM))

    assert (error.message, error.code) == ("Failed to delete collection.", "system_collection")


def test_truncating_deletes_the_records_alone(services: Services, collections: Collections) -> None:
    made = create(collections, "notes", TEXT)
    insert(services, "notes", title="a")
    collections.truncate(made, SYSTEM)

    assert services.databases.data.fetch("SELECT * FROM notes", {}) == []
    assert collections.get("notes") == made


def test_the_superusers_cannot_be_truncated(services: Services, collections: Collections) -> None:
    error = refused(lambda: collections.truncate(collections.get("_superusers"), SYSTEM))

    assert (error.message[:29], error.code) == ("Failed to truncate collection", "not_truncated")
    assert services.databases.data.fetch("SELECT count(*) FROM _superusers", {}) == [(1,)]


def test_who_removes_records_is_asked_and_may_refuse(services: Services) -> None:
    asked: list[tuple[str, Actor]] = []

    def remove(collection: Collection, actor: Actor) -> None:
        asked.append((collection.name, actor))
        if collection.name == "needed":
            raise InvalidError("A record is needed elsewhere.")

    collections = again(services, remove)
    collections.truncate(create(collections, "free"), SYSTEM)
    error = refused(lambda: collections.truncate(create(collections, "needed"), SYSTEM))

    assert asked == [("free", SYSTEM), ("needed", SYSTEM)]
    assert error.message.startswith("Failed to truncate collection (most likely")


# What AppOS's services keep.


@pytest.mark.parametrize("name", KEPT)
def test_services_keep_their_collections(collections: Collections, name: str) -> None:
    kept = collections.get(name)
    attempts: list[Callable[[], object]] = [
        lambda: collections.delete(kept, SYSTEM),
        lambda: collections.truncate(kept, SYSTEM),
        lambda: collections.update(kept, {"createRule": ""}, SYSTEM),
        lambda: collections.update(kept, {"name": "other"}, SYSTEM),
        lambda: collections.update(kept, {"fields": [TEXT]}, SYSTEM),
        lambda: collections.update(kept, {"indexes": []}, SYSTEM),
        lambda: collections.update(kept, {"listRule": "", "system": False}, SYSTEM),
    ]

    assert {type(refused(attempt)) for attempt in attempts} == {ForbiddenError}
    assert collections.get(name) == kept


@pytest.mark.parametrize("name", KEPT)
def test_who_may_read_what_services_keep_can_be_said(collections: Collections, name: str) -> None:
    rules = {"listRule": "@request.auth.id != ''", "viewRule": "@request.auth.id != ''"}
    changed = collections.update(collections.get(name), rules, SYSTEM)

    assert (changed.list_rule, changed.view_rule) == tuple(rules.values())
    assert changed.is_written_by_services
    assert "isWrittenByServices" not in document(changed)


def test_nobody_makes_a_collection_that_services_keep(collections: Collections) -> None:
    made = create(collections, isWrittenByServices=True, is_written_by_services=True)

    assert not collections.get(made.id).is_written_by_services


# The whole, or nothing.


def test_every_change_is_in_the_trail(services: Services, collections: Collections) -> None:
    made = create(collections, "notes", TEXT)
    collections.update(made, {"name": "papers", "listRule": ""}, SYSTEM)
    collections.truncate(collections.get("papers"), SYSTEM)
    collections.delete(collections.get("papers"), SYSTEM)
    entries = services.audit.page(ListQuery(filter="action ~ 'collection.'", sort="@rowid")).items

    assert [(entry.action, entry.subject, entry.detail) for entry in entries] == [
        ("collection.create", "notes", ""),
        ("collection.update", "notes", "listRule, name"),
        ("collection.truncate", "papers", ""),
        ("collection.delete", "papers", ""),
    ]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda them, _: create(them, "other", TEXT), id="create"),
        pytest.param(lambda them, one: them.update(one, CHANGE, SYSTEM), id="update"),
        pytest.param(lambda them, one: them.delete(one, SYSTEM), id="delete"),
        pytest.param(lambda them, one: them.truncate(one, SYSTEM), id="truncate"),
    ],
)
def test_a_change_that_fails_at_its_end_leaves_everything_as_it_was(
    services: Services, monkeypatch: pytest.MonkeyPatch, change: Callable[[Collections, Collection], object]
) -> None:
    made = create(services.collections, "notes", TEXT, indexes=["create index by_title on t (title)"])
    insert(services, "notes", title="a")
    data = services.databases.data
    schema = data.fetch("SELECT * FROM sqlite_master", {})
    rows = data.fetch("SELECT * FROM _collections", {})

    def fail(*_args: object, **_values: object) -> None:
        raise KeyError

    monkeypatch.setattr(services.audit, "record", fail)
    with pytest.raises(KeyError):
        change(services.collections, made)

    assert data.fetch("SELECT * FROM sqlite_master", {}) == schema
    assert data.fetch("SELECT * FROM _collections", {}) == rows
    assert data.fetch("SELECT title FROM notes", {}) == [("a",)]
    assert services.collections.get("notes") == made


def test_accounts_go_on_when_their_collection_changes(services: Services) -> None:
    users = services.collections.auth("users")
    fields = [msgspec.to_builtins(field) for field in users.fields if field.name != "avatar"]
    services.collections.update(users, {"fields": [*fields, {"type": "text", "name": "nickname"}]}, SYSTEM)
    found = services.accounts.find_by_email(services.collections.auth("users"), "bob@example.com")

    assert found is not None
    assert {"name", "nickname", "avatar"} & set(found.record.values) == {"name", "nickname"}
