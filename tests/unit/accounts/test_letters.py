"""Mails of their templates."""

import pytest

from appos.accounts import letters
from appos.accounts.mail import Mail
from appos.records.auth_options import MailTemplate
from appos.records.models import Record
from appos.records.settings.models import Meta, Settings
from appos.services import Services

SETTINGS = Settings(meta=Meta(app_name="Ada & Co", app_url="https://apps.example.com/"))


@pytest.fixture
def bob(services: Services) -> Record:
    record = Record.empty(services.collections.auth("users"))
    record.values |= {"name": "<b>Bob</b>", "email": "bob@example.com", "tokenKey": "a-key", "verified": True}
    return record


def written(record: Record, subject: str, body: str = "", **more: str) -> Mail:
    return letters.write(MailTemplate(subject=subject, body=body), "to@example.com", record, SETTINGS, more)


def test_a_mail_goes_to_whom_it_is_written(bob: Record) -> None:
    assert written(bob, "Hello").to == "to@example.com"


@pytest.mark.parametrize(
    ("text", "subject", "body"),
    [
        ("{APP_NAME}", "Ada & Co", "Ada &amp; Co"),
        ("{APP_URL}/_/", "https://apps.example.com/_/", "https://apps.example.com/_/"),
        ("{TOKEN}", "a-token", "a-token"),
        ("{RECORD:name}", "<b>Bob</b>", "&lt;b&gt;Bob&lt;/b&gt;"),
        ("{RECORD:email}", "bob@example.com", "bob@example.com"),
        ("{RECORD:verified}", "true", "true"),
        ("{RECORD:nothing} {NOTHING}", "{RECORD:nothing} {NOTHING}", "{RECORD:nothing} {NOTHING}"),
    ],
)
def test_placeholders_have_values(bob: Record, text: str, subject: str, body: str) -> None:
    mail = written(bob, text, f"<p>{text}</p>", TOKEN="a-token")

    assert mail.subject == subject
    assert f"<body>\n<p>{body}</p>\n</body>" in mail.html


@pytest.mark.parametrize("name", ["tokenKey", "password"])
def test_hidden_fields_cannot_be_named(bob: Record, name: str) -> None:
    assert written(bob, f"{{RECORD:{name}}}").subject == f"{{RECORD:{name}}}"


def test_a_value_is_no_placeholder(bob: Record) -> None:
    bob.values["name"] = "{TOKEN}"

    assert written(bob, "{RECORD:name}", "{RECORD:name}", TOKEN="a-token").subject == "{TOKEN}"


def test_a_subject_is_one_line(bob: Record) -> None:
    bob.values["name"] = "Bob\r\nBcc: eve@example.com"

    assert written(bob, "Hello {RECORD:name}").subject == "Hello Bob Bcc: eve@example.com"
