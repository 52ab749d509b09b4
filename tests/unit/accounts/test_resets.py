"""Setting a password anew."""

from typing import Any

import pytest

from appos.accounts import tokens
from appos.accounts.mail import Mail
from appos.accounts.mails import AccountMails, Letter
from appos.accounts.models import Identity
from appos.accounts.resets import PasswordResets
from appos.audit.models import SHELL, SYSTEM
from appos.errors import AppOSError, NotFoundError
from appos.ledger.run import Run
from appos.records.auth_options import TokenKind
from appos.records.models import Collection
from appos.records.settings.models import Meta, Settings, Smtp
from appos.services import Services
from appos.store.query import ListQuery
from tests.conftest import PASSWORD, SUPERUSER_EMAIL, USER_EMAIL, identity_of
from tests.unit.fakes import Clock, MemoryJournal, run

HERE = "192.0.2.1"
OTHER = "Basalt-Heron-43"
MAILING = Settings(
    meta=Meta(app_name="Ada & Co", app_url="https://apps.example.com/"), smtp=Smtp(enabled=True, host="mail")
)


class FakeMailer:
    def __init__(self) -> None:
        self.sent: list[Mail] = []

    def send(self, mail: Mail, settings: Settings) -> str:
        self.sent.append(mail)
        return f"The mail server {settings.smtp.host} took the mail."


@pytest.fixture
def mailer() -> FakeMailer:
    return FakeMailer()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("appos.accounts.mails.time.monotonic", clock)
    return clock


@pytest.fixture
def mails(services: Services, mailer: FakeMailer) -> AccountMails:
    return AccountMails(services.accounts, services.collections, services.settings, mailer)  # type: ignore[arg-type]


@pytest.fixture
def resets(services: Services, mails: AccountMails) -> PasswordResets:
    services.settings.change(MAILING, SHELL)
    return PasswordResets(services.accounts, mails)


@pytest.fixture
def bob(services: Services) -> Identity:
    return identity_of(services, "users", USER_EMAIL)


def reset_token(who: Identity, **claims: Any) -> str:
    claims = {"email": who.account.email} | claims
    return tokens.sign(who.account, who.collection, TokenKind.PASSWORD_RESET, **claims)


def reset_mail(who: Identity, journal: MemoryJournal | None = None) -> Run:
    """A run of the job that sends the mail."""
    args = {"collection": who.collection.id, "account": who.account.id}
    return run(journal, kind=Letter.PASSWORD_RESET.value, args=args)


def problems(
    resets: PasswordResets, collection: Collection, token: str, password: str = OTHER, again: str = OTHER
) -> dict[str, object]:
    """What is wrong with a confirmation."""
    with pytest.raises(AppOSError) as caught:
        resets.confirm(collection, token, password, again, HERE)
    assert caught.value.code == "validation_failed"
    return {name: problem["code"] for name, problem in caught.value.fields.items()}


def test_a_request_asks_for_a_mail(resets: PasswordResets, bob: Identity) -> None:
    order = resets.request(bob.collection, USER_EMAIL)

    assert order is not None
    assert order.kind == Letter.PASSWORD_RESET.value
    assert order.args == {"collection": "_pb_users_auth_", "account": bob.account.id}


@pytest.mark.parametrize("email", ["nobody@example.com", SUPERUSER_EMAIL, ""])
def test_without_an_account_there_is_no_mail(resets: PasswordResets, bob: Identity, email: str) -> None:
    assert resets.request(bob.collection, email) is None


def test_without_a_mail_server_there_is_no_mail(services: Services, bob: Identity) -> None:
    assert services.resets.request(bob.collection, USER_EMAIL) is None


def test_a_mail_is_sent_once_in_two_minutes(resets: PasswordResets, bob: Identity, clock: Clock) -> None:
    asked = [resets.request(bob.collection, USER_EMAIL) is not None for _ in range(3)]
    clock.sleep(119)
    asked.append(resets.request(bob.collection, USER_EMAIL) is not None)
    clock.sleep(2)
    asked.append(resets.request(bob.collection, USER_EMAIL) is not None)

    assert asked == [True, False, False, False, True]


def test_each_account_waits_for_itself(resets: PasswordResets, services: Services, bob: Identity) -> None:
    resets.request(bob.collection, USER_EMAIL)

    assert resets.request(services.collections.auth("_superusers"), SUPERUSER_EMAIL) is not None


def test_accounts_that_waited_are_forgotten(
    resets: PasswordResets, mails: AccountMails, bob: Identity, clock: Clock
) -> None:
    long_ago = clock.now - 121
    mails._sent = {
        (Letter.PASSWORD_RESET, f"_pb_users_auth_/account{number}"): long_ago for number in range(100)
    }
    resets.request(bob.collection, USER_EMAIL)

    assert list(mails._sent) == [(Letter.PASSWORD_RESET, f"_pb_users_auth_/{bob.account.id}")]


def test_the_mail_has_a_link_that_works(
    resets: PasswordResets, mails: AccountMails, mailer: FakeMailer, bob: Identity
) -> None:
    journal = MemoryJournal()
    mails.send(reset_mail(bob, journal))
    (mail,) = mailer.sent
    token = mail.html.partition("/_/#/auth/confirm-password-reset/")[2].partition('"')[0]

    assert (mail.to, mail.subject) == (USER_EMAIL, "Reset your Ada & Co password")
    assert 'href="https://apps.example.com/_/#/auth/confirm-password-reset/' in mail.html
    assert "Ada &amp; Co team" in mail.html
    assert resets.confirm(bob.collection, token, OTHER, OTHER, HERE).account.id == bob.account.id
    assert [step.message for step in journal.steps] == ["The mail server mail took the mail."]
    assert token not in repr(journal.steps) + repr(journal.lines) + repr(mail)


def test_no_mail_goes_to_an_account_that_is_gone(
    mails: AccountMails, mailer: FakeMailer, services: Services, bob: Identity
) -> None:
    services.accounts.delete(bob, SHELL)
    with pytest.raises(NotFoundError) as caught:
        mails.send(reset_mail(bob))

    assert caught.value.code == "account_gone"
    assert mailer.sent == []


def test_a_confirmation_sets_the_password_once(
    resets: PasswordResets, services: Services, bob: Identity
) -> None:
    session = services.accounts.signed_in(bob).token
    token = reset_token(bob)
    resets.confirm(bob.collection, token, OTHER, OTHER, HERE)
    (entry,) = services.audit.page(ListQuery(filter="action = 'account.update'")).items

    assert services.accounts.sign_in(bob.collection, USER_EMAIL, OTHER, HERE)
    assert services.accounts.identify(session) is None
    assert identity_of(services, "users", USER_EMAIL).account.verified
    assert (entry.actor, entry.address, entry.detail) == (f"users:{USER_EMAIL}", HERE, "password, verified")
    assert problems(resets, bob.collection, token) == {"token": "validation_invalid_token"}


def test_an_expired_token_is_refused(resets: PasswordResets, bob: Identity) -> None:
    assert problems(resets, bob.collection, reset_token(bob, exp=1)) == {"token": "validation_invalid_token"}


def test_a_sessions_token_is_refused(resets: PasswordResets, services: Services, bob: Identity) -> None:
    session = services.accounts.signed_in(bob).token

    assert problems(resets, bob.collection, session) == {"token": "validation_invalid_token"}


def test_a_token_dies_when_the_address_changes(
    resets: PasswordResets, services: Services, bob: Identity
) -> None:
    token = reset_token(bob)
    services.accounts.change(bob, {"email": "robert@example.com"}, SHELL)

    assert problems(resets, bob.collection, token) == {"token": "validation_invalid_token"}


def test_a_token_works_in_its_own_collection(
    resets: PasswordResets, services: Services, bob: Identity
) -> None:
    superusers = services.collections.auth("_superusers")

    assert problems(resets, superusers, reset_token(bob)) == {"token": "validation_token_collection_mismatch"}


@pytest.mark.parametrize(
    ("password", "again", "expected"),
    [
        pytest.param("", "", {"password": "required", "passwordConfirm": "required"}, id="nothing"),
        pytest.param("1234567", "1234567", {"password": "length_out_of_range"}, id="short"),
        pytest.param("x" * 256, "x" * 256, {"password": "length_out_of_range"}, id="long"),
        pytest.param("x" * 72, "x" * 72, {"password": "max_text_constraint"}, id="longer-than-bcrypt"),
        pytest.param(OTHER, PASSWORD, {"passwordConfirm": "values_mismatch"}, id="two-passwords"),
    ],
)
def test_a_wrong_password_is_refused(
    resets: PasswordResets,
    services: Services,
    bob: Identity,
    password: str,
    again: str,
    expected: dict[str, str],
) -> None:
    found = problems(resets, bob.collection, reset_token(bob), password, again)

    assert found == {name: f"validation_{code}" for name, code in expected.items()}
    assert services.accounts.sign_in(bob.collection, USER_EMAIL, PASSWORD, HERE)


@pytest.mark.parametrize(
    ("options", "password", "code"),
    [
        pytest.param({"min": 12}, "elevenchars", "validation_length_out_of_range", id="min"),
        pytest.param({"max": 10}, "elevenchars", "validation_max_text_constraint", id="max"),
        pytest.param({"pattern": "^[a-z]+$"}, "With-Capitals", "validation_invalid_format", id="pattern"),
    ],
)
def test_a_collections_own_limits_hold(
    resets: PasswordResets,
    services: Services,
    bob: Identity,
    options: dict[str, object],
    password: str,
    code: str,
) -> None:
    fields = [{"name": "password", "type": "password", **options}]
    collection = services.collections.update(bob.collection, {"fields": fields}, SYSTEM)
    token = reset_token(identity_of(services, "users", USER_EMAIL))

    assert problems(resets, collection, token, password, password) == {"password": code}
    assert services.accounts.sign_in(collection, USER_EMAIL, PASSWORD, HERE)


def test_a_missing_token_is_named_with_the_rest(resets: PasswordResets, bob: Identity) -> None:
    assert problems(resets, bob.collection, "", "", "") == dict.fromkeys(
        ("token", "password", "passwordConfirm"), "validation_required"
    )


def test_no_refusal_repeats_a_secret(resets: PasswordResets, bob: Identity) -> None:
    token = reset_token(bob, exp=1)
    with pytest.raises(AppOSError) as caught:
        resets.confirm(bob.collection, token, OTHER, PASSWORD, HERE)

    text = f"{caught.value!r}{caught.value.fields}"
    assert [secret for secret in (token, OTHER, PASSWORD) if secret in text] == []


def test_a_template_may_be_any(
    services: Services, mails: AccountMails, mailer: FakeMailer, bob: Identity
) -> None:
    raw = {"resetPasswordTemplate": {"subject": "{APP_NAME}", "body": "{TOKEN}"}}
    collection = services.collections.update(bob.collection, raw, SYSTEM)
    mails.send(reset_mail(bob))

    assert mailer.sent[0].subject == "AppOS"
    token = mailer.sent[0].html.partition("<body>\n")[2].partition("\n</body>")[0]
    assert tokens.is_valid(token, bob.account, collection, TokenKind.PASSWORD_RESET)
