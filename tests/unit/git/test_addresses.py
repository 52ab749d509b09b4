"""URLs of repositories: understood as Git understands them, or refused with a reason."""

import pytest

from appos.errors import InvalidError
from appos.git.models import Access, Address, parse_address


@pytest.mark.parametrize(
    ("url", "address"),
    [
        (
            "https://git.example.com/shop.git",
            Address(scheme="https", host="git.example.com", port=443, path="/shop.git"),
        ),
        (
            " http://10.0.0.5:3000/team/shop ",
            Address(scheme="http", host="10.0.0.5", port=3000, path="/team/shop"),
        ),
        ("https://[fd00::5]/shop", Address(scheme="https", host="fd00::5", port=443, path="/shop")),
        (
            "git@example.com:team/shop.git",
            Address(scheme="ssh", host="example.com", port=22, path="team/shop.git", user="git"),
        ),
        (
            "example.com:shop.git",
            Address(scheme="ssh", host="example.com", port=22, path="shop.git", user="git"),
        ),
        (
            "ssh://deploy@example.com:2222/srv/shop.git",
            Address(scheme="ssh", host="example.com", port=2222, path="/srv/shop.git", user="deploy"),
        ),
    ],
)
def test_what_is_understood(url: str, address: Address) -> None:
    assert parse_address(url) == address


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "neither"),
        ("/srv/shop.git", "neither"),
        ("./shop.git", "neither"),
        ("file:///srv/shop.git", "'file'"),
        ("git://example.com/shop.git", "'git'"),
        ("ext::sh -c id", "neither"),
        ("https://", "host"),
        ("https:///shop", "host"),
        ("https://example.com", "path"),
        ("https://example.com/", "path"),
        ("https://example.com:99999/shop", "range"),
        ("https://ada@example.com/shop", "user or a password"),
        ("https://ada:secret@example.com/shop", "user or a password"),
        ("ssh://ada:secret@example.com/shop", "user or a password"),
        ("https://example.com/shop?x=1", "query"),
        ("https://example.com/shop#main", "query"),
        ("ssh://-oProxyCommand=id/shop", "host"),
        ("-oProxyCommand=id:shop", "host"),
        ("-l@example.com:shop", "user"),
        ("ssh://exa mple.com/shop", "host"),
        ("https://example.com/sh\x01op", "path"),
    ],
)
def test_what_is_refused(url: str, why: str) -> None:
    with pytest.raises(InvalidError) as refused:
        parse_address(url)
    assert refused.value.code == "git_url_invalid"
    assert why in refused.value.message
    assert "secret" not in refused.value.message


def test_an_origin_is_a_url_again() -> None:
    assert parse_address("https://example.com:443/a").origin == "https://example.com/"
    assert parse_address("http://[fd00::5]:3000/a").origin == "http://[fd00::5]:3000/"


def test_secrets_are_not_shown() -> None:
    assert "hidden" not in repr(Access(username="ada", password="hidden-1", private_key="hidden-2"))
