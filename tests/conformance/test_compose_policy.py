"""The policy gives one verdict to all spellings of an option: Docker Compose says what they mean."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appos.compose.binary import BESIDE
from appos.compose.driver import Compose
from appos.compose.model import Model
from appos.compose.models import ProjectFiles
from appos.compose.path import parsed
from appos.compose.paths import HostPaths, Mounted
from appos.compose.policy.judge import judge
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


def test_every_rule_is_spelt() -> None:
    assert set(SPELLINGS) == set(Rule)
