"""What is said of a project before it is deployed, and what of it stands against that."""

import msgspec

from appos.compose.models import Finding, Severity
from appos.compose.plan import Note, Plan
from appos.compose.policy.models import Verdict
from appos.errors import ConflictError


class Review(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """All that is found in a project, and the plan of what `up` would do.

    `findings` are those of the check, the policy and the preflight, each with its place in the files;
    `refused` are those of them that keep it from being deployed.
    """

    plan: Plan
    findings: tuple[Finding, ...]
    refused: tuple[Finding, ...]


def refuse(verdict: Verdict, preflight: tuple[Finding, ...], plan: Plan) -> None:
    """Refuse a deployment that may not be, or is certain to fail; nothing has been done yet.

    Raises:
        ForbiddenError: `policy_refused`.
        ConflictError: `preflight_failed` or `plan_obstacle`, with what is in the way as its fields.
    """
    verdict.refuse()
    failing = [finding for finding in preflight if finding.severity is Severity.ERROR]
    if failing:
        raise ConflictError(
            f"{failing[0].message} {failing[0].fix}".strip(),
            code="preflight_failed",
            fields={
                finding.path: {"code": finding.code, "message": f"{finding.message} {finding.fix}".strip()}
                for finding in failing
            },
        )
    obstacles = [note for note in plan.obstacles if not note.mended]
    if obstacles:
        raise ConflictError(
            f"Docker Compose would fail on the way. {obstacles[0].text}",
            code="plan_obstacle",
            fields={note.path: _said(note) for note in obstacles},
        )


def _said(note: Note) -> dict[str, str]:
    return {"code": "plan_obstacle", "message": note.text}
