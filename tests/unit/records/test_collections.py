"""The collections: finding them, and changing them together with their tables."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from appos.audit.models import SYSTEM
from appos.errors import InvalidError, NotFoundError
from appos.records.auth_options import TokenKind
from appos.records.collections import Collections
from appos.records.document import document
from appos.services import Services
from appos.store.query import ListQuery
from tests.unit.records.making import TEXT, again, create
from tests.unit.records.problems import codes, refused
from tests.unit.records.rows import tables

KEPT = ("jobs", "audit")
CHANGE = {"name": "other", "fields": [], "indexes": []}


@pytest.fixture
def collections(services: Services) -> Collections:
    return services.collections


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
