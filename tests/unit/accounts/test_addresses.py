"""Changing an e-mail address by a link in a mail to the new one."""

from typing import Any

import pytest

from appos.accounts import tokens
from appos.accounts.addresses import Addresses
from appos.accounts.mail import Mail, MailError
from appos.accounts.mails import AccountMails
from appos.accounts.models import Identity
from appos.audit.models import SYSTEM
from appos.errors import InvalidError
from appos.records.auth_options import TokenKind
from appos.records.settings.models import Settings, Smtp
from appos.services import Services
from tests.conftest import PASSWORD, USER_EMAIL, identity_of

HERE = "192.0.2.1"
NEW_EMAIL = "robert@example.com"


class FakeMailer:
    """Takes mails, or refuses them."""

    def __init__(self) -> None:
        self.sent: list[Mail] = []
        self.is_broken = False

    def send(self, mail: Mail, settings: Settings) -> str:
        if self.is_broken:
            raise MailError("The mail server did not take the mail.")
        self.sent.append(mail)
        return "The mail server took the mail."


@pytest.fixture
def mailer() -> FakeMailer:
    return FakeMailer()


@pytest.fixture
def addresses(services: Services, mailer: FakeMailer) -> Addresses:
    services.settings.change(Settings(smtp=Smtp(enabled=True, host="mail")), SYSTEM)
    mails = AccountMails(services.accounts, services.collections, services.settings, mailer)  # type: ignore[arg-type]
    return Addresses(services.accounts, mails)


@pytest.fixture
def bob(services: Services) -> Identity:
    return identity_of(services, "users", USER_EMAIL)


def change_token(who: Identity, new_email: str = NEW_EMAIL) -> str:
    claims: dict[str, Any] = {"email": who.account.email, "newEmail": new_email}
    return tokens.sign(who.account, who.collection, TokenKind.EMAIL_CHANGE, **claims)


def test_a_change_sends_its_mail_at_once(addresses: Addresses, mailer: FakeMailer, bob: Identity) -> None:
    addresses.request_change(bob, NEW_EMAIL)
    addresses.request_change(bob, NEW_EMAIL)

    assert [mail.to for mail in mailer.sent] == [NEW_EMAIL] * 2


def test_a_mail_that_cannot_be_sent_is_said(
    addresses: Addresses, services: Services, mailer: FakeMailer, bob: Identity
) -> None:
    mailer.is_broken = True
    with pytest.raises(InvalidError, match="Failed to request email change") as broken:
        addresses.request_change(bob, NEW_EMAIL)
    services.settings.change(Settings(smtp=Smtp(enabled=False)), SYSTEM)
    with pytest.raises(InvalidError, match="Failed to request email change") as off:
        addresses.request_change(bob, NEW_EMAIL)

    assert (broken.value.code, off.value.code) == ("mail_failed", "mail_off")


def test_a_confirmation_changes_the_address(addresses: Addresses, services: Services, bob: Identity) -> None:
    addresses.confirm_change(bob.collection, change_token(bob), PASSWORD, HERE)

    assert services.accounts.find_by_email(bob.collection, USER_EMAIL) is None
    assert identity_of(services, "users", NEW_EMAIL).account.verified


def test_an_address_that_the_collection_refuses_is_not_confirmed(
    addresses: Addresses, services: Services, bob: Identity
) -> None:
    fields = [{"name": "email", "type": "email", "onlyDomains": ["example.com"]}]
    collection = services.collections.update(bob.collection, {"fields": fields}, SYSTEM)
    bob = identity_of(services, "users", USER_EMAIL)
    with pytest.raises(InvalidError, match="Failed to confirm email change") as caught:
        addresses.confirm_change(collection, change_token(bob, "bob@example.org"), PASSWORD, HERE)

    assert caught.value.fields["email"]["code"] == "validation_email_domain_not_allowed"
    assert services.accounts.find_by_email(collection, USER_EMAIL)
