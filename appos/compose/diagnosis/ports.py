"""Ports: those that cannot be read, and host ports that two services want.

Source: Compose Specification, "ports", and Docker's reading of a port specification.
"""

import ipaddress
import re

import msgspec

from appos.compose.diagnosis.about import as_written
from appos.compose.diagnosis.subject import Subject, value
from appos.compose.diagnosis.words import without_value
from appos.compose.nodes import MapNode, Node, ScalarNode, items, text

HIGHEST = 65535
# A range that is longer is no port of an app.
LONGEST_RANGE = 2000
_PROTOCOLS = ("tcp", "udp", "sctp")
_RANGE = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?")
_EXAMPLE = "`\"8080:80\"`, which is the host's port and the container's"


class BadPortError(Exception):
    """A port that cannot be read; its text says why."""


class Published(msgspec.Struct, frozen=True):
    """Ports of the host that lead to as many of a container; `ip` is "" for all addresses."""

    ip: str
    first: int
    last: int
    protocol: str

    def meets(self, other: "Published") -> bool:
        """Tell whether both want a port that only one can have."""
        is_same_address = self.ip == other.ip or "" in (self.ip, other.ip)
        is_same_port = self.first <= other.last and other.first <= self.last
        return is_same_address and is_same_port and self.protocol == other.protocol


class Mapped(msgspec.Struct, frozen=True):
    """What an entry of `ports` means: how many entries of the model it makes, and what it publishes."""

    count: int
    published: Published | None


def short(spec: str) -> Mapped:
    """Read the short form, `[[ADDRESS:]HOST:]CONTAINER[/PROTOCOL]`.

    Raises:
        BadPortError: Compose cannot read it.
    """
    rest, _, protocol = spec.partition("/")
    protocol = protocol.lower() or "tcp"
    if protocol not in _PROTOCOLS:
        raise BadPortError("the protocol after the `/` is none of `tcp`, `udp` and `sctp`")
    *front, container = rest.split(":")
    host = front.pop() if front else ""
    ip = ":".join(front)
    if ip:
        _check_address(ip.removeprefix("[").removesuffix("]"))
    if not container:
        raise BadPortError("the port of the container is missing")
    first, last = _range(container, "container")
    if first == 0:
        raise BadPortError("the port of the container cannot be 0")
    if not host:
        return Mapped(last - first + 1, None)
    host_first, host_last = _range(host, "host")
    if first != last and last - first != host_last - host_first:
        raise BadPortError("the two ranges are not equally long")
    if first == last and host_first != host_last:
        return Mapped(1, None)
    published = Published(_plain_ip(ip), host_first, host_last, protocol) if host_first else None
    return Mapped(last - first + 1, published)


def _check_address(ip: str) -> None:
    try:
        ipaddress.ip_address(ip)
    except ValueError as error:
        raise BadPortError("what stands before the ports is no IP address") from error


def _plain_ip(ip: str) -> str:
    """Return an address, "" for those that mean all."""
    return "" if ip in ("0.0.0.0", "[::]", "::") else ip  # noqa: S104 (it is read, not bound)


def _range(text_: str, whose: str) -> tuple[int, int]:
    match = _RANGE.fullmatch(text_)
    if match is None:
        raise BadPortError(f"the port of the {whose} is no number")
    first = int(match[1])
    last = int(match[2] or first)
    if max(first, last) > HIGHEST:
        raise BadPortError(f"the port of the {whose} is larger than {HIGHEST}")
    if first > last:
        raise BadPortError(f"the range of the {whose}'s ports is the wrong way round")
    return first, last


def check_ports(subject: Subject) -> None:
    """Look at the ports of all services."""
    known: list[tuple[Published, str]] = []
    for name, service in subject.services.items():
        for number, item in enumerate(items(service.entries.get("ports"))):
            published = _published(subject, name, number, item)
            if published is not None and subject.is_active(service):
                _check_free(subject, name, number, published, known)
                known.append((published, name))


def _published(subject: Subject, service: str, number: int, item: Node) -> Published | None:
    """Look at one entry, and return what it publishes."""
    if isinstance(item, MapNode):
        return _long(subject, service, number, item)
    if not isinstance(item, ScalarNode) or isinstance(item.value, bool) or item.value is None:
        return None
    try:
        return short(str(item.value)).published
    except BadPortError as error:
        unset = without_value(item.text, subject.variables)
        subject.error(
            "port_invalid",
            f"{as_written(item)} cannot be read as a port: {error}"
            + (f", for {unset} has no value." if unset else "."),
            f"Give {unset} a value in the file `.env`." if unset else f"Write it like {_EXAMPLE}.",
            *("services", service, "ports", number),
        )
    return None


def _long(subject: Subject, service: str, number: int, item: MapNode) -> Published | None:
    path = ("services", service, "ports", number)
    # An item with one other key is an item in short form, with a space after its `:`.
    if len(item.entries) == 1 and not {"target", "published"} & item.entries.keys():
        return None
    target = value(item, "target")
    if not target or target == "0":
        subject.error(
            "port_invalid",
            "The entry names no port of the container.",
            "Add `target:` with the port that the container listens on.",
            *path,
        )
    host_ip = text(item.entries.get("host_ip")) or ""
    protocol = str(value(item, "protocol") or "tcp")
    try:
        if host_ip:
            _check_address(host_ip)
    except BadPortError:
        subject.error(
            "port_invalid", "`host_ip` is no IP address.", "Write one, such as `127.0.0.1`.", *path, "host_ip"
        )
    if protocol not in _PROTOCOLS:
        subject.warning(
            "port_protocol_unknown",
            "The protocol is none that the engine knows.",
            "Write `tcp`, `udp` or `sctp`.",
            *(*path, "protocol"),
        )
    published = str(value(item, "published") or "")
    if not published:
        return None
    try:
        first, last = _range(published, "host")
    except BadPortError as error:
        message = f"`published` cannot be used: {error}."
        subject.warning("port_invalid", message, "Write a number, such as `8080`.", *path, "published")
        return None
    return Published(_plain_ip(host_ip), first, last, protocol) if first == last and first else None


def _check_free(
    subject: Subject,
    service: str,
    number: int,
    published: Published,
    known: list[tuple[Published, str]],
) -> None:
    """Say that a port of the host is wanted twice: the second container then cannot start."""
    holder = next((name for other, name in known if published.meets(other)), None)
    if holder is None or published.last - published.first > LONGEST_RANGE:
        return
    taken = {port for each, _ in known for port in range(each.first, min(each.last, each.first + 99) + 1)}
    free = next(
        port for port in range(published.first, published.first + len(taken) + 2) if port not in taken
    )
    whose = "this service" if holder == service else f"the service {holder!r}"
    subject.warning(
        "host_port_repeated",
        f"The host's port {published.first} is already published by {whose}.",
        f"Choose another host port, such as {free}." if free <= HIGHEST else "Choose another host port.",
        *("services", service, "ports", number),
    )
