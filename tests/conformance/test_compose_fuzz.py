"""Generated documents: whatever stands in a file, AppOS raises nothing, and the verdict stays Compose's."""

import os
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from appos.compose.diagnose import analyse, diagnose
from appos.compose.models import ProjectFiles, Severity
from appos.compose.path import parsed
from appos.compose.spec.project import PROJECT
from appos.compose.spec.service import SERVICE
from tests.conformance.compose import Said, said
from tests.conformance.conftest import COUNTS
from tests.conformance.malformed_files import malformed_files
from tests.conformance.well_formed_projects import PROJECTS

pytestmark = pytest.mark.campaign

IS_FULL = os.environ.get("CAMPAIGN") == "full"
DOCUMENTS = 10_000 if IS_FULL else 300
ASKED = 600 if IS_FULL else 12
SEED = int(os.environ.get("CAMPAIGN_SEED", 0)) or random.randrange(1, 1 << 31)

TEXTS = [
    *(file.data for file in malformed_files()),
    *(file.read_bytes() for file in sorted(PROJECTS.rglob("*.yaml"))),
]
REFUSALS = ("", "services must be a mapping", "services.web.ports.0 must be a number", "invalid spec: a: b")
WORDS = (
    *(
        "",
        "~",
        "3",
        "-1",
        "true",
        "yes",
        "abc",
        "[a]",
        "[]",
        "{a: b}",
        "{}",
        "a: b",
        "'a: b'",
        "${X}",
        "${X:?}",
    ),
    *(
        "${",
        "$",
        "1.5",
        "10x",
        "5s",
        "'5 s'",
        "512m",
        "[{a: b}]",
        "80:80",
        "./x:/y",
        "*foo",
        "&a b",
        "@x",
        "`x`",
    ),
    *(
        "2020-01-01",
        "0x10",
        "1e3",
        ".inf",
        "!!str 3",
        "!reset null",
        "service:web",
        "[null]",
        "{external: true}",
    ),
)

KEYS = st.sampled_from([*SERVICE.known, *PROJECT.known, "web", "db", "<<", "x-a", "", "a b", "test", "path"])
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-1, 70000)
    | st.floats()
    | st.sampled_from(WORDS)
    | st.text(max_size=12)
    | st.dates()
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)
SERVICES = st.dictionaries(st.sampled_from(("web", "db", "a.b")), st.dictionaries(KEYS, VALUES, max_size=6))
PROJECT_VALUES = st.fixed_dictionaries(
    {"services": SERVICES | VALUES},
    optional=dict.fromkeys(("volumes", "networks", "include", "name"), VALUES),
)
DOCUMENT = (
    (PROJECT_VALUES | VALUES).map(lambda value: yaml.safe_dump(value, allow_unicode=True).encode())
    | st.integers().map(lambda seed: mutated(random.Random(seed)))
    | st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: text.encode(errors="surrogatepass"))
)


def mutated(chance: random.Random) -> bytes:
    """Return one of the clone's files with one or two things in it changed."""
    text = chance.choice(TEXTS).decode("latin-1")
    for _ in range(chance.choice((1, 1, 2))):
        lines = text.split("\n")
        chance.choice(CHANGES)(chance, lines, chance.randrange(len(lines)))
        text = "\n".join(lines)
    return text.encode("latin-1")


def _new_value(chance: random.Random, lines: list[str], at: int) -> None:
    lines[at] = re.sub(r"(?<=[:-] ).*", lambda _: chance.choice(WORDS), lines[at], count=1)


def _other_key(chance: random.Random, lines: list[str], at: int) -> None:
    lines.insert(at, f"    {chance.choice(list(SERVICE.known))}: {chance.choice(WORDS)}")


def _removed(_: random.Random, lines: list[str], at: int) -> None:
    del lines[at]


def _repeated(chance: random.Random, lines: list[str], at: int) -> None:
    lines.insert(at, chance.choice(lines))


def _indented(chance: random.Random, lines: list[str], at: int) -> None:
    lines[at] = chance.choice((" ", "  ", "\t", "    ")) + lines[at]


def _outdented(chance: random.Random, lines: list[str], at: int) -> None:
    lines[at] = lines[at][chance.randrange(1, 3) :]


def _character(chance: random.Random, lines: list[str], at: int) -> None:
    where = chance.randrange(len(lines[at]) + 1)
    character = chance.choice("'\":#-[]{},&*!|>%@`$\\ \t?x3\xe9\x00")
    lines[at] = lines[at][:where] + character + lines[at][where + chance.randrange(2) :]


CHANGES: tuple[Callable[[random.Random, list[str], int], None], ...] = (
    *(_new_value, _new_value, _other_key, _removed, _repeated, _indented, _outdented, _character),
)


def project_of(directory: Path, data: bytes) -> ProjectFiles:
    file = directory / "compose.yaml"
    file.write_bytes(data)
    return ProjectFiles(directory=directory, files=(file,), variables={"HOME": str(directory)})


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the directory of all documents."""
    return tmp_path_factory.mktemp("fuzz") / "shop"


def test_no_document_raises_anything_and_errors_are_there_exactly_where_compose_refuses(
    directory: Path,
) -> None:
    directory.mkdir(exist_ok=True)
    count = 0

    @settings(
        max_examples=DOCUMENTS,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(data=DOCUMENT, refusal=st.sampled_from(REFUSALS))
    def check(data: bytes, refusal: str) -> None:
        nonlocal count
        count += 1
        files = project_of(directory, data)
        result = diagnose(files, Said(None, refusal, ()))
        has_error = any(finding.severity is Severity.ERROR for finding in result.findings)
        assert result.valid is not has_error
        assert has_error is bool(refusal)
        sources = analyse(files).sources
        for finding in result.findings:
            parsed(finding.path)
            sources.place(finding.path)
            assert finding.message
            assert finding.line is None or 1 <= finding.line <= data.count(b"\n") + data.count(b"\r") + 2

    check()
    COUNTS["generated documents raised nothing"] += count


def test_the_verdict_on_generated_documents_is_composes(directory: Path) -> None:
    directory.mkdir(exist_ok=True)
    chance = random.Random(SEED)
    for _ in range(ASKED):
        data = mutated(chance)
        files = project_of(directory, data)
        answer = said(directory, *files.files)
        analysis = analyse(files)
        result = analysis.findings(answer)
        errors = [each.finding for each in analysis.found if each.finding.severity is Severity.ERROR]
        assert result.valid is not bool(answer.refusal), (SEED, data)
        assert any(each.severity is Severity.ERROR for each in result.findings) is bool(answer.refusal)
        COUNTS["generated files compared with Compose"] += 1
        COUNTS["of them have errors by AppOS alone exactly if Compose refuses them"] += bool(errors) is bool(
            answer.refusal
        )
