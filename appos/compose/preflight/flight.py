"""The preflight of a project: every look at once."""

from appos.compose.model import Model
from appos.compose.models import Finding, Severity
from appos.compose.preflight.advice import advice_findings
from appos.compose.preflight.facts import Facts
from appos.compose.preflight.images import image_findings
from appos.compose.preflight.mounts import mount_findings
from appos.compose.preflight.outside import outside_findings
from appos.compose.preflight.ports import port_findings
from appos.compose.preflight.resources import resource_findings

LOOKS = (port_findings, image_findings, mount_findings, outside_findings, resource_findings, advice_findings)
_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


def preflight(model: Model, facts: Facts) -> tuple[Finding, ...]:
    """Find what would go wrong, the worst first: an error is certain to fail, so nothing is deployed."""
    findings = [finding for look in LOOKS for finding in look(model.project, facts)]
    return tuple(sorted(findings, key=lambda finding: _ORDER[finding.severity]))
