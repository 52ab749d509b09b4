"""Whether the ports that a project publishes can be had."""

from collections.abc import Iterator
from ipaddress import ip_address

from appos.compose.model import Port, Project, Service
from appos.compose.models import Finding, Severity
from appos.compose.path import joined
from appos.compose.preflight.facts import Facts, TakenPort

LAST_PORT = 65535
# Every address of one family; a socket on :: takes IPv4 along unless it is told not to.
ANY = ("", "0.0.0.0", "::")  # noqa: S104 - what a model says, not what is bound to


def port_findings(project: Project, facts: Facts) -> Iterator[Finding]:
    """Find ports that somebody else has, or that this project's own containers would fight for."""
    wanted = [
        (host_port, port.host_ip, port.protocol)
        for service in project.services.values()
        for port in service.ports or ()
        for host_port in host_ports(port)
    ]
    for name, service in project.services.items():
        for index, port in enumerate(service.ports or ()):
            path = joined("services", name, "ports", index)
            yield from _taken(path, port, facts, frozenset(number for number, _, _ in wanted))
            yield from _shared(path, name, service, port)


def host_ports(port: Port) -> range:
    """Return the ports of the host that one entry may take; none where the engine chooses."""
    first, _, last = port.published.partition("-")
    if not first or first == "0":
        return range(0)
    return range(int(first), int(last or first) + 1)


def overlap(one: str, other: str) -> bool:
    """Whether sockets on two addresses of the host would meet, at the same port and protocol."""
    if one in ANY or other in ANY:
        return _families(one).isdisjoint(_families(other)) is False
    return ip_address(one) == ip_address(other)


def _families(host_ip: str) -> frozenset[int]:
    if host_ip in ("", "::"):
        return frozenset((4, 6))
    return frozenset((ip_address(host_ip).version,))


def _taken(path: str, port: Port, facts: Facts, wanted: frozenset[int]) -> Iterator[Finding]:
    for number in host_ports(port):
        holders = [taken for taken in facts.ports if _meets(taken, number, port)]
        if not holders:
            continue
        # Who runs now stands before who merely may.
        holder = max(holders, key=lambda taken: taken.is_running)
        if len(host_ports(port)) > 1 and not _is_all_taken(port, facts):
            continue
        free = free_port(number, port, facts, wanted)
        yield _finding(path, number, port, holder, free)
        return


def _finding(path: str, number: int, port: Port, holder: TakenPort, free: int | None) -> Finding:
    where = f"{port.host_ip}:" if port.host_ip else ""
    fix = f"Publish another port of the host, such as {free}." if free else "Free a port of the host first."
    if holder.is_running:
        return Finding(
            severity=Severity.ERROR,
            code="port_taken",
            path=path,
            message=f"Port {where}{number}/{port.protocol} of the host is taken by {holder.holder}.",
            fix=fix,
        )
    return Finding(
        severity=Severity.WARNING,
        code="port_of_stopped",
        path=path,
        message=f"Port {where}{number}/{port.protocol} of the host is that of {holder.holder}, which is"
        " stopped now and could not start again.",
        fix=fix,
    )


def _meets(taken: TakenPort, number: int, port: Port) -> bool:
    return taken.port == number and taken.protocol == port.protocol and overlap(taken.host_ip, port.host_ip)


def _is_all_taken(port: Port, facts: Facts) -> bool:
    """Whether no port of a range is free: the engine takes the first that is."""
    return all(
        any(taken.is_running and _meets(taken, number, port) for taken in facts.ports)
        for number in host_ports(port)
    )


def free_port(number: int, port: Port, facts: Facts, wanted: frozenset[int]) -> int | None:
    """Return a port near a taken one that nobody has and the project does not want itself."""
    # A person who wanted 80 or 443 is offered 8080 and 8443 first, which need no explanation.
    start = number + 8000 if number < 1024 else number + 1
    for candidate in range(start, LAST_PORT + 1):
        if candidate not in wanted and not any(_meets(taken, candidate, port) for taken in facts.ports):
            return candidate
    return None


def _shared(path: str, name: str, service: Service, port: Port) -> Iterator[Finding]:
    count = len(host_ports(port))
    if 0 < count < service.replicas:
        yield Finding(
            severity=Severity.ERROR,
            code="port_of_replicas",
            path=path,
            message=f'The {service.replicas} containers of the service "{name}" cannot share '
            f"{'one port' if count == 1 else f'{count} ports'} of the host.",
            fix=f'Publish a range, such as "{port.published.partition("-")[0]}-'
            f'{host_ports(port).start + service.replicas - 1}:{port.target}", or let the engine choose: '
            f'"{port.target}".',
        )
