"""What stands against a deployment, and what does not."""

import pytest

from appos.apps.reviews import refuse
from appos.compose.models import Finding, Severity
from appos.compose.plan import Note, Plan
from appos.compose.policy.models import Verdict
from appos.errors import AppOSError, ConflictError, ForbiddenError

PLAN = Plan(project="shop")
TAKEN = Finding(
    severity=Severity.ERROR, code="port_taken", path="services.web.ports[0]", message="Taken.", fix="8081."
)
ADVICE = Finding(severity=Severity.INFO, code="logs_unlimited", path="services.web", message="They grow.")
PID = Finding(severity=Severity.WARNING, code="host_pid", path="services.web.pid", message="It sees all.")


def test_advice_and_warnings_stand_in_nobodys_way() -> None:
    refuse(Verdict(warned=(PID,)), (ADVICE,), PLAN)


@pytest.mark.parametrize(
    ("verdict", "findings", "plan", "kind", "code", "path"),
    [
        pytest.param(
            Verdict(refused=(PID,)),
            (TAKEN,),
            PLAN,
            ForbiddenError,
            "policy_refused",
            PID.path,
            id="policy first",
        ),
        pytest.param(
            Verdict(), (ADVICE, TAKEN), PLAN, ConflictError, "preflight_failed", TAKEN.path, id="preflight"
        ),
        pytest.param(
            Verdict(),
            (),
            Plan(project="shop", obstacles=(Note(path="networks.front", text="It is used."),)),
            ConflictError,
            "plan_obstacle",
            "networks.front",
            id="obstacle",
        ),
    ],
)
def test_what_is_certain_to_fail_is_refused(
    verdict: Verdict, findings: tuple[Finding, ...], plan: Plan, kind: type[AppOSError], code: str, path: str
) -> None:
    with pytest.raises(kind) as caught:
        refuse(verdict, findings, plan)
    assert (caught.value.code, list(caught.value.fields)) == (code, [path])


def test_what_an_up_mends_itself_stands_in_nobodys_way() -> None:
    note = Note(path="networks.front", text="It is taken apart.", mended=True)
    refuse(Verdict(), (), Plan(project="shop", obstacles=(note,)))
