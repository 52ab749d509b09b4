"""What the conformance tests share: the real peers, each started once."""

import os
from collections import Counter
from collections.abc import Iterator

import pytest
from xdist.workermanage import WorkerController

from tests.conformance.pocketbase import PocketBase, find_binary, running

# What the comparisons counted, for the end of the run.
COUNTS: Counter[str] = Counter()
# The name under which a worker hands its counts on.
HANDED = "counts"


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand the counts of a worker on to whoever started it."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput[HANDED] = dict(COUNTS)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: WorkerController) -> None:
    """Take the counts of a worker; one that died has none."""
    COUNTS.update(getattr(node, "workeroutput", {}).get(HANDED, {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many answers were equal."""
    if COUNTS:
        terminalreporter.section("compared with the real programs")
        for name, count in COUNTS.items():
            terminalreporter.line(f"{count} {name}")


@pytest.fixture(scope="session")
def pocketbase(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PocketBase]:
    """Run the real PocketBase."""
    binary = find_binary()
    with running(binary, tmp_path_factory.mktemp("pocketbase")) as server:
        yield server


@pytest.fixture(scope="session")
def is_full_campaign() -> bool:
    """Tell whether a campaign runs its full count rather than a sample."""
    return os.environ.get("CAMPAIGN") == "full"
