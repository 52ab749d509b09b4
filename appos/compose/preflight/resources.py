"""Whether disk and memory are enough."""

from collections.abc import Iterator

from appos.compose.model import Project, Service
from appos.compose.models import Finding, Severity
from appos.compose.path import joined
from appos.compose.preflight.facts import Facts

LOW_DISK_BYTES = 1 << 30
LOW_DISK_SHARE = 0.05
GIB = 1 << 30
MIB = 1 << 20


def resource_findings(project: Project, facts: Facts) -> Iterator[Finding]:
    """Find too little disk, and services that want more memory than the host has."""
    yield from _disk(facts)
    total = facts.memory_bytes
    if not total:
        return
    reserved = 0
    for name, service in project.services.items():
        limit, reservation = _memory(service)
        reserved += reservation * service.replicas
        if max(limit, reservation) > total:
            yield Finding(
                severity=Severity.WARNING,
                code="memory_low",
                path=joined("services", name),
                message=f'The service "{name}" may use {_size(max(limit, reservation))} of memory; '
                f"the host has {_size(total)} in all.",
                fix="Lower its memory limit, or give the host more memory.",
            )
    if reserved > total:
        yield Finding(
            severity=Severity.WARNING,
            code="memory_low",
            path="services",
            message=f"The services reserve {_size(reserved)} of memory in all; the host has {_size(total)}.",
            fix="Lower the reservations, or give the host more memory.",
        )


def _disk(facts: Facts) -> Iterator[Finding]:
    free, total = facts.free_disk_bytes, facts.total_disk_bytes
    if free is None or not total:
        return
    if free < LOW_DISK_BYTES or free < total * LOW_DISK_SHARE:
        yield Finding(
            severity=Severity.WARNING,
            code="disk_low",
            message=f"The disk of the engine has {_size(free)} left of {_size(total)}.",
            fix="Remove images and volumes that are not needed any more before more is pulled.",
        )


def _memory(service: Service) -> tuple[int, int]:
    """Return the most that a container may use and what is kept for it, 0 where nothing is said."""
    resources = service.deploy.resources if service.deploy is not None else None
    limits = resources.limits if resources is not None else None
    kept = resources.reservations if resources is not None else None
    limit = service.mem_limit or (limits.memory if limits is not None else "")
    reservation = service.mem_reservation or (kept.memory if kept is not None else "")
    return int(limit or 0), int(reservation or 0)


def _size(size_bytes: int) -> str:
    return f"{size_bytes / GIB:.1f} GiB" if size_bytes >= GIB else f"{size_bytes / MIB:.0f} MiB"
