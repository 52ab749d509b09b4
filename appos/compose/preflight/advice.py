"""What a project would better say: health checks and limits of logs."""

from collections.abc import Iterator

from appos.compose.model import Project, Service
from appos.compose.models import Finding, Severity
from appos.compose.path import joined
from appos.compose.preflight.facts import Facts

# The drivers that keep logs as files on the host without an end, unless they are told one.
# Source: Docker, "Configure logging drivers".
GROWING = frozenset(("", "json-file"))
ENDS = frozenset(("max-size",))


def advice_findings(project: Project, facts: Facts) -> Iterator[Finding]:
    """Find services whose health nobody can see, and those whose logs grow without an end."""
    for name, service in project.services.items():
        if not _has_healthcheck(service, facts):
            yield Finding(
                severity=Severity.INFO,
                code="healthcheck_missing",
                path=joined("services", name),
                message=f'The service "{name}" has no health check: that it runs is all that can be seen.',
                fix="Add a healthcheck whose test asks the app for something small.",
            )
        if _grows(service, facts):
            yield Finding(
                severity=Severity.INFO,
                code="logs_unlimited",
                path=joined("services", name),
                message=f'The logs of the service "{name}" grow without an end.',
                fix='Add logging: {driver: json-file, options: {max-size: "10m", max-file: "3"}}.',
            )


def _has_healthcheck(service: Service, facts: Facts) -> bool:
    check = service.healthcheck
    if check is not None and check.disable:
        return False
    if check is not None and check.test:
        return check.test[0] != "NONE"
    fact = facts.images.get(service.image)
    # Of an image that the engine does not have nothing is known, so nothing is said.
    return fact is None or fact.local is None or fact.local.has_healthcheck


def _grows(service: Service, facts: Facts) -> bool:
    logging = service.logging
    driver = (logging.driver if logging is not None else "") or facts.log_driver
    if driver not in GROWING:
        return False
    return logging is None or not ENDS & set(logging.options or {})
