"""Mails that show whether mail works."""

import re

import jwt
import pytest

from appos.accounts.mail import Mail, MailError
from appos.accounts.samples import SampleMails
from appos.audit.models import SYSTEM
from appos.errors import InvalidError
from appos.records.auth_options import TokenKind
from appos.records.settings.models import Meta, Settings, Smtp
from appos.services import Services

MAILING = Settings(meta=Meta(app_name="Home"), smtp=Smtp(enabled=True, host="mail"))
TO = "to@example.com"


class FakeMailer:
    def __init__(self) -> None:
        self.sent: list[Mail] = []
        self.error: MailError | None = None

    def send(self, mail: Mail, settings: Settings) -> str:
        if self.error is not None:
            raise self.error
        self.sent.append(mail)
        return f"The mail server {settings.smtp.host} took the mail."


@pytest.fixture
def mailer() -> FakeMailer:
    return FakeMailer()


@pytest.fixture
def samples(services: Services, mailer: FakeMailer) -> SampleMails:
    services.settings.change(MAILING, SYSTEM)
    return SampleMails(services.collections, services.settings, mailer)  # type: ignore[arg-type]


@pytest.mark.parametrize("collection", ["users", "_pb_users_auth_", "USERS", "_superusers", ""])
@pytest.mark.parametrize(
    ("template", "subject"),
    [
        ("verification", "Verify your Home email"),
        ("password-reset", "Reset your Home password"),
        ("email-change", "Confirm your Home new email address"),
        ("otp", "OTP for Home"),
        ("login-alert", "Login from a new location"),
    ],
)
def test_each_template_is_sent(
    samples: SampleMails, mailer: FakeMailer, collection: str, template: str, subject: str
) -> None:
    samples.send(TO, template, collection)
    (mail,) = mailer.sent

    assert (mail.to, mail.subject) == (TO, subject)
    assert not re.search(r"\{[A-Z]", mail.html)


def token_in(mail: Mail) -> str:
    found = re.search(r"eyJ[\w-]+\.[\w-]+\.[\w-]+", mail.html)
    assert found
    return found[0]


@pytest.mark.parametrize(
    ("template", "kind"),
    [("verification", "verification"), ("password-reset", "passwordReset"), ("email-change", "emailChange")],
)
def test_a_link_looks_like_one_and_proves_nothing(
    samples: SampleMails, mailer: FakeMailer, services: Services, template: str, kind: str
) -> None:
    samples.send(TO, template, "users")
    token = token_in(mailer.sent[0])
    claims = jwt.decode(token, options={"verify_signature": False})

    assert (claims["type"], claims["id"], claims["email"]) == (kind, "__pb_test_id__", TO)
    assert claims.get("newEmail") == (TO if template == "email-change" else None)
    assert services.accounts.proven(token, TokenKind(kind)) is None


def test_what_a_code_and_an_alert_look_like(samples: SampleMails, mailer: FakeMailer) -> None:
    samples.send(TO, "otp", "users")
    samples.send(TO, "login-alert", "users")

    assert "123456" in mailer.sent[0].html
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}Z - TEST_IP TEST_USER_AGENT", mailer.sent[1].html)


def refusal(
    samples: SampleMails, email: str = TO, template: str = "otp", collection: str = "users"
) -> InvalidError:
    with pytest.raises(InvalidError) as caught:
        samples.send(email, template, collection)
    return caught.value


@pytest.mark.parametrize(
    ("order", "codes"),
    [
        ({"email": "", "template": ""}, {"email": "validation_required", "template": "validation_required"}),
        ({"email": "nobody"}, {"email": "validation_is_email"}),
        ({"email": "a" * 250 + "@b.cde"}, {"email": "validation_length_out_of_range"}),
        ({"template": "nothing"}, {"template": "validation_in_invalid"}),
        ({"collection": "nothing"}, {"collection": "validation_invalid_auth_collection"}),
        ({"collection": "_mfas"}, {"collection": "validation_invalid_auth_collection"}),
        ({"collection": "x" * 256}, {"collection": "validation_length_out_of_range"}),
    ],
)
def test_what_is_wrong_with_an_order_is_told(
    samples: SampleMails, mailer: FakeMailer, order: dict[str, str], codes: dict[str, str]
) -> None:
    error = refusal(samples, **order)

    assert error.message == "Failed to send the test email."
    assert {name: problem["code"] for name, problem in error.fields.items()} == codes
    assert mailer.sent == []


def test_what_the_mail_server_says_is_told(samples: SampleMails, mailer: FakeMailer) -> None:
    mailer.error = MailError("The mail server mail:587 did not take the mail: Connection refused.")
    error = refusal(samples)

    assert (error.code, error.message) == (
        "mail_failed",
        "Failed to send the test email. Raw error: \n"
        "The mail server mail:587 did not take the mail: Connection refused.",
    )


def test_without_a_mail_server_nothing_is_sent(
    samples: SampleMails, mailer: FakeMailer, services: Services
) -> None:
    services.settings.change(Settings(), SYSTEM)
    error = refusal(samples)

    assert (error.code, mailer.sent) == ("mail_off", [])
    assert error.message == "Failed to send the test email. Raw error: \nNo mail server is enabled."
