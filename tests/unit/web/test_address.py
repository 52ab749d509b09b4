"""The address of the client."""

import ipaddress

import pytest

from appos.web.address import client_address, is_trusted

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
