"""What the commands share: how one is named, and the services that it calls."""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from appos.config import Config

if TYPE_CHECKING:
    from appos.services import Services

# Services are imported by the commands that need them: `serve` hands over to gunicorn at once, and importing
# the store before that would cost 0.4 s at every start.

Command = Callable[[Config, argparse.Namespace], int]


def add_command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, command: Command, help_: str
) -> argparse.ArgumentParser:
    """Name a command, and return its parser for the arguments that it takes."""
    parser = commands.add_parser(name, help=help_, description=help_)
    parser.set_defaults(command=command)
    return parser


@contextmanager
def services_of(config: Config) -> "Iterator[Services]":
    """Open the data directory for one command."""
    from appos.engine.docker import DockerEngine  # noqa: PLC0415 - see the top
    from appos.services import Services  # noqa: PLC0415 - see the top

    services = Services.build(config, DockerEngine(config.docker_host))
    try:
        yield services
    finally:
        services.close()


def said(sentence: str) -> int:
    """Print how a command went well."""
    sys.stdout.write(f"{sentence}\n")
    return 0
