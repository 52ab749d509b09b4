"""The real client and an engine of a few lines to speak with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from appos.engine.docker import DockerEngine
from tests.unit.engine.docker.wire_engine import WireEngine, listening


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "docker.sock"


@pytest.fixture
def wire(path: Path) -> Iterator[WireEngine]:
    with listening(path, WireEngine()) as engine:
        yield engine


@pytest.fixture
def engine(path: Path) -> Iterator[DockerEngine]:
    made = DockerEngine(f"unix://{path}")
    yield made
    made.close()
