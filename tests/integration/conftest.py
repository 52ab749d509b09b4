"""What the integration tests share: servers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.work import Work, new_work
from tests.serving import Server, running_server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A new installation."""
    with running_server(tmp_path / "data") as running:
        yield running


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Work]:
    """A server of slow jobs, one for all tests of a module."""
    with new_work(tmp_path_factory.mktemp("work") / "data", JOB_WORKERS="8") as running:
        yield running
