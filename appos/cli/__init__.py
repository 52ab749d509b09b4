"""The command line: `appos serve`, `appos superuser …`, `appos compose …`, and what `make` asks."""

import argparse
import sys
from collections.abc import Callable, Sequence

from appos import __version__
from appos.cli import accounts, server
from appos.cli.server import gunicorn_command
from appos.config import Config
from appos.errors import AppOSError

__all__ = ["gunicorn_command", "main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 refused, 2 misused."""
    options = _parser().parse_args(arguments)
    command: Callable[[Config, argparse.Namespace], int] = options.command
    try:
        return command(Config.from_env(), options)
    except AppOSError as error:
        sys.stderr.write(f"{error.message}\n{_wrong_fields(error)}")
        return 1


def _wrong_fields(error: AppOSError) -> str:
    """Say which fields are wrong where the sentence of the error says only that some are."""
    if error.code not in ("validation_failed", "not_unique"):
        return ""
    return "".join(f"{name}: {problem['message']}\n" for name, problem in error.fields.items())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="appos", description="A self-hosting platform for a Docker host.")
    parser.add_argument("--version", action="version", version=f"AppOS {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    server.add_to(commands)
    accounts.add_to(commands)
    return parser
