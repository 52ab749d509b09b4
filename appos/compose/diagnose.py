"""Says of a project whether it is valid, and everything that is wrong with it, in words for a person.

The verdict is Compose's own: there is an error among the findings if and only if Compose refuses the project.
What AppOS finds beyond that is a warning or an info. Where Compose names a problem that AppOS has found too,
AppOS's words stand for both; a problem that only Compose sees is told in Compose's words.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import msgspec

from appos.compose.around import Around
from appos.compose.diagnosis.advice import check_advice
from appos.compose.diagnosis.consistency import check_consistency
from appos.compose.diagnosis.files import check_files
from appos.compose.diagnosis.mounts import check_mounts
from appos.compose.diagnosis.ports import check_ports
from appos.compose.diagnosis.project import check_project_name, found_files, interpolated_with
from appos.compose.diagnosis.references import check_references
from appos.compose.diagnosis.refusals import Refusal, path_of, place_of, refusals
from appos.compose.diagnosis.report import Found, Report
from appos.compose.diagnosis.secrets import veil_over
from appos.compose.diagnosis.shape import check_shape
from appos.compose.diagnosis.subject import Subject
from appos.compose.diagnosis.syntax import explain
from appos.compose.layers import Layers
from appos.compose.model import Model
from appos.compose.models import Finding, Place, ProjectFiles, Severity
from appos.compose.nodes import MapNode, entry
from appos.compose.parsing import NotYamlError
from appos.compose.reading import Reader, UnreadError
from appos.compose.source import Sources
from appos.compose.veil import Veil

LONGEST_WORDS = 400


class Answer(Protocol):
    """What Compose says of a project: its model, or why it refuses it, in its own words."""

    @property
    def model(self) -> Model | None: ...

    @property
    def refusal(self) -> str: ...


class Check(msgspec.Struct, frozen=True):
    """The verdict on a project, what is found in it, and what Compose itself said, "" where it accepts it."""

    valid: bool
    findings: tuple[Finding, ...]
    said: str


class Analysis(msgspec.Struct, frozen=True):
    """What AppOS finds by itself, without Compose."""

    found: tuple[Found, ...]
    sources: Sources
    root: MapNode | None
    # All files that were looked for: those that it is made of, what they extend and include, and env files.
    files: tuple[Path, ...]
    # False where one of them could not be looked into, so that it may name others.
    is_whole: bool
    # True where Compose would need minutes and gigabytes, as aliases multiply.
    is_explosive: bool
    # How findings name the files that Compose names by their whole paths.
    names: dict[str, str]
    # The file of a project that has one alone.
    only: str | None
    # What Compose may quote, and nobody shall read.
    variables: Mapping[str, str]
    env_files: tuple[Path, ...]
    reader: Reader

    def __repr__(self) -> str:
        """Leave the values of the variables out: they may be secret."""
        return f"Analysis(files={self.files})"

    def findings(self, answer: Answer) -> Check:
        """Judge by what Compose says."""
        if not answer.refusal:
            findings = [finding for each in self.found if (finding := _accepted(each)) is not None]
            return Check(True, _in_order(findings), "")
        veil = veil_over(self.root, self.env_files, self.variables)
        findings = [each.finding for each in self.found]
        for refusal in refusals(answer.refusal, self.root):
            if not self._is_told(refusal):
                findings.append(self._in_own_words(refusal, veil))
        return Check(False, _in_order(findings), veil.over(answer.refusal))

    def unasked(self) -> Check | None:
        """Return the verdict on a project that no Compose should be given; None: ask it.

        Its aliases multiply, and Compose, which writes all of them out, would take the memory of the host; or
        it names a pipe or a device, which Compose would read for ever.
        """
        if not self.is_explosive and not self.reader.endless:
            return None
        return Check(False, _in_order([each.finding for each in self.found]), "")

    def _is_told(self, refusal: Refusal) -> bool:
        """Tell whether AppOS has found the problem that Compose names."""
        path = path_of(refusal, self.root)
        place = place_of(refusal, self.names, self.only)
        written = self.sources.place(path) if path else None
        if refusal.parts[:1] == ("services",) and entry(self.root, *map(str, refusal.parts[:2])) is None:
            # It is in a service of another file, which services of this project extend.
            path, written = "", None
        return any(
            each.finding.severity is Severity.ERROR
            and _names_same(each.finding, refusal, path, place, written)
            for each in self.found
        )

    def _explained(self, refusal: Refusal, place: Place) -> Finding | None:
        """Explain what Compose cannot read as YAML though AppOS can; None where no cause is known."""
        file = next((whole for whole, short in self.names.items() if short == place.file), None)
        if file is None or "yaml_" not in refusal.codes:
            return None
        report = Report(Path())
        error = NotYamlError(refusal.words.rpartition(": ")[2], place)
        try:
            explain(error, self.reader.read(Path(file)), report)
        except UnreadError:
            return None
        finding = report.found[0].finding
        return None if finding.code == "yaml_invalid" else finding

    def _in_own_words(self, refusal: Refusal, veil: Veil) -> Finding:
        """Make a finding of Compose's words."""
        path = path_of(refusal, self.root)
        place = place_of(refusal, self.names, self.only)
        if place is not None and (explained := self._explained(refusal, place)) is not None:
            return explained
        place = place or (self.sources.place(path) if path else None)
        words = " ".join(refusal.words.split())
        for whole, short in self.names.items():
            words = words.replace(whole, short)
        words = veil.over(words)
        if len(words) > LONGEST_WORDS:
            words = f"{words[:LONGEST_WORDS]}…"
        return Finding(
            severity=Severity.ERROR,
            code="refused",
            path=path,
            file=place.file if place else None,
            line=place.line if place else None,
            message=f"Docker Compose refuses the project: {words}",
        )


def diagnose(files: ProjectFiles, answer: Answer) -> Check:
    """Judge a project by what Compose said of it, and say what is found in its files.

    It raises nothing for a file, whatever is in it.
    """
    return analyse(files).findings(answer)


def analyse(files: ProjectFiles) -> Analysis:
    """Find what is wrong with a project, and where everything in it is written, without Compose."""
    reader, report = Reader(), Report(files.directory)
    check_project_name(files, report)
    variables = interpolated_with(files, reader, report)
    layers = Layers(reader, report)
    paths = found_files(files, variables)
    if not paths:
        report.error(
            "file_missing",
            "There is no Compose file in the directory.",
            "Create a file `compose.yaml` there, or name the file.",
        )
    root = layers.project(paths, Around(files.directory, variables))
    names = {str(path): report.named(path) for path in [*reader.files, *paths]}
    only = report.named(paths[0]) if len(paths) == 1 else None
    subject = Subject(
        root or MapNode(Place("", 1), {}, {}),
        report,
        reader,
        files.directory,
        layers.directories,
        variables,
        frozenset((*files.profiles, *filter(None, variables.get("COMPOSE_PROFILES", "").split(",")))),
        layers.is_whole,
    )
    if root is not None:
        _check(subject, layers.stages)
    for path in reader.endless:
        report.error(
            "file_endless",
            f"{report.named(path)!r} is a pipe or a device, and not a file that can be read again and again.",
            "Write what it says into a file, and name that.",
        )
    return Analysis(
        tuple(report.found),
        Sources(root, reader, subject.beside, report.named),
        root,
        reader.files,
        layers.is_whole,
        layers.is_explosive,
        names,
        only,
        variables,
        tuple(file for file in reader.files if report.named(file) not in layers.directories),
        reader,
    )


def _check(subject: Subject, stages: list[MapNode]) -> None:
    """Look at a project in every way, and at the form of what is merged on the way to it."""
    if not subject.root.entries:
        subject.report.error(
            "file_empty",
            "The file is empty.",
            "Write `services:` at the left edge, and under it a name, and under that `image:`.",
            place=subject.root.place,
        )
        return
    # The last stage of a project of one file is the project itself.
    for stage in [*(each for each in stages if each is not subject.root), subject.root]:
        check_shape(stage, subject.report)
    check_ports(subject)
    check_mounts(subject)
    check_references(subject)
    check_consistency(subject)
    check_files(subject)
    check_advice(subject)


def _accepted(found: Found) -> Finding | None:
    """Return what is left of something found where Compose accepts the project."""
    if found.if_accepted is None:
        return None
    return msgspec.structs.replace(found.finding, severity=found.if_accepted)


def _names_same(
    finding: Finding, refusal: Refusal, path: str, place: Place | None, written: Place | None
) -> bool:
    """Tell whether a finding and Compose's words name the same problem.

    `place` is one that Compose names itself, `written` where the path stands that it names.
    """
    # What is not YAML is read only up to there, and Compose may stumble over that part of it.
    if finding.code.startswith("yaml_"):
        return True
    if not any(_is_code(finding.code, code) for code in refusal.codes):
        return False
    if place is not None and finding.file == place.file and finding.line is not None:
        # Compose's YAML and AppOS's may see the same problem a line apart.
        return True
    if finding.code == "variable_missing" and refusal.value:
        return f"`{refusal.value}`" in finding.message
    # What several services have of one anchor is told once, where it is written.
    if not path or (written is not None and (written.file, written.line) == (finding.file, finding.line)):
        return True
    return finding.path.startswith(path) or path.startswith(finding.path)


def _is_code(code: str, wanted: str) -> bool:
    """Tell whether a code is the one that is wanted, or one of those that begin with it: `yaml_`."""
    return code.startswith(wanted) if wanted.endswith("_") else code == wanted


def _in_order(findings: list[Finding]) -> tuple[Finding, ...]:
    """Put findings in the order of their places; what has none comes first."""
    return tuple(sorted(findings, key=lambda each: (each.file or "", each.line or 0, each.path, each.code)))
