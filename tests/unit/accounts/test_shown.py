"""Accounts, as they are shown."""

from typing import Any

import msgspec
import pytest

from appos.accounts.models import Account, Identity
from appos.audit.models import SHELL
from appos.records.models import RequestInfo
from appos.services import Services
from tests.conftest import SUPERUSER_EMAIL, USER_EMAIL, identity_of

CANARY = "canary-7f3a91"


@pytest.fixture
def bob(services: Services) -> Identity:
    return identity_of(services, "users", USER_EMAIL)


@pytest.fixture
def ada(services: Services) -> Identity:
    return identity_of(services, "_superusers", SUPERUSER_EMAIL)


def shown_to(services: Services, viewer: Identity | None, who: Identity) -> dict[str, Any]:
    """An account as somebody sees it; None is a stranger."""
    info = RequestInfo(auth=viewer.record if viewer else None)
    shown = services.records.show(who.collection, who.account.id, info)
    return msgspec.json.decode(shown, type=dict[str, Any])


def test_an_account_that_is_shown_has_no_secrets(services: Services, ada: Identity, bob: Identity) -> None:
    for viewer in (None, bob, ada):
        shown = shown_to(services, viewer, bob)

        assert {"password", "tokenKey"} & set(shown) == set()
        for secret in (bob.account.password, bob.account.token_key):
            assert secret not in repr(bob) + repr(bob.record) + repr(bob.account) + repr(shown)


def test_a_record_is_pocketbases(services: Services, ada: Identity, bob: Identity) -> None:
    without_email = {
        *("avatar", "collectionId", "collectionName", "created", "emailVisibility"),
        *("id", "name", "updated", "verified"),
    }
    for viewer in (ada, bob):
        record = shown_to(services, viewer, bob)

        assert list(record) == sorted(record)
        assert set(record) == without_email | {"email"}
        assert record["email"] == USER_EMAIL
    assert set(shown_to(services, None, bob)) == without_email
    services.accounts.change(bob, {"emailVisibility": True}, SHELL)
    assert shown_to(services, None, bob)["email"] == USER_EMAIL


def test_an_account_has_no_secret_in_its_repr() -> None:
    account = Account(
        id="a",
        email="a@b.co",
        email_visibility=False,
        verified=False,
        password=CANARY,
        token_key=CANARY,
        created="",
        updated="",
    )

    assert CANARY not in repr(account)
