"""Addresses of the web."""

import pytest

from appos.records.fields import URLField
from appos.records.fields.url import split_url
from tests.unit.records.fields.parts import check, code


@pytest.mark.parametrize(
    "text",
    [
        *(
            "http://a.com",
            "https://a.com:80/x?y#z",
            "ftp://a.b",
            "wss://a.com",
            "a.com",
            "www.a.com",
            "a.com:80",
        ),
        *(
            "http://localhost:8080/x",
            "http://1.2.3.4",
            "http://[::1]:80/x",
            "http://user:pass@a.com",
            "a.b:c@d.e",
            "mailto:a@b.de",
        ),
        *("http://日本.jp", "http://a.com/é", "http://a.com?x=%zz", "http://a_b.com"),
    ],
)
def test_an_address_is_taken(text: str) -> None:
    assert check(URLField(), text) is None


@pytest.mark.parametrize(
    "text",
    [
        *(
            "abc",
            "a",
            "a.b",
            ".a.com",
            "http://",
            "http:///a",
            "http://a b.com",
            "file:///etc",
        ),
        *(
            "javascript:alert(1)",
            "http://a.com/%zz",
            "http://a.com#%zz",
            "http://a.com:80a",
            "http://[zz]",
            "/a.com",
        ),
        *(
            "HTTP://A.COM",
            "http://a.com\n",
            "http://.a.com",
            "http://a.com/" + "x" * 2071,
            "http://[fe80::1%eth0]",
        ),
    ],
)
def test_what_is_none_is_refused(text: str) -> None:
    assert code(check(URLField(), text)) == "validation_invalid_url"


def test_an_address_may_be_required() -> None:
    assert code(check(URLField(required=True), "")) == "validation_required"
    assert check(URLField(), "") is None


def test_hosts_are_compared_with_their_ports() -> None:
    field = URLField(only_domains=("a.com",))

    assert check(field, "http://a.com/x") is None
    assert code(check(field, "http://a.com:80/x")) == "validation_url_domain_not_allowed"
    assert code(check(field, "a.com")) == "validation_url_domain_not_allowed"


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("http://u:p@a.com:80/x?y#z", ("a.com:80", "/x")),
        ("//a.com", ("a.com", "")),
        ("///a", ("", "///a")),
        ("a.com/x", ("", "a.com/x")),
        ("mailto:a@b", ("", "")),
        ("http:", ("", "")),
    ],
)
def test_an_address_is_split(url: str, parts: tuple[str, str]) -> None:
    assert split_url(url) == parts


@pytest.mark.parametrize(
    "url", [":a", "1a:b", "http://a\x01", "http://us^er@a", "http://a%41", "http://a:b", "/%z", "#%z"]
)
def test_what_go_cannot_split_is_none(url: str) -> None:
    assert split_url(url) is None
