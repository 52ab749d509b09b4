"""The settings of the policy."""

import msgspec
import pytest

from appos.compose.models import Finding, Severity
from appos.compose.policy.models import Decision, Role, Rule, Verdict
from appos.compose.policy.rules import MEANINGS, PolicyRules, rules_of
from appos.errors import ForbiddenError, InvalidError

# Where others than superusers are let pass, or superusers are not even warned.
MILDER = {
    Rule.OUTSIDE_PATH: (Decision.ALLOWED, Decision.REFUSED),
    Rule.EXTERNAL_VOLUME: (Decision.ALLOWED, Decision.REFUSED),
    Rule.EXTERNAL_NETWORK: (Decision.ALLOWED, Decision.WARNED),
    Rule.TMPFS_OPTION: (Decision.ALLOWED, Decision.WARNED),
}
HARDER = {Rule.APPOS_DATA, Rule.PROVIDER}


@pytest.mark.parametrize("rule", Rule)
def test_superusers_are_warned_and_all_others_refused_by_default(rule: Rule) -> None:
    usual = (Decision.REFUSED if rule in HARDER else Decision.WARNED, Decision.REFUSED)
    rules = PolicyRules()
    found = (rules.decision(rule, Role.SUPERUSER), rules.decision(rule, Role.USER))
    assert found == MILDER.get(rule, usual)


@pytest.mark.parametrize("rule", Rule)
def test_every_rule_says_what_an_option_does_and_what_to_write(rule: Rule) -> None:
    meaning = MEANINGS[rule]
    assert meaning.harm[0].islower()
    assert not meaning.harm.endswith(".")
    assert meaning.fix.endswith(".")


def test_settings_decide_for_each_role_and_are_kept_as_json() -> None:
    rules = rules_of({"superuser": {"gpu": "refused"}, "user": {"gpu": "allowed", "device": "warned"}})
    assert rules.decision(Rule.GPU, Role.SUPERUSER) is Decision.REFUSED
    assert rules.decision(Rule.GPU, Role.USER) is Decision.ALLOWED
    assert rules.decision(Rule.DEVICE, Role.USER) is Decision.WARNED
    assert rules.decision(Rule.DEVICE, Role.SUPERUSER) is Decision.WARNED
    assert rules_of(msgspec.json.decode(msgspec.json.encode(rules))) == rules
    assert msgspec.json.encode(PolicyRules()) == b"{}"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        pytest.param({"user": {"gpus": "allowed"}}, "gpus", id="an unknown rule"),
        pytest.param({"user": {"gpu": "yes"}}, "yes", id="an unknown decision"),
        pytest.param({"guest": {}}, "guest", id="an unknown role"),
        pytest.param({"user": []}, "user", id="no mapping"),
        pytest.param("allowed", "object", id="a text"),
        pytest.param(None, "null", id="nothing"),
    ],
)
def test_settings_that_cannot_be_read_are_refused(value: object, said: str) -> None:
    with pytest.raises(InvalidError, match=said) as refused:
        rules_of(value)
    assert refused.value.code == "policy_rules_invalid"


def finding(path: str) -> Finding:
    return Finding(
        severity=Severity.WARNING, code="gpu", path=path, message=f"{path} is refused.", fix="Remove it."
    )


def test_a_refusal_names_every_option() -> None:
    with pytest.raises(ForbiddenError, match=r"^a is refused. And 1 more of its options") as refused:
        Verdict(refused=(finding("a"), finding("b")), warned=(finding("c"),)).refuse()
    assert refused.value.code == "policy_refused"
    assert refused.value.fields == {
        "a": {"code": "gpu", "message": "a is refused. Remove it."},
        "b": {"code": "gpu", "message": "b is refused. Remove it."},
    }


def test_warnings_refuse_nothing() -> None:
    verdict = Verdict(warned=(finding("c"),))
    verdict.refuse()
    assert verdict.findings == (finding("c"),)
