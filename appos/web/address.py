"""The address of the client, behind reverse proxies that are trusted by name and by nobody else's word."""

import ipaddress
from collections.abc import Callable, Sequence
from functools import lru_cache

from appos.config import Network
from appos.records.settings.models import TrustedProxy

# Read of a trusted proxy while the settings name no header.
FORWARDED_FOR = "X-Forwarded-For"


def request_address(
    peer: str, header: Callable[[str], str | None], proxy: TrustedProxy, trusted: Sequence[Network]
) -> str:
    """Return the address of the client.

    `trusted` (the setting TRUSTED_PROXIES) tells whose word is taken at all: of any other `peer`, which is
    the other end of the connection, no header is read. `proxy` tells in which headers a trusted one names the
    client; the first that holds an address counts. Source of the latter: PocketBase 0.36, "trustedProxy".
    """
    if not is_trusted(peer, trusted):
        return peer
    for name in proxy.headers or (FORWARDED_FOR,):
        listed = header(name) or ""
        found = _leftmost(listed) if proxy.use_leftmost_ip else client_address(peer, listed, trusted)
        if found and found != peer:
            return found
    return peer


def client_address(peer: str, forwarded_for: str, trusted: Sequence[Network]) -> str:
    """Return the client that a list of addresses names, to which each proxy appends whom it saw.

    Read from the right, its first address that is no trusted proxy is the client. What a client wrote there
    itself stands further left and is never read.
    """
    address = peer
    for hop in reversed([part.strip() for part in forwarded_for.split(",") if part.strip()]):
        if not is_trusted(address, trusted):
            return address
        if not _is_address(hop):
            return address
        address = hop
    return address


def _leftmost(listed: str) -> str:
    """Return the first address of a list, which a proxy has to have cleaned of what the client wrote."""
    return next((part.strip() for part in listed.split(",") if _is_address(part.strip())), "")


def is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    """Whether an address is that of a trusted proxy."""
    if not trusted or not _is_address(address):
        return False
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    return any(parsed in network for network in trusted if network.version == parsed.version)


@lru_cache(maxsize=1024)
def expanded(address: str) -> str:
    """Return an address as PocketBase shows it: that of IPv6 in full."""
    plain, zone, name = address.partition("%")
    return ipaddress.ip_address(plain).exploded + zone + name if _is_address(address) else address


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
