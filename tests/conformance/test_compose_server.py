"""A check asked of a running AppOS: its verdict is Compose's; its time is told beside Compose's own."""

import json
import os
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.conformance.compose import SECONDS, said
from tests.conformance.conftest import COUNTS
from tests.conformance.test_compose_corpus import files_of
from tests.conformance.well_formed_projects import PROJECTS
from tests.serving import Server, running_server

CORPUS = os.environ.get("CORPUS")
EMAIL, PASSWORD = "ada@example.com", "Granite-Falcon-42"
# Of a corpus, so many files are asked about, each so often; the best time of each counts.
FILES = 120
ROUNDS = 3


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    settings = {"INIT_MODE": "auto", "SUPERUSER_EMAIL": EMAIL, "SUPERUSER_PASSWORD": PASSWORD}
    with running_server(folder / "data", **settings) as running:
        yield running


def post(server: Server, path: str, body: object, token: str = "") -> dict[str, object]:
    headers = {"Content-Type": "application/json", "Authorization": token}
    request = Request(server.url + path, json.dumps(body).encode(), headers)  # noqa: S310 - loopback
    with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - loopback
        answered: dict[str, object] = json.load(answer)
        return answered


def test_a_running_appos_checks_as_compose_does(server: Server, tmp_path: Path) -> None:
    asked = {"identity": EMAIL, "password": PASSWORD}
    token = str(post(server, "/api/collections/_superusers/auth-with-password", asked)["token"])
    files = list(files_of(Path(CORPUS) if CORPUS else PROJECTS))
    alone, checked = [], []
    for number, file in enumerate(files[:: max(1, len(files) // FILES)]):
        text = file.read_text(encoding="utf-8", errors="replace")
        directory = tmp_path / str(number)
        directory.mkdir()
        (directory / "compose.yaml").write_text(text, encoding="utf-8")
        times = []
        for _ in range(ROUNDS):
            begin = time.perf_counter()
            compose = said(directory, directory / "compose.yaml")
            between = time.perf_counter()
            answer = post(server, "/api/appos/compose/check", {"files": {"compose.yaml": text}}, token)
            times.append((between - begin, time.perf_counter() - between))
        assert answer["valid"] is not bool(compose.refusal), file
        alone.append(min(before for before, _ in times))
        checked.append(min(after for _, after in times))
    beyond = statistics.median(after - before for before, after in zip(alone, checked, strict=True))
    name = f"{len(alone)} Compose files of {'the corpus' if CORPUS else 'this clone'}"
    COUNTS[f"ms (median) took Compose for {name}"] = round(statistics.median(alone) * 1000)
    COUNTS[f"ms (median) took a check in a running AppOS beyond that, for {name}"] = round(beyond * 1000)
