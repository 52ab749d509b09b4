"""Addresses of e-mail."""

import pytest

from appos.records.fields import EmailField
from tests.unit.records.fields.parts import check, code


@pytest.mark.parametrize(
    "text", ["a@b.co", "A.B+c@Example.COM", "ä@ö.de", "a@b.co.", "a@1.de", "a!#$%&'*+/=?^_`{|}~-z@c.de"]
)
def test_an_address_is_taken(text: str) -> None:
    assert check(EmailField(), text) is None


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "a@b",
        "a@@b.de",
        "a..b@c.de",
        ".a@b.de",
        "a b@c.de",
        "a@b.1c",
        "a@b..de",
        "a@b.de\n",
        '"a b"@c.de',
    ],
)
def test_what_is_none_is_refused(text: str) -> None:
    assert code(check(EmailField(), text)) == "validation_is_email"


def test_an_address_may_be_required() -> None:
    assert code(check(EmailField(required=True), "")) == "validation_required"
    assert check(EmailField(), "") is None


def test_domains_are_compared_to_the_letter() -> None:
    field = EmailField(only_domains=("b.de",))

    assert check(field, "a@b.de") is None
    assert code(check(field, "a@B.de")) == "validation_email_domain_not_allowed"


def test_a_long_address_takes_no_long_time() -> None:
    assert code(check(EmailField(), "a" * 50_000 + "@" + "b-" * 50_000)) == "validation_is_email"
