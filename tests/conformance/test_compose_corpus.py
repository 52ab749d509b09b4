"""`check` beside Docker Compose itself, over a directory of Compose files: `make conformance CORPUS=DIR`.

Each file is a project of its own, in the directory in which it lies. Those of this clone are always compared.
"""

import functools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

from appos.compose.diagnose import Check, analyse
from appos.compose.driver import Compose
from appos.compose.models import Finding, ProjectFiles, Severity
from tests.conformance.compose import SECONDS, Said, binary, said
from tests.conformance.conftest import COUNTS
from tests.conformance.well_formed_projects import PROJECTS

CORPUS = os.environ.get("CORPUS")
# Compose runs at once as often as it does not slow itself down.
RUNS = 2
# So many files are given to the command, too.
COMMANDS = 10
APPOS = Path(sys.executable).with_name("appos")


class Compared(NamedTuple):
    """A file, what both say of it, and how long both took."""

    file: Path
    said: Said
    check: Check
    own_errors: list[Finding]
    compose_ms: float
    check_ms: float
    analysis_ms: float

    @property
    def agrees(self) -> bool:
        """Tell whether the verdict is Compose's, and there is an error if and only if it refuses the file."""
        has_error = any(finding.severity is Severity.ERROR for finding in self.check.findings)
        return self.check.valid is not bool(self.said.refusal) and has_error is bool(self.said.refusal)

    @property
    def is_placed(self) -> bool:
        """Tell whether every error has its line."""
        errors = [finding for finding in self.check.findings if finding.severity is Severity.ERROR]
        return all(finding.file is not None and finding.line is not None for finding in errors)


def files_of(directory: Path) -> Iterator[Path]:
    """Find the Compose files of a directory, and of those in it."""
    for file in sorted(directory.rglob("*")):
        if file.suffix in (".yml", ".yaml") and file.is_file():
            yield file


def compare(file: Path, compose: Compose) -> Compared:
    """Ask both about a file: Compose itself, and AppOS with the Compose that it drives."""
    directory = file.parent.resolve()
    start = time.perf_counter()
    answer = said(directory, directory / file.name)
    asked = time.perf_counter()
    files = ProjectFiles(directory=directory, files=(directory / file.name,))
    driven = compose.config(files)
    begin = time.perf_counter()
    analysis = analyse(files)
    check = analysis.findings(driven)
    end = time.perf_counter()
    errors = [each.finding for each in analysis.found if each.finding.severity is Severity.ERROR]
    return Compared(
        file, answer, check, errors, (asked - start) * 1000, (end - asked) * 1000, (end - begin) * 1000
    )


@functools.cache
def compare_all(directory: Path) -> list[Compared]:
    """Ask both about all files of a directory."""
    files = list(files_of(directory))
    assert files, f"There is no Compose file in {directory}."
    with tempfile.TemporaryDirectory() as home, ThreadPoolExecutor(RUNS) as pool:
        compose = Compose(binary(), docker_host="unix:///nowhere.sock", home=Path(home))
        return list(pool.map(functools.partial(compare, compose=compose), files))


def tell(name: str, results: list[Compared]) -> None:
    """Count for the end of the run."""
    refused = [each for each in results if each.said.refusal]
    own = [each for each in refused if not any(one.code == "refused" for one in each.check.findings)]
    COUNTS[f"verdicts of {len(results)} Compose files of {name} are Compose's"] += sum(
        each.agrees for each in results
    )
    COUNTS[f"of {len(refused)} refusals of {name} have a line"] += sum(each.is_placed for each in refused)
    COUNTS[f"of {len(refused)} refusals of {name} are told in AppOS's own words"] += len(own)
    compose = statistics.median(each.compose_ms for each in results)
    beyond = statistics.median(each.check_ms - each.compose_ms for each in results)
    analysis = statistics.median(each.analysis_ms for each in results)
    commands = [command_ms(each) for each in results[:: max(1, len(results) // COMMANDS)]]
    COUNTS[f"ms (median) took Compose for a file of {name}"] = round(compose)
    COUNTS[f"ms (median) took a check in this process beyond that, for a file of {name}"] = round(beyond)
    COUNTS[f"ms (median) took the command `appos compose check` for a file of {name}"] = round(
        statistics.median(commands)
    )
    COUNTS[f"µs (median) took AppOS's analysis of a file of {name}"] = round(analysis * 1000)


def command_ms(compared: Compared) -> float:
    """Run the command for a file, see that it says the same, and return how long that took."""
    start = time.perf_counter()
    command = [str(APPOS), "compose", "-f", str(compared.file.resolve()), "check", "--json"]
    answer = subprocess.run(command, capture_output=True, check=False, timeout=SECONDS)
    took = time.perf_counter() - start
    assert json.loads(answer.stdout)["valid"] is compared.check.valid, compared.file
    assert answer.returncode == (0 if compared.check.valid else 1), compared.file
    return took * 1000


DIRECTORIES = [pytest.param("this clone", PROJECTS, id="this-clone")]
if CORPUS:
    DIRECTORIES.append(pytest.param("the corpus", Path(CORPUS), id="corpus"))


@pytest.mark.parametrize(("name", "directory"), DIRECTORIES)
def test_the_verdict_is_composes_and_every_refusal_has_its_place(name: str, directory: Path) -> None:
    results = compare_all(directory)
    tell(name, results)
    assert [str(each.file) for each in results if not each.agrees] == []
    assert [(str(each.file), each.said.refusal) for each in results if not each.is_placed] == []


@pytest.mark.parametrize(("name", "directory"), DIRECTORIES)
def test_appos_finds_no_error_of_its_own_in_what_compose_accepts(name: str, directory: Path) -> None:
    wrong = [
        (str(each.file), error.code, error.path)
        for each in compare_all(directory)
        for error in each.own_errors
        if each.check.valid
    ]
    assert wrong == [], name


def test_what_compose_accepts_and_cannot_print_is_valid(tmp_path: Path) -> None:
    file = tmp_path / "compose.yaml"
    file.write_text(
        "services: {web: {build: {context: ., ssh: ['key=/keys/a']}, environment: {A: \"\\n b\\nc\"}}}\n"
    )
    compose = Compose(binary(), docker_host="unix:///nowhere.sock", home=tmp_path / "home")
    compared = compare(file, compose)
    assert compared.said.refusal == ""
    assert compared.agrees
    command_ms(compared)
