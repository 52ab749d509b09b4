"""The settings of the policy: a file of the data directory, read anew for every deployment."""

import os
import tempfile
from pathlib import Path

import msgspec

from appos.audit.models import Actor
from appos.audit.service import Audit
from appos.compose.policy.models import Decision, Rule
from appos.compose.policy.rules import MEANINGS, PolicyRules, rules_of
from appos.errors import InvalidError, StoreError


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


def read_rules(path: Path) -> PolicyRules:
    """Return the settings in a file, the defaults where there is none.

    Raises:
        StoreError: `policy_unreadable`: nothing is deployed by rules that nobody has written.
    """
    try:
        return rules_of(msgspec.json.decode(path.read_bytes()))
    except FileNotFoundError:
        return PolicyRules()
    except (OSError, msgspec.MsgspecError, InvalidError) as error:
        raise StoreError(
            f"The settings of the policy in {path} cannot be read: {error}. Mend the file, or remove it to "
            "return to the defaults.",
            code="policy_unreadable",
        ) from error


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
            StoreError: `policy_unwritable`.
        """
        rules = rules_of(value)
        try:
            _write(self._path, msgspec.json.format(msgspec.json.encode(rules), indent=2))
        except OSError as error:
            raise StoreError(
                f"The settings of the policy cannot be written: {error.strerror}.", code="policy_unwritable"
            ) from error
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


def _write(path: Path, content: bytes) -> None:
    """Write a file so that it holds the old content or the new one, whatever happens meanwhile."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    written = Path(name)
    try:
        with open(descriptor, "wb") as file:
            file.write(content + b"\n")
            file.flush()
            os.fsync(file.fileno())
        written.replace(path)
    finally:
        written.unlink(missing_ok=True)
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
