"""Shows and changes the settings of the policy."""

from pathlib import Path

import msgspec

from appos.apps.policy_file import read_rules, write_rules
from appos.audit.models import Actor
from appos.audit.service import Audit
from appos.compose.policy.models import Decision, Rule
from appos.compose.policy.rules import MEANINGS, PolicyRules, rules_of


class RuleShown(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A rule as it counts: what it is about, and how it is decided for each role."""

    rule: Rule
    options: str
    harm: str
    fix: str
    superuser: Decision
    user: Decision


class PolicyShown(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The settings, which name what is decided otherwise than by default, and all rules as they count."""

    settings: PolicyRules
    rules: tuple[RuleShown, ...]


class Policies:
    """Shows and changes the settings of the policy."""

    def __init__(self, path: Path, audit: Audit) -> None:
        self._path = path
        self._audit = audit

    def show(self) -> PolicyShown:
        """Return the settings and what comes of them.

        Raises:
            StoreError: `policy_unreadable`.
        """
        return _shown(read_rules(self._path))

    def replace(self, value: object, actor: Actor) -> PolicyShown:
        """Put settings in the place of those there are.

        Raises:
            InvalidError: `policy_rules_invalid`.
            StoreError: `file_failed`.
        """
        rules = rules_of(value)
        write_rules(self._path, rules)
        self._audit.record(actor, "policy.change", detail=msgspec.json.encode(rules).decode())
        return _shown(rules)


def _shown(rules: PolicyRules) -> PolicyShown:
    return PolicyShown(
        settings=rules,
        rules=tuple(
            RuleShown(
                rule=rule,
                options=meaning.options,
                harm=meaning.harm,
                fix=meaning.fix,
                superuser=rules.superuser.get(rule, meaning.superuser),
                user=rules.user.get(rule, meaning.user),
            )
            for rule, meaning in MEANINGS.items()
        ),
    )
