"""An `up` that is cancelled or killed at any moment: the next one does it all, and nothing is left."""

import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from appos.compose.runs import processes_of
from tests.integration.compose_shop import Shop, shop

pytestmark = pytest.mark.campaign

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 50 if os.environ.get("CAMPAIGN") == "full" else 4
VERSIONS = 12
# No `up` of the shop takes longer; most kills come within it.
LONGEST_SECONDS = 3.0
ENDS = ("cancel", "kill the driver", "kill Compose")
MARK = "kept"


@contextmanager
def child(project: Shop) -> "Iterator[subprocess.Popen[bytes]]":
    """A process that has begun to deploy."""
    command = [sys.executable, "-m", "tests.integration.compose_child"]
    command += [str(project.folder), project.host, project.image, project.name]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"begun\n"
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                process.kill()


def interrupt(project: Shop, process: "subprocess.Popen[bytes]", how: str) -> None:
    """End what a child does, in one of three ways."""
    if how == "cancel":
        process.send_signal(signal.SIGUSR1)
        process.wait(30)
    elif how == "kill the driver":
        process.kill()
        process.wait(30)
    else:
        for pid in composes(project):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait(90)


def composes(project: Shop) -> list[int]:
    """The processes of Compose that work for a project."""
    runs = project.home / "runs"
    return [pid for run in runs.glob("run-*") for pid in processes_of(run)] if runs.exists() else []


def wanted(project: Shop, content: dict[str, Any]) -> dict[str, str]:
    """The containers that there have to be, and their states."""
    found = {}
    for service, settings in content["services"].items():
        state = "exited" if service == "job" else "running"
        for number in range(1, settings.get("scale", 1) + 1):
            found[f"{project.name}-{service}-{number}"] = state
    return found


def left_in(folder: Path) -> list[str]:
    """The files of a directory, at any depth."""
    return [str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()]


@pytest.fixture
def project(tmp_path: Path, engine_host: str, tiny_image: str) -> Iterator[Shop]:
    made = Shop(tmp_path / "shop", engine_host, tiny_image, f"kills{uuid.uuid4().hex[:8]}")
    yield made
    made.close()


@pytest.mark.timeout(60 + 30 * ROUNDS)
def test_an_interrupted_up_is_made_good_by_the_next(project: Shop) -> None:
    seed = int(os.environ.get("CAMPAIGN_SEED", 0)) or random.randrange(1, 1 << 31)
    chance = random.Random(seed)
    project.write(shop(project.image, 0))
    assert not project.up().unhealthy
    database = f"{project.name}-db-1"
    project.engine.exec_run(database, ["touch", f"/scratch/{MARK}"])
    volumes = {it.name for it in project.engine.volumes()}
    tally: dict[str, int] = {}

    for number in range(ROUNDS):
        version, how = chance.randrange(VERSIONS), chance.choice(ENDS)
        moment = chance.uniform(0, LONGEST_SECONDS)
        story = f"seed {seed}, round {number}: version {version}, {how} after {moment:.3f} s"
        sys.stdout.write(f"{story}\n")
        content = shop(project.image, version)
        project.write(content)
        with child(project) as process:
            time.sleep(moment)
            tally[how] = tally.get(how, 0) + (process.poll() is None)
            interrupt(project, process, how)

        outcome = project.up()

        assert not outcome.unhealthy, story
        assert project.containers() == wanted(project, content), story
        assert project.hashes() == {
            name: {digest} for name, digest in project.compose.hashes(project.files).items()
        }, story
        assert project.networks() == {f"{project.name}_{it}" for it in ("back", "front")} | (
            {f"{project.name}_default"}
        ), story
        assert {it.name for it in project.engine.volumes()} == volumes, story
        found = project.engine.exec_run(f"{project.name}-web-1", ["ping", "-c", "1", "-W", "2", "db"])
        assert found.exit_code == 0, f"{story}: {found}"
        assert project.engine.exec_run(database, ["test", "-e", f"/scratch/{MARK}"]).exit_code == 0, story
        assert (left_in(project.home), composes(project)) == ([], []), story
        before = project.ids()
        project.plain("-p", project.name, "up", "-d")
        assert project.ids() == before, f"{story}: Compose itself would change something"

    sys.stdout.write(f"Interrupted while at work: {tally} of {ROUNDS} rounds, seed {seed}.\n")
