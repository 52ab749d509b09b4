"""Superusers, from a shell."""

from collections.abc import Callable

import pytest

from appos.errors import AppOSError
from appos.services import Services
from appos.store.query import ListQuery
from tests.conftest import PASSWORD, SUPERUSER_EMAIL, identity_of, token_of

OTHER = "Basalt-Heron-43"


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(AppOSError) as caught:
        call()
    return caught.value.code


def can_sign_in(services: Services, email: str, password: str) -> bool:
    try:
        services.accounts.sign_in(services.collections.auth("_superusers"), email, password, "192.0.2.1")
    except AppOSError:
        return False
    return True


def test_a_superuser_is_created(services: Services) -> None:
    services.superusers.create("eve@example.com", OTHER)

    assert can_sign_in(services, "eve@example.com", OTHER)
    assert identity_of(services, "_superusers", "eve@example.com").account.verified


def test_a_superuser_is_updated_which_ends_its_sessions(services: Services) -> None:
    token = token_of(services, "_superusers", SUPERUSER_EMAIL)
    services.superusers.update(SUPERUSER_EMAIL, OTHER)

    assert can_sign_in(services, SUPERUSER_EMAIL, OTHER)
    assert not can_sign_in(services, SUPERUSER_EMAIL, PASSWORD)
    assert services.accounts.identify(token) is None


@pytest.mark.parametrize("email", [SUPERUSER_EMAIL, "eve@example.com"], ids=["there", "not-there"])
def test_an_upsert_makes_it_so(services: Services, email: str) -> None:
    services.superusers.upsert(email, OTHER)

    assert can_sign_in(services, email, OTHER)


def test_a_superuser_is_deleted_but_the_last_stays(services: Services) -> None:
    services.superusers.create("eve@example.com", OTHER)
    services.superusers.delete(SUPERUSER_EMAIL)

    assert not can_sign_in(services, SUPERUSER_EMAIL, PASSWORD)
    assert code_of(lambda: services.superusers.delete("eve@example.com")) == "last_superuser"
    assert can_sign_in(services, "eve@example.com", OTHER)


@pytest.mark.parametrize("verb", ["update", "delete", "reset_link"])
def test_who_is_not_there_is_not_found(services: Services, verb: str) -> None:
    arguments = ["nobody@example.com", OTHER] if verb == "update" else ["nobody@example.com"]

    assert code_of(lambda: getattr(services.superusers, verb)(*arguments)) == "superuser_not_found"


@pytest.mark.parametrize("verb", ["create", "upsert", "update"])
def test_a_weak_password_is_refused(services: Services, verb: str) -> None:
    email = SUPERUSER_EMAIL if verb == "update" else "eve@example.com"

    assert code_of(lambda: getattr(services.superusers, verb)(email, "password123")) == "weak_password"


def test_a_taken_address_is_refused(services: Services) -> None:
    assert code_of(lambda: services.superusers.create(SUPERUSER_EMAIL, OTHER)) == "not_unique"
    assert can_sign_in(services, SUPERUSER_EMAIL, PASSWORD)


def test_a_wrong_address_is_refused(services: Services) -> None:
    assert code_of(lambda: services.superusers.create("eve", OTHER)) == "validation_failed"


def test_a_reset_link_sets_the_password_once(services: Services) -> None:
    link = services.superusers.reset_link(SUPERUSER_EMAIL)
    token = link.partition("#token=")[2]
    superusers = services.collections.auth("_superusers")
    services.resets.confirm(superusers, token, OTHER, OTHER, "192.0.2.1")
    again = code_of(lambda: services.resets.confirm(superusers, token, PASSWORD, PASSWORD, "192.0.2.1"))

    assert link.startswith("http://127.0.0.1:9091/_/reset#token=")
    assert again == "validation_failed"
    assert can_sign_in(services, SUPERUSER_EMAIL, OTHER)


def test_every_verb_stands_in_the_trail_without_its_secrets(services: Services) -> None:
    services.superusers.create("eve@example.com", OTHER)
    services.superusers.update("eve@example.com", PASSWORD)
    link = services.superusers.reset_link("eve@example.com")
    services.superusers.delete("eve@example.com")
    entries = services.audit.page(ListQuery(filter="actor = 'command line'", sort="@rowid")).items

    assert [entry.action for entry in entries] == [
        "account.create",
        "account.update",
        "account.reset_link",
        "account.delete",
    ]
    assert {entry.subject for entry in entries} == {"_superusers:eve@example.com"}
    for secret in (OTHER, PASSWORD, link.partition("=")[2]):
        assert secret not in repr(entries)
