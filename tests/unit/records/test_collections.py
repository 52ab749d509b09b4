"""The collections: finding them, and changing them together with their tables."""

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import msgspec
import pytest

from appos.audit.models import SYSTEM, Actor
from appos.errors import ForbiddenError, InvalidError, NotFoundError
from appos.records.auth_options import TokenKind
from appos.records.collections import Collections, Removal
from appos.records.document import document
from appos.records.models import Collection
from appos.services import Services
from appos.store.query import ListQuery
from tests.unit.records.problems import codes, refused
from tests.unit.records.rows import insert, tables

TEXT = {"type": "text", "name": "title"}
KEPT = ("jobs", "audit")
CHANGE = {"name": "other", "fields": [], "indexes": []}


@pytest.fixture
def collections(services: Services) -> Collections:
    return services.collections


def create(collections: Collections, name: str = "notes", *fields: dict[str, Any], **more: Any) -> Collection:
    return collections.create({"name": name, "fields": list(fields), **more}, SYSTEM)


def again(services: Services, remove_records: Removal | None = None) -> Collections:
    """Another look at the same collections."""
    return Collections(
        services.databases.data,
        services.audit,
        remove_records or services.records.deleter.truncate,
        lambda _: None,
    )


# Finding.


@pytest.mark.parametrize("key", ["users", "_pb_users_auth_", "USERS"])
def test_a_collection_is_found_by_name_and_by_id(collections: Collections, key: str) -> None:
    found = collections.auth(key)

    assert (found.id, found.name, found.is_superusers) == ("_pb_users_auth_", "users", False)
    assert collections.get(key) is found


def test_superusers_may_do_everything(collections: Collections) -> None:
    assert collections.auth("_superusers").is_superusers


@pytest.mark.parametrize("key", ["", "nobodies", "' OR 1=1 --", "users\x00", "%", "_PB_USERS_AUTH_"])
def test_a_collection_that_is_not_there_is_not_found(collections: Collections, key: str) -> None:
    assert collections.find(key) is None
    assert refused(lambda: collections.auth(key)).message == "Missing or invalid collection context."
    assert refused(lambda: collections.get(key)).message == "The requested resource wasn't found."
    assert isinstance(refused(lambda: collections.get(key, "Gone.")), NotFoundError)


def test_an_id_may_be_the_name_of_another_collection(collections: Collections) -> None:
    first = create(collections, "notes")
    second = create(collections, "other", id="notes")

    assert collections.get("notes") == first
    assert collections.update(second, {"listRule": ""}, SYSTEM).name == "other"
    collections.delete(second, SYSTEM)
    assert collections.get("notes") == first


@pytest.mark.parametrize("name", ["jobs", "_mfas"])
def test_an_auth_collection_is_asked_for_by_type(collections: Collections, name: str) -> None:
    assert collections.find(name) is not None
    assert isinstance(refused(lambda: collections.auth(name)), NotFoundError)


def test_a_collection_is_looked_up_once(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    first = services.collections.auth("users")
    monkeypatch.setattr(services.databases.data, "read", lambda: pytest.fail("it looked again"))

    assert services.collections.auth("users") is first
    assert services.collections.auth("_pb_users_auth_") is first


def test_other_writes_leave_what_is_kept(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    first = services.collections.auth("users")
    services.audit.record(SYSTEM, "something.else")
    monkeypatch.setattr(services.databases.data, "read", lambda: pytest.fail("it looked again"))

    assert services.collections.auth("users") is first


def test_the_halves_of_keys_are_not_in_the_repr(collections: Collections) -> None:
    collection = collections.auth("users")
    secrets = [collection.auth_options.token(kind).secret for kind in TokenKind]

    assert [len(secret) for secret in secrets] == [50] * 5
    assert not [secret for secret in secrets if secret in repr(collection) + repr(document(collection))]


def test_what_another_process_changes_is_seen(services: Services, collections: Collections) -> None:
    before, version = collections.get("users"), collections.version
    with closing(sqlite3.connect(services.databases.data.path)) as other, other:
        other.execute("UPDATE _collections SET listRule = '' WHERE name = 'users'")

    assert before.list_rule == "id = @request.auth.id"
    assert collections.get("users").list_rule == ""
    assert collections.version > version


def test_a_change_is_seen_within_its_transaction_and_gone_with_it(
    services: Services, collections: Collections
) -> None:
    version = collections.version

    def create_and_fail() -> None:
        with services.databases.data.transaction():
            create(collections)
            assert collections.find("notes") is not None
            assert collections.version not in {version, version + 1}
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        create_and_fail()

    assert collections.find("notes") is None
    assert collections.version == version
    assert "notes" not in tables(services)


def test_a_change_elsewhere_is_not_seen_within_a_read(services: Services, collections: Collections) -> None:
    with services.databases.data.read():
        assert collections.find("notes") is None
        other = again(services)
        with closing(sqlite3.connect(services.databases.data.path)) as connection, connection:
            connection.execute("UPDATE _collections SET name = 'people' WHERE name = 'users'")
        assert collections.find("people") is None
        assert other.find("people") is None

    assert collections.find("people") is not None
    assert other.find("people") is not None


@pytest.mark.parametrize(
    ("query", "names"),
    [
        pytest.param(ListQuery(filter="type = 'auth'"), ["_superusers", "users"], id="filter"),
        pytest.param(ListQuery(sort="-name", per_page=2), ["users", "jobs"], id="sort"),
        pytest.param(ListQuery(filter="system = false"), ["users"], id="bool"),
        pytest.param(ListQuery(filter="name ~ 'mfa' || id = 'pbc_1638494021'"), ["_mfas", "_otps"], id="or"),
    ],
)
def test_collections_are_listed(collections: Collections, query: ListQuery, names: list[str]) -> None:
    assert [found.name for found in collections.page(query).items] == names


@pytest.mark.parametrize(
    "query", [ListQuery(filter="options ~ 'secret'"), ListQuery(sort="listRule"), ListQuery(filter="(")]
)
def test_what_cannot_be_listed_by_is_refused_without_a_hint(
    collections: Collections, query: ListQuery
) -> None:
    error = refused(lambda: collections.page(query))

    assert (error.message, error.fields) == ("Something went wrong while processing your request.", {})


def test_of_many_who_create_one_collection_one_does(services: Services, collections: Collections) -> None:
    def attempt(_: int) -> str:
        try:
            return create(collections, "notes", TEXT).id
        except InvalidError as error:
            return str(codes(error)["name"])

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(attempt, range(8)))

    assert sorted(results) == ["collection_name_exists"] * 7 + ["pbc_3395098727"]
    assert collections.get("notes").fields == again(services).get("notes").fields


def test_whoever_asks_after_a_change_sees_it(services: Services, collections: Collections) -> None:
    made = create(collections, "notes")
    writer = again(services)
    stop = threading.Event()

    def ask() -> list[int]:
        found = []
        while not stop.is_set():
            found.append(len(collections.get("notes").indexes))
        return found

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(ask) for _ in range(3)]
        for number in range(1, 20):
            indexes = [f"create index i{each} on notes (id) where id != '{each}'" for each in range(number)]
            writer.update(made, {"indexes": indexes}, SYSTEM)
            assert len(collections.get("notes").indexes) == number
        stop.set()
        found = [reader.result() for reader in readers]

    assert all(each == sorted(each) for each in found)


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
