"""The projects that a command works on: what it needs of AppOS, and no more."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from appos.apps.projects import Projects
from appos.compose.binary import ComposeBinary
from appos.config import Config
from appos.engine.docker import DockerEngine


@contextmanager
def projects_without_data(config: Config) -> Iterator[Projects]:
    """Give the verbs that need neither engine nor data directory: what Compose writes is thrown away."""
    with tempfile.TemporaryDirectory(prefix="appos-") as home:
        yield Projects.of(config, DockerEngine(config.docker_host), _binary(config), Path(home))


@contextmanager
def projects_on_engine(config: Config) -> Iterator[Projects]:
    """Give the verbs of projects on the engine of the settings."""
    engine = DockerEngine(config.docker_host)
    try:
        yield Projects.of(config, engine, _binary(config))
    finally:
        engine.close()


def _binary(config: Config) -> ComposeBinary:
    return ComposeBinary(config.data_dir, config.compose_binary)
