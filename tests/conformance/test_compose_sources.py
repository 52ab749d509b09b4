"""Every path of a normalised model leads to the line where it is written."""

from collections.abc import Iterator
from typing import Any

import pytest

from appos.compose.diagnose import analyse, diagnose
from appos.compose.models import Finding, Severity
from appos.compose.path import Part, joined, parsed
from appos.compose.source import located
from tests.conformance.compose import model, said
from tests.conformance.conftest import COUNTS
from tests.conformance.well_formed_projects import Project, well_formed_projects

PROJECTS = [pytest.param(each, id=each.files.directory.name) for each in well_formed_projects()]


@pytest.mark.parametrize("project", PROJECTS)
def test_marked_paths_are_found_where_they_are_written(project: Project) -> None:
    sources = analyse(project.files).sources
    found = {path: sources.place(path) for path in project.places}
    lines = {path: (place.file, place.line) if place else None for path, place in found.items()}
    assert lines == {path: (place.file, place.line) for path, place in project.places.items()}
    COUNTS["paths of models found at their lines"] += len(lines)


@pytest.mark.parametrize("project", PROJECTS)
def test_marked_paths_are_those_of_the_real_model(project: Project) -> None:
    raw = model(project.files.directory, *project.files.files).raw
    for path in project.places:
        assert _is_in(raw, parsed(path)), path


@pytest.mark.parametrize("project", PROJECTS)
def test_every_value_of_a_service_leads_to_a_place(project: Project) -> None:
    sources = analyse(project.files).sources
    raw = model(project.files.directory, *project.files.files).raw
    for parts in _leaves(raw, ()):
        if parts[0] == "services":
            place = sources.place(joined(*parts))
            assert place is not None, parts


@pytest.mark.parametrize("project", PROJECTS)
def test_a_well_formed_project_has_no_errors(project: Project) -> None:
    answer = said(project.files.directory, *project.files.files)
    assert not answer.refusal
    assert [
        each.finding for each in analyse(project.files).found if each.finding.severity is Severity.ERROR
    ] == []
    assert diagnose(project.files, answer).valid


def test_findings_with_a_path_alone_are_given_their_place() -> None:
    project = next(each for each in well_formed_projects() if each.files.directory.name == "shop")
    findings = [
        Finding(severity=Severity.WARNING, code="x", path="services.web.image.tag", message="x"),
        Finding(severity=Severity.WARNING, code="x", path="models.none", message="x"),
        Finding(severity=Severity.WARNING, code="x", path="services.web", file="a", line=3, message="x"),
    ]
    placed = located(findings, analyse(project.files).sources)
    assert [(each.file, each.line) for each in placed] == [("compose.yaml", 16), (None, None), ("a", 3)]


def _is_in(node: Any, parts: tuple[Part, ...]) -> bool:
    for part in parts:
        if isinstance(node, list):
            if not isinstance(part, int) or part >= len(node):
                return False
        elif not isinstance(node, dict) or part not in node:
            return False
        node = node[part]
    return True


def _leaves(node: Any, parts: tuple[Part, ...]) -> Iterator[tuple[Part, ...]]:
    if isinstance(node, dict) and node:
        for name, value in node.items():
            yield from _leaves(value, (*parts, name))
    elif isinstance(node, list) and node:
        for number, value in enumerate(node):
            yield from _leaves(value, (*parts, number))
    else:
        yield parts
