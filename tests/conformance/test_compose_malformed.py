"""Every malformed file of the list is refused by Docker Compose, and explained as the list expects."""

from collections import Counter
from pathlib import Path

import pytest

from appos.compose.diagnose import analyse, diagnose
from appos.compose.driver import Compose
from appos.compose.models import ProjectFiles, Severity
from tests.conformance.compose import binary
from tests.conformance.malformed_files import Expected, Malformed, malformed_files

FILES = list(malformed_files())


def test_the_list_is_long_and_names_no_file_twice() -> None:
    assert len(FILES) >= 80
    assert [name for name, count in Counter(file.name for file in FILES).items() if count > 1] == []
    assert [file.name for file in FILES if not file.errors] == []


@pytest.mark.parametrize("malformed", [pytest.param(file, id=file.name) for file in FILES])
def test_a_malformed_file_is_refused_and_explained(malformed: Malformed, tmp_path: Path) -> None:
    directory = tmp_path / "shop"
    directory.mkdir()
    file = directory / "compose.yaml"
    file.write_bytes(malformed.data)
    files = ProjectFiles(directory=directory, files=(file,))
    answer = Compose(binary(), docker_host="unix:///nowhere.sock", home=tmp_path / "home").config(files)
    assert answer.refusal, "Docker Compose accepts it."

    check = diagnose(files, answer)
    errors = [finding for finding in check.findings if finding.severity is Severity.ERROR]
    assert not check.valid
    # What may be secret in Compose's words is hidden.
    assert answer.refusal.startswith(check.said.partition("***")[0])
    assert {finding.file for finding in errors} == {"compose.yaml"}
    told = [Expected(each.line or 0, each.code, each.path, each.message, each.fix) for each in errors]
    assert told == malformed.errors
    # AppOS finds them by itself: none of its words are Compose's.
    assert any(each.finding.severity is Severity.ERROR for each in analyse(files).found)
