"""Lists of domains."""

import pytest

from appos.records.fields import EmailField
from tests.unit.records.fields.parts import codes, problems


@pytest.mark.parametrize("domain", ["a.com", "A.Co.UK", "xn--e9.com", "1.de", "", "b" * 63 + ".de"])
def test_a_domain_is_taken(domain: str) -> None:
    assert problems(EmailField(name="f", only_domains=(domain,))) == {}


@pytest.mark.parametrize(
    "domain", ["a", "a b", "é.com", "-a.com", "a-.com", "a_b.com", "1.2.3.4", "a.com.", "*.a.de"]
)
def test_what_is_none_is_refused_where_it_stands(domain: str) -> None:
    assert problems(EmailField(name="f", except_domains=("a.de", domain))) == {
        "exceptDomains": {"1": {"code": "validation_is_domain", "message": "Must be a valid domain."}}
    }


def test_there_is_one_list_alone() -> None:
    assert codes(problems(EmailField(name="f", only_domains=("a.de",), except_domains=("b.de",)))) == {
        "exceptDomains": "validation_empty",
        "onlyDomains": "validation_empty",
    }
    assert problems(EmailField(name="f", only_domains=(), except_domains=("b.de",))) == {}


def test_domains_are_allowed_or_not() -> None:
    assert EmailField().is_allowed("a.de")
    assert EmailField(only_domains=("a.de",)).is_allowed("a.de")
    assert not EmailField(only_domains=("a.de",)).is_allowed("b.de")
    assert not EmailField(except_domains=("a.de",)).is_allowed("a.de")
