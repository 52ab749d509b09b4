"""The address of the client."""

import ipaddress
from typing import Any

import pytest

from appos.records.settings.models import TrustedProxy
from appos.web.address import client_address, expanded, is_trusted, request_address

PROXIES = tuple(ipaddress.ip_network(network) for network in ("10.0.0.0/8", "192.0.2.7/32", "fd00::/8"))


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "address"),
    [
        pytest.param("203.0.113.5", "", "203.0.113.5", id="no-proxy"),
        pytest.param("203.0.113.5", "198.51.100.1", "203.0.113.5", id="a-client-that-says-so"),
        pytest.param("203.0.113.5", "10.0.0.1, 10.0.0.2", "203.0.113.5", id="a-client-that-plays-proxy"),
        pytest.param("10.0.0.1", "203.0.113.5", "203.0.113.5", id="one-proxy"),
        pytest.param("192.0.2.7", "203.0.113.5", "203.0.113.5", id="one-proxy-by-address"),
        pytest.param("192.0.2.8", "203.0.113.5", "192.0.2.8", id="its-neighbour"),
        pytest.param("10.0.0.1", "203.0.113.5, 10.0.0.2", "203.0.113.5", id="two-proxies"),
        pytest.param("10.0.0.1", "198.51.100.1, 203.0.113.5", "203.0.113.5", id="a-client-that-lies"),
        pytest.param(
            "10.0.0.1", "198.51.100.1, 10.0.0.9, 203.0.113.5", "203.0.113.5", id="a-client-that-lies-twice"
        ),
        pytest.param("10.0.0.1", "", "10.0.0.1", id="a-proxy-itself"),
        pytest.param("10.0.0.1", "10.0.0.2", "10.0.0.2", id="a-proxys-own-request"),
        pytest.param("10.0.0.1", "unknown", "10.0.0.1", id="no-address"),
        pytest.param("10.0.0.1", "203.0.113.5, <script>", "10.0.0.1", id="no-address-at-the-right"),
        pytest.param("10.0.0.1", "x, 203.0.113.5", "203.0.113.5", id="no-address-further-left"),
        pytest.param("10.0.0.1", ",,", "10.0.0.1", id="commas"),
        pytest.param("10.0.0.1", "203.0.113.5,,", "203.0.113.5", id="commas-at-the-right"),
        pytest.param("10.0.0.1", "  203.0.113.5  ", "203.0.113.5", id="spaces"),
        pytest.param("fd00::1", "2001:db8::5", "2001:db8::5", id="ipv6"),
        pytest.param("::ffff:10.0.0.1", "203.0.113.5", "203.0.113.5", id="ipv4-in-ipv6"),
        pytest.param("", "203.0.113.5", "", id="no-peer"),
    ],
)
def test_the_client_is_who_the_nearest_stranger_is(peer: str, forwarded_for: str, address: str) -> None:
    assert client_address(peer, forwarded_for, PROXIES) == address


def test_without_proxies_nobody_is_believed() -> None:
    assert client_address("127.0.0.1", "203.0.113.5", ()) == "127.0.0.1"
    assert not is_trusted("127.0.0.1", ())


def test_a_long_chain_of_proxies_is_followed() -> None:
    chain = ", ".join(["203.0.113.5", *(f"10.0.0.{number}" for number in range(1, 200))])

    assert client_address("10.1.1.1", chain, PROXIES) == "203.0.113.5"


@pytest.mark.parametrize(
    ("proxy", "headers", "address"),
    [
        pytest.param({}, {"X-Forwarded-For": "203.0.113.5"}, "203.0.113.5", id="by-default"),
        pytest.param({}, {"X-Real-IP": "203.0.113.5"}, "10.0.0.1", id="no-other-by-default"),
        pytest.param({"headers": ("X-Real-IP",)}, {"X-Real-IP": "203.0.113.5"}, "203.0.113.5", id="by-name"),
        pytest.param(
            {"headers": ("X-Real-IP",)}, {"X-Forwarded-For": "203.0.113.5"}, "10.0.0.1", id="no-other-then"
        ),
        pytest.param(
            {"headers": ("CF-Connecting-IP", "X-Forwarded-For")},
            {"X-Forwarded-For": "203.0.113.5"},
            "203.0.113.5",
            id="the-second",
        ),
        pytest.param(
            {"headers": ("X-Real-IP", "X-Forwarded-For")},
            {"X-Real-IP": "203.0.113.6", "X-Forwarded-For": "203.0.113.5"},
            "203.0.113.6",
            id="the-first-first",
        ),
        pytest.param(
            {"headers": ("X-Real-IP", "X-Forwarded-For")},
            {"X-Real-IP": "nonsense", "X-Forwarded-For": "203.0.113.5"},
            "203.0.113.5",
            id="the-first-that-holds-one",
        ),
        pytest.param(
            {"headers": ("X-Forwarded-For",)},
            {"X-Forwarded-For": "198.51.100.1, 203.0.113.5"},
            "203.0.113.5",
            id="the-rightmost",
        ),
        pytest.param(
            {"headers": ("X-Forwarded-For",)},
            {"X-Forwarded-For": "203.0.113.5, 10.0.0.2"},
            "203.0.113.5",
            id="past-trusted-proxies",
        ),
        pytest.param(
            {"headers": ("X-Forwarded-For",)},
            {"X-Forwarded-For": "198.51.100.1, unknown"},
            "10.0.0.1",
            id="no-address-at-the-right",
        ),
        pytest.param(
            {"headers": ("X-Forwarded-For",), "use_leftmost_ip": True},
            {"X-Forwarded-For": "unknown, 198.51.100.1, 203.0.113.5"},
            "198.51.100.1",
            id="the-leftmost",
        ),
        pytest.param({"headers": ("", "x y")}, {}, "10.0.0.1", id="no-headers"),
    ],
)
def test_a_trusted_proxy_names_the_client_in_the_headers_of_the_settings(
    proxy: dict[str, Any], headers: dict[str, str], address: str
) -> None:
    assert request_address("10.0.0.1", headers.get, TrustedProxy(**proxy), PROXIES) == address


@pytest.mark.parametrize("is_leftmost", [True, False])
@pytest.mark.parametrize("trusted", [PROXIES, ()])
def test_of_anybody_else_no_header_is_read(trusted: Any, is_leftmost: bool) -> None:
    proxy = TrustedProxy(headers=("X-Real-IP", "X-Forwarded-For"), use_leftmost_ip=is_leftmost)

    assert request_address("203.0.113.9", lambda _name: "198.51.100.1", proxy, trusted) == "203.0.113.9"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("203.0.113.5", "203.0.113.5"),
        ("2001:db8::1", "2001:0db8:0000:0000:0000:0000:0000:0001"),
        ("::ffff:1.2.3.4", "0000:0000:0000:0000:0000:ffff:0102:0304"),
        ("fe80::1%eth0", "fe80:0000:0000:0000:0000:0000:0000:0001%eth0"),
        ("", ""),
    ],
)
def test_an_address_is_shown_in_full(address: str, shown: str) -> None:
    assert expanded(address) == shown
