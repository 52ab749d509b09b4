"""Whether the networks and volumes exist that a project says exist already."""

from collections.abc import Iterator

from appos.compose.model import Project
from appos.compose.models import Finding, Severity
from appos.compose.path import joined
from appos.compose.preflight.facts import Facts


def outside_findings(project: Project, facts: Facts) -> Iterator[Finding]:
    """Find external networks and volumes that the engine does not have."""
    used_networks = {name for service in project.services.values() for name in service.networks or {}}
    used_volumes = {mount.source for service in project.services.values() for mount in service.volumes or ()}
    for key, network in project.networks.items():
        if network.external and key in used_networks and network.name not in facts.networks:
            yield _missing("network", "networks", key, network.name)
    for key, volume in project.volumes.items():
        if volume.external and key in used_volumes and volume.name not in facts.volumes:
            yield _missing("volume", "volumes", key, volume.name)


def _missing(noun: str, section: str, key: str, name: str) -> Finding:
    return Finding(
        severity=Severity.ERROR,
        code=f"{noun}_missing",
        path=joined(section, key),
        message=f'The {noun} "{name}" is external, which means that it exists already, but it does not.',
        fix=f"Let AppOS make it (up --create-external), or leave `external` out: then the {noun} is the"
        " project's own.",
    )
