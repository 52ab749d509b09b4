"""Which servers may be asked: each address is looked at before it is connected to, also after a redirect.

A name is resolved once and the connection goes to an address that was looked at, so that a name whose address
changes in between leads nowhere else.
"""

import ipaddress
import socket

from appos.errors import ForbiddenError, RemoteError

CONNECT_SECONDS = 10.0

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
# Where clouds tell a machine its secrets; the usual address of these is link-local.
# Source: Amazon EC2 and Alibaba Cloud, "instance metadata".
_METADATA = frozenset({ipaddress.ip_address("fd00:ec2::254"), ipaddress.ip_address("100.100.100.200")})
# Source: RFC 6052, section 2.1.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Gate:
    """Lets connections out, but for those to the machine itself and to its link.

    `is_open` lets these out, too.
    """

    def __init__(self, *, is_open: bool = False) -> None:
        self.is_open = is_open

    def addresses(self, host: str, port: int) -> list[str]:
        """Return the addresses of a host, all of which may be connected to.

        Raises:
            RemoteError: `git_unreachable`: it has none.
            ForbiddenError: `git_address_refused`.
        """
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise RemoteError(f"The host {host!r} is not found.", code="git_unreachable") from error
        addresses = list(dict.fromkeys(str(it[4][0]) for it in found))
        if not self.is_open:
            for address in addresses:
                _refuse(host, address)
        return addresses

    def connect(self, host: str, port: int, seconds: float = CONNECT_SECONDS) -> socket.socket:
        """Return a connection to a host.

        Raises:
            RemoteError: `git_unreachable`.
            ForbiddenError: `git_address_refused`.
        """
        why: OSError | None = None
        for address in self.addresses(host, port):
            try:
                return socket.create_connection((address, port), timeout=seconds)
            except OSError as error:
                why = error
        message = f"{host} does not answer at port {port}: {why}."
        raise RemoteError(message, code="git_unreachable") from why


def is_refused(address: IPAddress) -> bool:
    """Whether an address is of the machine itself, of its link, or of no single machine."""
    inner = _inner(address)
    if inner is not None:
        return is_refused(inner)
    is_near = address.is_loopback or address.is_link_local or address in _METADATA
    return is_near or address.is_unspecified or address.is_multicast or _is_broadcast(address)


def _inner(address: IPAddress) -> IPAddress | None:
    """Return the IPv4 address that an IPv6 address leads to, if it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def _is_broadcast(address: IPAddress) -> bool:
    # The whole of 0.0.0.0/8 leads to the machine itself on Linux.
    return address.version == 4 and (address.packed[0] == 0 or address.packed == b"\xff\xff\xff\xff")


def _refuse(host: str, address: str) -> None:
    if not is_refused(ipaddress.ip_address(address.partition("%")[0])):
        return
    message = (
        f"{host} is {address}, an address of this machine or its link. Repositories are read from there only "
        "where GIT_LOCAL=on."
    )
    raise ForbiddenError(message, code="git_address_refused")
