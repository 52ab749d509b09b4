"""Judging a project: what it asks of its host, what the settings decide about it, and in which words."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from appos.compose.model import Model, Project
from appos.compose.models import Finding, Severity
from appos.compose.path import joined
from appos.compose.policy.models import Decision, Offence, Role, Rule, Verdict
from appos.compose.policy.network import network_offences
from appos.compose.policy.places import Places
from appos.compose.policy.rules import MEANINGS, PolicyRules
from appos.compose.policy.service import service_offences
from appos.compose.policy.storage import described, storage_offences


def judge(model: Model, rules: PolicyRules, role: Role, places: Places) -> Verdict:
    """Judge a normalised model, as it is before its paths are rewritten for the host.

    Symbolic links are followed as they are now, so it is judged once more right before it is deployed. Take
    the model whose env files are not resolved: only that one names them.
    """
    return verdict(project_offences(model.project, places, on_host=False), rules, role)


def judge_files(
    files: Iterable[Path], rules: PolicyRules, role: Role, places: Places, *, is_whole: bool = True
) -> Verdict:
    """Judge the files that a project is made of: its Compose files, and what they extend and include.

    Before that nothing that is said of their content is to be shown: they may be files of somebody else.
    `is_whole` is false where Compose could read one of them that AppOS could not look into.
    """
    return verdict(file_offences(files, places, is_whole=is_whole), rules, role)


def file_offences(files: Iterable[Path], places: Places, *, is_whole: bool) -> Iterator[Offence]:
    """Yield the files that are not the app's own, and that there may be more."""
    if not is_whole:
        yield Offence(Rule.UNCLEAR_PATH, (), "A file that Docker Compose reads and AppOS could not look into")
    for file in files:
        rule = places.rule(str(file), read_only=True)
        if rule is not None:
            yield Offence(rule, (), f"The file {described(str(file))}")


def project_offences(project: Project, places: Places, *, on_host: bool) -> Iterator[Offence]:
    """Yield all that a project asks of its host."""
    for name, service in project.services.items():
        yield from service_offences(name, service, project)
    yield from network_offences(project)
    yield from storage_offences(project, places, on_host=on_host)


def verdict(offences: Iterable[Offence], rules: PolicyRules, role: Role) -> Verdict:
    """Decide about offences, each once."""
    found: dict[Decision, dict[tuple[str, str, str], Finding]] = {decision: {} for decision in Decision}
    for offence in offences:
        finding = _finding(offence)
        key = (finding.code, finding.path, finding.message)
        found[rules.decision(offence.rule, role)].setdefault(key, finding)
    return Verdict(
        refused=tuple(found[Decision.REFUSED].values()), warned=tuple(found[Decision.WARNED].values())
    )


def _finding(offence: Offence) -> Finding:
    """Put an offence into words. What the policy refuses is a valid file all the same, so it is no error."""
    meaning = MEANINGS[offence.rule]
    return Finding(
        severity=Severity.WARNING,
        code=offence.rule.value,
        path=joined(*offence.path),
        message=f"{offence.what} {offence.harm or meaning.harm}.",
        fix=meaning.fix,
    )
