"""What may be known of stored records, and of accounts whose tokens may have died."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from appos.accounts.models import Identity
from appos.audit.models import SYSTEM
from appos.ledger.models import Order
from appos.records.document import document
from appos.records.models import REALTIME, Action, Collection, Record, RequestInfo
from appos.records.reading import Reader
from appos.records.realtime.access import Access
from appos.services import Services
from tests.conftest import SUPERUSER_EMAIL, USER_EMAIL, identity_of

FIELDS = [
    {"name": "title", "type": "text"},
    {"name": "hidden", "type": "text", "hidden": True},
    {"name": "owner", "type": "relation", "collectionId": "_pb_users_auth_"},
]


@pytest.fixture
def access(services: Services) -> Access:
    return Access(Reader(services.databases.data, services.collections))


@pytest.fixture
def user(services: Services) -> Identity:
    return identity_of(services, "users", USER_EMAIL)


@pytest.fixture
def superuser(services: Services) -> Record:
    return identity_of(services, "_superusers", SUPERUSER_EMAIL).record


def posts(services: Services, **rules: Any) -> Collection:
    services.collections.create({"name": "posts", "type": "base", "fields": FIELDS, **rules}, SYSTEM)
    return services.collections.get("posts")


def post(services: Services, of: Collection, **values: Any) -> Record:
    return services.records.writer.insert(of, values, SYSTEM)


def change(services: Services, changes: dict[str, Any]) -> None:
    services.collections.update(services.collections.get("users"), changes, SYSTEM)


def asking(auth: Record | None, **query: str) -> RequestInfo:
    return RequestInfo(context=REALTIME, query=query, auth=auth)


def test_a_rule_is_asked_of_the_stored_record(services: Services, access: Access, user: Identity) -> None:
    found = posts(services, listRule="owner = @request.auth.id && owner != ''", viewRule="title = 'a'")
    stored = post(services, found, title="a", owner=user.account.id)

    assert access.visible(stored, Action.LIST, asking(user.record))
    assert not access.visible(stored, Action.LIST, asking(None))
    assert access.visible(stored, Action.VIEW, asking(None))


@pytest.mark.parametrize(
    ("text", "is_seen"),
    [
        ("title = 'a'", (True, True)),
        ("title = 'b'", (False, False)),
        ("hidden = 'h'", (False, False)),
        ("@request.auth.id != ''", (False, True)),
        ("title = (", (False, False)),
    ],
)
def test_a_filter_binds_everybody(
    services: Services,
    access: Access,
    user: Identity,
    superuser: Record,
    text: str,
    is_seen: tuple[bool, bool],
) -> None:
    stored = post(services, posts(services, listRule=""), title="a", hidden="h")
    seen = [
        access.visible(stored, Action.LIST, asking(auth, filter=text)) for auth in (user.record, superuser)
    ]

    assert tuple(seen) == is_seen


def test_a_sort_that_is_not_for_one_hides_what_is_filtered(
    services: Services, access: Access, user: Identity
) -> None:
    stored = post(services, posts(services, listRule=""), title="a")

    info = asking(user.record, filter="title = 'a'", sort="@request.x")
    assert not access.visible(stored, Action.LIST, info)


def test_a_rule_whose_field_has_gone_is_satisfied_by_nobody(
    services: Services, access: Access, user: Identity
) -> None:
    stored = post(services, posts(services, listRule="title = 'a'"), title="a")
    broken = replace(stored.collection, list_rule="nothing = 1")

    assert not access.visible(Record(broken, stored.values), Action.LIST, asking(user.record))


def test_own_hidden_fields_are_shown_to_nobody(services: Services, access: Access, superuser: Record) -> None:
    stored = post(services, posts(services), title="a", hidden="h")
    shown = access.show(stored, asking(superuser))

    assert shown is not None
    assert not shown.endswith(b"\n")
    assert json.loads(shown) == {
        "collectionId": stored.collection.id,
        "collectionName": "posts",
        "id": stored.id,
        "owner": "",
        "title": "a",
    }


def test_what_is_expanded_shows_hidden_fields_to_superusers(
    services: Services, access: Access, superuser: Record, user: Identity
) -> None:
    parents = posts(services)
    child = {"name": "parent", "type": "relation", "collectionId": parents.id}
    services.collections.create({"name": "children", "type": "base", "fields": [child]}, SYSTEM)
    parent = post(services, parents, hidden="h")
    stored = post(services, services.collections.get("children"), parent=parent.id)
    shown = [access.show(stored, asking(auth, expand="parent")) for auth in (superuser, user.record)]

    seen = [json.loads(text).get("expand", {}) for text in shown if text]
    assert seen[0]["parent"]["hidden"] == "h"
    assert seen[1] == {}


def test_a_record_that_has_gone_is_not_shown(services: Services, access: Access) -> None:
    stored = post(services, posts(services))
    services.records.deleter.remove(stored, SYSTEM)

    assert access.show(stored, asking(None)) is None


def test_an_account_is_current_while_its_tokens_live(
    services: Services, access: Access, user: Identity
) -> None:
    services.accounts.change(user, {"verified": True}, SYSTEM)
    renewed = access.current(user.record)
    assert renewed is not None
    assert renewed.values["verified"] is True
    services.accounts.change(user, {"password": "Another-Falcon-43"}, SYSTEM)

    assert access.current(user.record) is None


def test_an_account_that_is_deleted_is_not_current(
    services: Services, access: Access, user: Identity
) -> None:
    services.accounts.delete(user, SYSTEM)

    assert access.current(user.record) is None


def test_another_secret_of_the_collection_makes_a_stranger_of_its_accounts(
    services: Services, access: Access, user: Identity
) -> None:
    stored = post(services, posts(services, listRule="@request.auth.id != ''"))
    before = access.visible(stored, Action.LIST, asking(user.record))
    change(services, {"authToken": {"secret": "s" * 40}})

    assert before
    assert access.current(user.record) is None
    assert not access.visible(stored, Action.LIST, asking(user.record))


def test_a_new_field_of_an_account_counts_at_once(services: Services, access: Access, user: Identity) -> None:
    fields = document(services.collections.get("users"))["fields"]
    change(services, {"fields": [*fields, {"name": "role", "type": "text"}]})
    stored = post(services, posts(services, listRule="@request.auth.role = ''"))

    assert access.visible(stored, Action.LIST, asking(user.record))


def test_a_job_is_a_record(services: Services, access: Access) -> None:
    job = services.ledger.submit(Order(kind="logs.cleanup"), SYSTEM)
    found = access.job(job.id)

    assert found is not None
    assert (found.collection.name, found.values["kind"]) == ("jobs", "logs.cleanup")
    assert access.job("nosuchjob000000") is None
