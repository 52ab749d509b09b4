"""The claim of a new installation."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from appos.accounts.models import SignedIn
from appos.audit.models import SYSTEM, stranger
from appos.config import Config, InitMode
from appos.errors import AppOSError, ConfigError
from appos.services import Services
from appos.store.database import row
from appos.store.query import ListQuery
from tests.conftest import PASSWORD, SUPERUSER_EMAIL
from tests.unit.fakes import FakeEngine

HERE = stranger("192.0.2.1")
EMAIL = "first@example.com"
CANARY = "canary-7f3a91"


@contextmanager
def opened(config: Config) -> Iterator[Services]:
    services = Services.build(config, FakeEngine())
    try:
        yield services
    finally:
        services.close()


def claim_token(services: Services) -> str:
    return services.claim.link().partition("#token=")[2]


def init(services: Services, **given: str) -> SignedIn:
    values = {"email": EMAIL, "password": PASSWORD, "token": claim_token(services)} | given
    return services.claim.init(values["email"], values["password"], values["token"], HERE)


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(AppOSError) as caught:
        call()
    assert CANARY not in f"{caught.value!r}{caught.value.fields}"
    return caught.value.code


def superusers(services: Services) -> list[str]:
    accounts = services.accounts.page(services.collections.auth("_superusers"), ListQuery()).items
    return [account.email for account in accounts]


def test_the_first_claim_makes_a_superuser_who_is_signed_in(new_services: Services) -> None:
    signed_in = init(new_services)
    identity = new_services.accounts.identify(signed_in.token)
    (entry,) = new_services.audit.page(ListQuery(filter="action = 'account.create'")).items

    assert identity is not None
    assert identity.is_superuser
    assert superusers(new_services) == [EMAIL]
    assert (entry.actor, entry.address, entry.subject) == ("stranger", "192.0.2.1", f"_superusers:{EMAIL}")


def test_a_claim_is_open_once(new_services: Services) -> None:
    token = claim_token(new_services)
    before = new_services.claim.is_open()
    init(new_services)

    assert (before, new_services.claim.is_open()) == (True, False)
    assert new_services.claim.link() == ""
    assert refusal(lambda: init(new_services, token=token, email="second@example.com")) == "already_claimed"
    assert superusers(new_services) == [EMAIL]


def test_a_claim_stays_closed_after_a_restart(new_config: Config) -> None:
    with opened(new_config) as services:
        token = claim_token(services)
        init(services)
    with opened(new_config) as services:
        assert refusal(lambda: init(services, token=token)) == "already_claimed"


def test_a_used_token_is_not_kept(new_services: Services) -> None:
    init(new_services)
    with new_services.databases.data.read() as db:
        assert row(db, "SELECT 1 FROM _params WHERE id = 'claimToken'") is None


@pytest.mark.parametrize("token", ["", "wrong", CANARY, "é", "None"])
def test_a_wrong_token_is_refused(new_services: Services, token: str) -> None:
    assert refusal(lambda: init(new_services, token=token)) == "wrong_token"
    assert new_services.claim.is_open()


@pytest.mark.parametrize(
    ("given", "code"),
    [
        pytest.param({"password": "password123"}, "weak_password", id="well-known"),
        pytest.param({"password": CANARY[:8]}, "weak_password", id="short"),
        pytest.param({"password": "First.1example"}, "weak_password", id="own-address"),
        pytest.param({"email": "first"}, "validation_failed", id="no-address"),
        pytest.param({"email": ""}, "validation_failed", id="empty-address"),
        pytest.param({"password": "x", "token": "wrong"}, "wrong_token", id="the-token-is-looked-at-first"),
        pytest.param({"email": "x", "token": "wrong"}, "wrong_token", id="the-token-before-the-address"),
    ],
)
def test_a_claim_is_refused(new_services: Services, given: dict[str, str], code: str) -> None:
    assert refusal(lambda: init(new_services, **given)) == code
    assert superusers(new_services) == []
    assert init(new_services)


def test_after_the_claim_nothing_else_is_looked_at(services: Services) -> None:
    assert refusal(lambda: init(services, token="wrong", password="x", email="x")) == "already_claimed"


def test_a_superuser_made_otherwise_closes_the_claim(new_services: Services) -> None:
    token = claim_token(new_services)
    new_services.superusers.create(EMAIL, PASSWORD)

    assert not new_services.claim.is_open()
    assert refusal(lambda: init(new_services, token=token)) == "already_claimed"


def test_a_user_does_not_close_the_claim(new_services: Services) -> None:
    new_services.accounts.create(new_services.collections.auth("users"), EMAIL, PASSWORD, SYSTEM)

    assert new_services.claim.is_open()


def test_of_fifty_claims_at_once_one_is_the_first(new_services: Services) -> None:
    token = claim_token(new_services)
    start = threading.Barrier(50)
    answers: list[str] = []

    def claim(number: int) -> None:
        start.wait()
        try:
            init(new_services, token=token, email=f"claim{number}@example.com")
            answers.append("first")
        except AppOSError as error:
            answers.append(error.code)

    threads = [threading.Thread(target=claim, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == ["already_claimed"] * 49 + ["first"]
    assert len(superusers(new_services)) == 1


def test_the_database_takes_no_second_claim_whatever_the_code_thinks(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appos.accounts.table.is_claimed", lambda _db: False)
    superusers_ = services.collections.auth("_superusers")
    refused = refusal(lambda: services.accounts.create(superusers_, EMAIL, PASSWORD, SYSTEM))

    assert refused in ("not_unique", "constraint_failed")
    assert superusers(services) == [SUPERUSER_EMAIL]


def test_the_link_leads_to_this_machine(new_config: Config) -> None:
    with opened(replace(new_config, http_port=9092)) as services:
        link = services.claim.link()

    assert link.startswith("http://127.0.0.1:9092/setup#token=")
    assert len(link.partition("=")[2]) == 43


def test_the_start_shows_the_link_until_it_is_used(
    new_services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    link = new_services.claim.link()
    new_services.claim.prepare()
    shown = [record.__dict__.get("link") for record in caplog.records]
    init(new_services)
    caplog.clear()
    new_services.claim.prepare()

    assert shown == [link]
    assert caplog.records == []


def auto(config: Config, email: str = EMAIL, password: str = PASSWORD) -> Config:
    return replace(config, init_mode=InitMode.AUTO, superuser_email=email, superuser_password=password)


def test_auto_mode_makes_the_superuser_of_the_environment(
    new_config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with opened(auto(new_config)) as services:
        services.claim.prepare()

        assert superusers(services) == [EMAIL]
        assert not services.claim.is_open()
        assert services.accounts.sign_in(services.collections.auth("_superusers"), EMAIL, PASSWORD, "x")
        assert PASSWORD not in caplog.text


def test_auto_mode_never_changes_an_account(new_config: Config) -> None:
    with opened(auto(new_config)) as services:
        services.claim.prepare()
    with opened(auto(new_config, password="Basalt-Heron-43")) as services:
        services.claim.prepare()
        assert services.accounts.sign_in(services.collections.auth("_superusers"), EMAIL, PASSWORD, "x")
    with opened(auto(new_config, email="other@example.com")) as services:
        services.claim.prepare()
        assert superusers(services) == [EMAIL]
    with opened(auto(new_config, email="", password="")) as services:
        services.claim.prepare()


@pytest.mark.parametrize(
    ("email", "password", "words"),
    [
        pytest.param("", "", "needs SUPERUSER_EMAIL and SUPERUSER_PASSWORD", id="both-missing"),
        pytest.param("", PASSWORD, "needs SUPERUSER_EMAIL.", id="address-missing"),
        pytest.param(EMAIL, "", "needs SUPERUSER_PASSWORD.", id="password-missing"),
        pytest.param(EMAIL, "changeme123", "SUPERUSER_PASSWORD cannot be used", id="well-known"),
        pytest.param(EMAIL, CANARY[:8], "at least 10 characters", id="short"),
    ],
)
def test_auto_mode_does_not_start_without_what_it_needs(
    new_config: Config, email: str, password: str, words: str
) -> None:
    with opened(auto(new_config, email, password)) as services:
        with pytest.raises(ConfigError) as caught:
            services.claim.prepare()

        assert words in caught.value.message
        assert superusers(services) == []
        assert CANARY[:8] not in caught.value.message
        assert services.claim.is_open()


def test_auto_mode_starts_if_another_process_was_first(
    new_config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(auto(new_config)) as services:
        init(services)
        monkeypatch.setattr(services.claim, "is_open", lambda: True)
        services.claim.prepare()

        assert superusers(services) == [EMAIL]
