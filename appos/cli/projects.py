"""The projects that a command works on: what it needs of AppOS, and no more."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from appos.apps.projects import Projects
from appos.compose.binary import ComposeBinary
from appos.compose.runs import writing
from appos.config import Config
from appos.engine.docker import DockerEngine


@contextlib.contextmanager
def projects_without_data(config: Config) -> Iterator[Projects]:
    """Give the verbs that need neither engine nor data directory: what Compose writes is thrown away."""
    with contextlib.ExitStack() as held:
        with writing("the directory of temporary files"):
            home = held.enter_context(tempfile.TemporaryDirectory(prefix="appos-"))
        yield Projects.of(config, DockerEngine(config.docker_host), _binary(config), Path(home))


@contextlib.contextmanager
def projects_on_engine(config: Config) -> Iterator[Projects]:
    """Give the verbs of projects on the engine of the settings."""
    engine = DockerEngine(config.docker_host)
    try:
        yield Projects.of(config, engine, _binary(config))
    finally:
        engine.close()


def _binary(config: Config) -> ComposeBinary:
    return ComposeBinary(config.data_dir, config.compose_binary)
