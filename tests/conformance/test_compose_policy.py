"""The policy gives one verdict to all spellings of an option: Docker Compose says what they mean."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appos.compose.binary import BESIDE
from appos.compose.diagnose import analyse
from appos.compose.driver import Compose
from appos.compose.model import Model
from appos.compose.models import ProjectFiles
from appos.compose.path import parsed
from appos.compose.paths import HostPaths, Mounted
from appos.compose.policy.judge import judge, judge_files
from appos.compose.policy.models import Role, Rule
from appos.compose.policy.places import Places
from appos.compose.policy.rules import PolicyRules
from tests.conformance.conftest import COUNTS
from tests.conformance.policy_cases import HOST_DATA, LINKS, SPELLINGS
from tests.conformance.policy_ways import WAYS, Cases, Told, write

NOWHERE = "unix:///nowhere/docker.sock"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """AppOS's data directory, with two apps and links that lead out of the one that is judged."""
    root = tmp_path_factory.mktemp("policy")
    app = root / "data/apps/wiki"
    app.mkdir(parents=True)
    (root / "data/apps/mail").mkdir()
    (root / "data/apps/mail/.env").write_text("SECRET=1\n")
    (root / "outside").mkdir()
    (root / "outside/x.env").write_text("A=1\n")
    (app / "profile.json").write_text("{}")
    for name, target in LINKS.items():
        (app / name).symlink_to(target)
    return root / "data"


@pytest.fixture(scope="module")
def app(data: Path) -> Path:
    return data / "apps/wiki"


@pytest.fixture(scope="module")
def places(app: Path, data: Path) -> Places:
    mount = Mounted(inside=data, on_host=Path(HOST_DATA), kind="volume", volume="appos_data")
    return Places.of(app, data, HostPaths(in_container=True, mounts=(mount,)))


@pytest.fixture(scope="module")
def compose(tmp_path_factory: pytest.TempPathFactory) -> Compose:
    return Compose(BESIDE, docker_host=NOWHERE, home=tmp_path_factory.mktemp("home"))


@pytest.fixture(autouse=True)
def only_what_is_written(app: Path) -> Iterator[None]:
    """Remove the files of a case, so that none reaches the next."""
    yield
    for path in app.iterdir():
        if path.is_file() and not path.is_symlink() and path.name != "profile.json":
            path.unlink()


def model_of(compose: Compose, files: ProjectFiles) -> Model:
    answer = compose.config(files, resolves_env_files=False)
    assert answer.model is not None, answer.refusal
    return answer.model


RULES = [rule for rule, cases in SPELLINGS.items() for _ in cases]
CASES = {
    number: case.numbered(number)
    for number, case in enumerate(case for cases in SPELLINGS.values() for case in cases)
}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_every_spelling_has_the_same_verdict(
    way: Callable[[Cases], Told], compose: Compose, app: Path, places: Places
) -> None:
    told = model_of(compose, write(app, way(CASES)))
    verdict = judge(told, PolicyRules(), Role.USER, places)
    found = {number: set[str]() for number in CASES}
    for finding in verdict.findings:
        found[number_of(finding.path)].add(finding.code)
    wanted = {number: {str(RULES[number])} for number in CASES}
    different = {str(CASES[number]): codes for number, codes in found.items() if codes != wanted[number]}
    assert different == {}
    COUNTS["spellings of dangerous options have the verdict of their rule"] += len(CASES)


def number_of(path: str) -> int:
    """Return the case that a path belongs to: `services.s7.pid` and `volumes.k7` to the seventh."""
    return int(str(parsed(path)[1])[1:])


# A file of another app, and how an app may have Compose read it. What is read makes the image `leaked`.
OTHERS = "services: {base: {image: leaked}}\n"
INCLUDES = "include: {}\nservices: {{web: {{image: x}}}}\n"
READING: dict[str, dict[str, str]] = {
    "extends": {"compose.yaml": "services: {web: {extends: {file: ../mail/b.yaml, service: base}}}"},
    "extends, in full": {"compose.yaml": "services: {web: {extends: {file: MAIL/b.yaml, service: base}}}"},
    "extends, by a link": {
        "compose.yaml": "services: {web: {extends: {file: to_mail/b.yaml, service: base}}}"
    },
    "extends, by dots": {
        "compose.yaml": "services: {web: {extends: {file: ./no/.././../mail//b.yaml, service: base}}}"
    },
    "extends, by a variable": {
        "compose.yaml": "services: {web: {extends: {file: '${F}', service: base}}}",
        ".env": "F=../mail/b.yaml\n",
    },
    "extends, by a default": {
        "compose.yaml": "services: {web: {extends: {file: '${F:-../mail/b.yaml}', service: base}}}"
    },
    "extends, over another file": {
        "compose.yaml": "services: {web: {extends: {file: own.yaml, service: own}}}",
        "own.yaml": "services: {own: {extends: {file: ../mail/b.yaml, service: base}}}",
    },
    "extends, merged": {
        "compose.yaml": "x-e: &e {extends: {file: ../mail/b.yaml, service: base}}\nservices: {web: {<<: *e}}"
    },
    "extends, in an override": {
        "compose.yaml": "services: {web: {image: x}, other: {image: x}}",
        "compose.override.yaml": "services: {web: {extends: {file: ../mail/b.yaml, service: base}}}",
    },
    "include": {"compose.yaml": INCLUDES.format("[../mail/b.yaml]")},
    "include, in full": {"compose.yaml": INCLUDES.format("['MAIL/b.yaml']")},
    "include, by a link": {"compose.yaml": INCLUDES.format("[{path: ./to_mail/b.yaml}]")},
    "include, in a list": {
        "compose.yaml": INCLUDES.format("[{path: [own.yaml, ../mail/b.yaml]}]"),
        "own.yaml": "{}",
    },
    "include, by a variable": {"compose.yaml": INCLUDES.format("['${D}/b.yaml']"), ".env": "D=../mail\n"},
    "include, over another file": {
        "compose.yaml": INCLUDES.format("[own.yaml]"),
        "own.yaml": "include: [../mail/b.yaml]\nservices: {own: {image: x}}",
    },
    "include, with a file of variables": {
        "compose.yaml": INCLUDES.format("[{path: own.yaml, env_file: ../mail/v.env}]"),
        "own.yaml": "services: {own: {image: '${LEAK}'}}",
    },
    "include, with the variables of a directory": {
        "compose.yaml": INCLUDES.format("[{path: own.yaml, project_directory: ../mail}]"),
        "own.yaml": "services: {own: {image: '${SECRET}'}}",
    },
}


@pytest.mark.parametrize("told", READING.values(), ids=READING)
def test_a_file_that_is_not_the_apps_is_refused_however_compose_comes_to_read_it(
    told: dict[str, str], compose: Compose, app: Path, places: Places
) -> None:
    (app / "../mail/b.yaml").write_text(OTHERS)
    (app / "../mail/v.env").write_text("LEAK=leaked\n")
    (app / "../mail/.env").write_text("SECRET=leaked\n")
    files = write(app, {name: text.replace("MAIL", f"{app.parent}/mail") for name, text in told.items()})
    model = compose.config(files).model
    assert model is not None
    assert "leaked" in {service.image for service in model.project.services.values()}, "Compose reads it."

    verdict = judge_files(analyse(files).files, PolicyRules(), Role.SUPERUSER, places)
    assert {finding.code for finding in verdict.refused} == {"appos_data"}


def test_files_of_the_project_may_be_links(compose: Compose, app: Path, places: Places) -> None:
    (app / "../mail/b.yaml").write_text(OTHERS)
    (app / "linked.yaml").symlink_to("../mail/b.yaml")
    files = ProjectFiles(directory=app, files=(app / "linked.yaml",), name="wiki")
    assert compose.config(files).model is not None
    verdict = judge_files(analyse(files).files, PolicyRules(), Role.USER, places)
    assert [finding.code for finding in verdict.refused] == ["appos_data"]
    (app / "linked.yaml").unlink()


def test_a_file_that_compose_reads_and_appos_does_not_may_lead_anywhere(
    compose: Compose, app: Path, places: Places
) -> None:
    (app / "../mail/b.yaml").write_text(OTHERS)
    files = write(app, READING["extends"])
    with files.files[0].open("a") as file:
        file.write("\n" + f"# {'x' * 1000}\n" * 2200)
    assert compose.config(files).model is not None
    analysis = analyse(files)
    assert not analysis.is_whole
    verdict = judge_files(analysis.files, PolicyRules(), Role.USER, places, is_whole=analysis.is_whole)
    assert [finding.code for finding in verdict.refused] == ["unclear_path"]


def test_files_of_the_apps_own_are_let_pass(compose: Compose, app: Path, places: Places) -> None:
    told = {
        "compose.yaml": "include: [own.yaml]\nservices: {web: {extends: {file: own.yaml, service: own}}}",
        "own.yaml": "services: {own: {image: x, env_file: own.env}}",
        "own.env": "A=1\n",
        ".env": "B=1\n",
    }
    files = write(app, told)
    analysis = analyse(files)
    assert analysis.is_whole
    assert {file.name for file in analysis.files} >= {"compose.yaml", "own.yaml", ".env"}
    assert judge_files(analysis.files, PolicyRules(), Role.USER, places).findings == ()


def test_every_rule_is_spelt() -> None:
    assert set(SPELLINGS) == set(Rule)
