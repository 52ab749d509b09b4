"""Accounts: signing in, proving who one is, and changing accounts."""

import threading
from collections.abc import Callable
from typing import Any

import bcrypt
import msgspec
import pytest

from appos.accounts import service as module
from appos.accounts import tokens
from appos.accounts.models import Identity
from appos.audit.models import SHELL, SYSTEM, Entry
from appos.errors import (
    AppOSError,
    InvalidError,
    NotFoundError,
    TooManyRequestsError,
)
from appos.records.auth_options import TokenKind
from appos.records.models import Collection
from appos.services import Services
from appos.store.database import execute
from appos.store.query import ListQuery
from tests.conftest import PASSWORD, SUPERUSER_EMAIL, USER_EMAIL, identity_of

HERE, THERE = "192.0.2.1", "198.51.100.7"
CANARY = "canary-7f3a91"


@pytest.fixture
def users(services: Services) -> Collection:
    return services.collections.auth("users")


@pytest.fixture
def bob(services: Services) -> Identity:
    return identity_of(services, "users", USER_EMAIL)


@pytest.fixture
def ada(services: Services) -> Identity:
    return identity_of(services, "_superusers", SUPERUSER_EMAIL)


def refusal(call: Callable[[], object]) -> AppOSError:
    with pytest.raises(AppOSError) as caught:
        call()
    return caught.value


def entries(services: Services, action: str) -> list[Entry]:
    return services.audit.page(ListQuery(filter=f"action = '{action}'")).items


def test_the_right_password_signs_in(services: Services, users: Collection) -> None:
    signed_in = services.accounts.sign_in(users, USER_EMAIL, PASSWORD, HERE)
    identity = services.accounts.identify(signed_in.token)

    assert identity is not None
    assert identity.account.email == USER_EMAIL
    assert tokens.read_unverified(signed_in.token)["refreshable"] is True


def test_a_sign_in_stands_in_the_trail_however_it_ends(services: Services, users: Collection) -> None:
    services.accounts.sign_in(users, USER_EMAIL, PASSWORD, HERE)
    refusal(lambda: services.accounts.sign_in(users, USER_EMAIL, CANARY, THERE))
    failed, succeeded = entries(services, "account.sign_in")

    assert (succeeded.actor, succeeded.address, succeeded.result) == (f"users:{USER_EMAIL}", HERE, "success")
    assert (failed.actor, failed.address, failed.result) == ("stranger", THERE, "failure")
    assert failed.subject == f"users:{USER_EMAIL}"
    assert CANARY not in repr(failed)


def test_a_wrong_password_and_an_unknown_account_answer_alike(services: Services, users: Collection) -> None:
    wrong = refusal(lambda: services.accounts.sign_in(users, USER_EMAIL, "wrong", HERE))
    unknown = refusal(lambda: services.accounts.sign_in(users, "nobody@example.com", PASSWORD, HERE))
    elsewhere = refusal(lambda: services.accounts.sign_in(users, SUPERUSER_EMAIL, PASSWORD, HERE))

    answers = {(type(error), error.message, error.code) for error in (wrong, unknown, elsewhere)}
    assert answers == {(InvalidError, "Failed to authenticate.", "sign_in_failed")}


@pytest.mark.parametrize("email", [USER_EMAIL, "nobody@example.com", "", "x" * 10_000])
def test_every_attempt_costs_one_comparison(
    services: Services, users: Collection, email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    costs: list[bytes] = []
    compare = bcrypt.checkpw

    def count(password: bytes, hashed: bytes) -> bool:
        costs.append(hashed[:7])
        return compare(password, hashed)

    monkeypatch.setattr(bcrypt, "checkpw", count)
    refusal(lambda: services.accounts.sign_in(users, email, "wrong", HERE))

    assert costs == [b"$2b$04$"]


def test_an_account_without_a_password_cannot_sign_in(services: Services, users: Collection) -> None:
    with services.databases.data.transaction() as db:
        execute(db, "UPDATE users SET password = ''")

    for password in ("", PASSWORD):
        assert (
            refusal(
                lambda password=password: services.accounts.sign_in(users, USER_EMAIL, password, HERE)  # type: ignore[misc]
            ).code
            == "sign_in_failed"
        )


def fail(services: Services, users: Collection, email: str, address: str, times: int = 20) -> None:
    for _ in range(times):
        refusal(lambda: services.accounts.sign_in(users, email, "wrong", address))


def test_after_twenty_failures_an_address_waits(services: Services, users: Collection) -> None:
    fail(services, users, "nobody@example.com", HERE)
    error = refusal(lambda: services.accounts.sign_in(users, USER_EMAIL, PASSWORD, HERE))

    assert isinstance(error, TooManyRequestsError)
    assert 0 < error.retry_after_seconds <= 61
    assert services.accounts.sign_in(users, USER_EMAIL, PASSWORD, THERE)


def test_an_account_is_closed_to_those_who_failed_and_open_to_its_owner(
    services: Services, users: Collection
) -> None:
    for number in range(20):
        fail(services, users, USER_EMAIL.upper() if number % 2 else USER_EMAIL, f"10.0.0.{number}", 1)
    error = refusal(lambda: services.accounts.sign_in(users, USER_EMAIL, PASSWORD, "10.0.0.3"))

    assert isinstance(error, TooManyRequestsError)
    assert services.accounts.sign_in(users, USER_EMAIL, PASSWORD, HERE)


def test_success_is_never_limited(services: Services, users: Collection) -> None:
    for _ in range(30):
        services.accounts.sign_in(users, USER_EMAIL, PASSWORD, HERE)


def test_of_many_attempts_at_once_those_over_the_limit_learn_nothing(
    services: Services, users: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = iter(range(20))

    def check_slowly(_password: str, _hash: str | None) -> bool:
        for _ in others:
            services.accounts._limiter.failed("users", HERE)
        return True

    monkeypatch.setattr(module, "check_password", check_slowly)
    error = refusal(lambda: services.accounts.sign_in(users, USER_EMAIL, PASSWORD, HERE))

    assert isinstance(error, TooManyRequestsError)


def test_an_endless_address_is_not_kept(services: Services, users: Collection) -> None:
    fail(services, users, "x" * 100_000, HERE, 1)

    assert max(map(len, services.accounts._limiter._failures)) < 400
    assert len(entries(services, "account.sign_in")[0].subject) == 300


@pytest.mark.parametrize("token", ["", "no.token.here", CANARY])
def test_what_is_no_token_proves_nothing(services: Services, token: str) -> None:
    assert services.accounts.identify(token) is None


def test_a_token_proves_who_one_is_until_the_password_changes(services: Services, bob: Identity) -> None:
    token = services.accounts.signed_in(bob).token
    before = services.accounts.identify(token)
    services.accounts.change(bob, {"name": "Bob"}, SHELL)
    between = services.accounts.identify(token)
    services.accounts.change(bob, {"password": "Basalt-Heron-43"}, SHELL)

    assert before is not None
    assert between is not None
    assert between.record.values["name"] == "Bob"
    assert services.accounts.identify(token) is None


def test_a_token_dies_with_its_account(services: Services, bob: Identity) -> None:
    token = services.accounts.signed_in(bob).token
    services.accounts.delete(bob, SHELL)

    assert services.accounts.identify(token) is None


def test_a_reset_token_proves_nothing_but_a_reset(services: Services, bob: Identity) -> None:
    reset = tokens.sign(bob.account, bob.collection, TokenKind.PASSWORD_RESET, email=USER_EMAIL)
    auth = services.accounts.signed_in(bob).token

    assert services.accounts.identify(reset) is None
    assert services.accounts.proven(auth, TokenKind.PASSWORD_RESET) is None
    assert services.accounts.proven(reset, TokenKind.PASSWORD_RESET) is not None


def test_a_token_names_the_collection_that_it_is_looked_up_in(services: Services, bob: Identity) -> None:
    elsewhere = msgspec.structs.replace(bob.collection, id="pbc_3142635823")
    nowhere = msgspec.structs.replace(bob.collection, id="none")

    for collection in (elsewhere, nowhere):
        token = tokens.sign(bob.account, collection, TokenKind.AUTH)
        assert services.accounts.identify(token) is None


def test_a_refreshed_token_is_new_and_a_lasting_one_stays(services: Services, bob: Identity) -> None:
    refreshable = tokens.sign(bob.account, bob.collection, TokenKind.AUTH, refreshable=True, exp=2**31)
    lasting = tokens.sign(bob.account, bob.collection, TokenKind.AUTH, refreshable=False)

    assert services.accounts.refresh(bob, refreshable).token != refreshable
    assert services.accounts.refresh(bob, lasting).token == lasting


def test_an_account_is_created_with_a_hash(services: Services, users: Collection) -> None:
    account = services.accounts.create(users, "eve@example.com", CANARY, SYSTEM)

    assert bcrypt.checkpw(CANARY.encode(), account.password.encode())
    assert (len(account.id), len(account.token_key), account.verified) == (15, 50, False)
    assert account.created == account.updated
    assert services.accounts.sign_in(users, "eve@example.com", CANARY, HERE)
    assert CANARY not in repr(entries(services, "account.create"))


@pytest.mark.parametrize(
    ("email", "password", "fields"),
    [
        pytest.param("", PASSWORD, ["email"], id="no-address"),
        pytest.param("eve", PASSWORD, ["email"], id="bad-address"),
        pytest.param("eve@example.com", "", ["password"], id="no-password"),
        pytest.param("eve@example.com", "1234567", ["password"], id="short-password"),
        pytest.param("", "", ["email", "password"], id="nothing"),
    ],
)
def test_a_wrong_account_is_refused_with_all_that_is_wrong(
    services: Services, users: Collection, email: str, password: str, fields: list[str]
) -> None:
    error = refusal(lambda: services.accounts.create(users, email, password, SYSTEM))

    assert error.code == "validation_failed"
    assert sorted(error.fields) == fields


def test_a_taken_address_is_refused(services: Services, users: Collection) -> None:
    error = refusal(lambda: services.accounts.create(users, USER_EMAIL, PASSWORD, SYSTEM))

    assert isinstance(error, InvalidError)
    assert error.code == "not_unique"
    assert list(error.fields) == ["email"]
    assert len(entries(services, "account.create")) == 2


def test_two_collections_may_have_one_address(services: Services) -> None:
    services.accounts.create(services.collections.auth("_superusers"), USER_EMAIL, PASSWORD, SYSTEM)

    assert identity_of(services, "_superusers", USER_EMAIL).is_superuser
    assert not identity_of(services, "users", USER_EMAIL).is_superuser


def test_superusers_are_verified_and_users_are_not(ada: Identity, bob: Identity) -> None:
    assert (ada.account.verified, bob.account.verified) == (True, False)


def test_a_change_is_told_by_its_names(services: Services, bob: Identity) -> None:
    changes = {"password": CANARY, "email": "robert@example.com", "emailVisibility": True}
    services.accounts.change(bob, changes, ada_actor(services))
    (entry,) = entries(services, "account.update")

    assert entry.detail == "email, emailVisibility, password"
    assert entry.actor == f"_superusers:{SUPERUSER_EMAIL}"
    assert CANARY not in repr(entry)
    assert identity_of(services, "users", "robert@example.com").account.email_visibility


def test_a_change_of_address_is_told_of_the_old_one(services: Services, bob: Identity) -> None:
    services.accounts.change(bob, {"email": "robert@example.com"}, SHELL)
    (entry,) = entries(services, "account.update")

    assert entry.subject == f"users:{USER_EMAIL}"


def test_a_change_is_told_of_its_account(services: Services, bob: Identity) -> None:
    services.accounts.change(bob, {"emailVisibility": True}, SHELL)
    (entry,) = entries(services, "account.update")

    assert entry.subject == f"users:{USER_EMAIL}"


def ada_actor(services: Services) -> Any:
    return identity_of(services, "_superusers", SUPERUSER_EMAIL).actor(HERE)


@pytest.mark.parametrize(
    "changes", [{"email": ""}, {"email": "x"}, {"password": ""}, {"password": "short"}], ids=str
)
def test_a_wrong_change_is_refused(services: Services, bob: Identity, changes: dict[str, Any]) -> None:
    assert refusal(lambda: services.accounts.change(bob, changes, SHELL)).code == "validation_failed"
    assert identity_of(services, "users", USER_EMAIL).account == bob.account


def test_an_address_that_another_has_cannot_be_taken(services: Services, bob: Identity) -> None:
    services.accounts.create(bob.collection, "eve@example.com", PASSWORD, SYSTEM)
    error = refusal(lambda: services.accounts.change(bob, {"email": "eve@example.com"}, SHELL))

    assert error.code == "not_unique"


def test_an_account_that_is_gone_is_neither_changed_nor_deleted(services: Services, bob: Identity) -> None:
    services.accounts.delete(bob, SHELL)
    for call in (
        lambda: services.accounts.change(bob, {"verified": True}, SHELL),
        lambda: services.accounts.delete(bob, SHELL),
    ):
        assert isinstance(refusal(call), NotFoundError)

    assert len(entries(services, "account.delete")) == 1
    assert entries(services, "account.update") == []


def test_the_last_superuser_stays(services: Services, ada: Identity) -> None:
    assert refusal(lambda: services.accounts.delete(ada, SHELL)).code == "last_superuser"

    services.accounts.create(ada.collection, "eve@example.com", PASSWORD, SYSTEM)
    services.accounts.delete(ada, SHELL)
    assert services.accounts.find(ada.collection, ada.account.id) is None


def test_of_two_superusers_who_delete_one_another_one_stays(services: Services, ada: Identity) -> None:
    services.accounts.create(ada.collection, "eve@example.com", PASSWORD, SYSTEM)
    eve = identity_of(services, "_superusers", "eve@example.com")
    errors: list[str] = []

    def delete(who: Identity) -> None:
        try:
            services.accounts.delete(who, SHELL)
        except InvalidError as error:
            errors.append(error.code)

    threads = [threading.Thread(target=delete, args=(who,)) for who in (ada, eve)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == ["last_superuser"]


def test_a_list_of_accounts_holds_no_hash_and_no_key(services: Services, users: Collection) -> None:
    (account,) = services.accounts.page(users, ListQuery()).items

    assert account.email == USER_EMAIL
    assert (account.password, account.token_key) == ("", "")


@pytest.mark.parametrize("name", ["password", "tokenKey"])
def test_a_list_of_accounts_cannot_be_filtered_or_sorted_by_secrets(
    services: Services, users: Collection, name: str
) -> None:
    for query in (ListQuery(filter=f"{name} ~ '$2b'"), ListQuery(sort=name)):
        error = refusal(lambda query=query: services.accounts.page(users, query))  # type: ignore[misc]
        assert error.code == "unknown_field"
