"""The address of the client, behind reverse proxies that are trusted by name and by nobody else's word."""

import ipaddress
from collections.abc import Sequence

from appos.config import Network


def client_address(peer: str, forwarded_for: str, trusted: Sequence[Network]) -> str:
    """Return the address of the client.

    `peer` is the other end of the connection. `forwarded_for` is X-Forwarded-For, in which each proxy appends
    whom it saw: read from the right, its first address that is no trusted proxy is the client. What a client
    wrote there itself stands further left and is never read.
    """
    address = peer
    for hop in reversed([part.strip() for part in forwarded_for.split(",")]):
        if not is_trusted(address, trusted):
            return address
        if not _is_address(hop):
            return address
        address = hop
    return address


def is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    """Whether an address is that of a trusted proxy."""
    if not trusted or not _is_address(address):
        return False
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    return any(parsed in network for network in trusted if network.version == parsed.version)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
