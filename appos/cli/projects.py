"""The projects that a command works on: what it needs of AppOS, and no more."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from appos.apps.projects import Projects
from appos.apps.sockets import read_tables
from appos.compose.binary import ComposeBinary
from appos.compose.driver import Compose
from appos.config import Config
from appos.engine.docker import DockerEngine
from appos.engine.port import Engine

UNIX = "unix://"


@contextmanager
def projects_without_data(config: Config) -> Iterator[Projects]:
    """Give the verbs that need neither engine nor data directory: what Compose writes is thrown away."""
    with tempfile.TemporaryDirectory(prefix="appos-") as home:
        yield projects_of(config, DockerEngine(config.docker_host), Path(home))


@contextmanager
def projects_on_engine(config: Config) -> Iterator[Projects]:
    """Give the verbs of projects on the engine of the settings."""
    engine = DockerEngine(config.docker_host)
    try:
        yield projects_of(config, engine, config.compose_home)
    finally:
        engine.close()


def projects_of(config: Config, engine: Engine, home: Path) -> Projects:
    """Put the verbs of projects together; nothing is opened, asked or made before it is needed."""
    socket = config.docker_host.removeprefix(UNIX) if config.docker_host.startswith(UNIX) else ""
    binary = ComposeBinary(config.data_dir, config.compose_binary)
    return Projects(
        lambda: Compose(binary.path(), docker_host=config.docker_host, home=home),
        engine,
        config.data_dir,
        # An engine that is reached over the network is on another machine, whose sockets nobody sees here.
        tables=read_tables if socket else None,
        sockets=(Path(socket),) if socket else (),
    )
