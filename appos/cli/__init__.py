"""The command line: `appos serve`, `appos superuser …`, `appos compose …`, and what `make` asks."""

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from appos import __version__
from appos.cli import accounts, server
from appos.cli.server import gunicorn_command
from appos.config import Config
from appos.errors import AppOSError

__all__ = ["gunicorn_command", "main"]

# Commands whose modules need much: they are imported when they are called, for `serve` would pay 0.2 s at
# every start.
LATE = {
    "compose": "check, plan and deploy a Compose project",
    "doctor": "say whether this machine has what AppOS needs",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 refused, 2 misused."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser(given[0] if given else "").parse_args(given)
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


def _parser(called: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="appos", description="A self-hosting platform for a Docker host.")
    parser.add_argument("--version", action="version", version=f"AppOS {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    server.add_to(commands)
    accounts.add_to(commands)
    for name, help_ in LATE.items():
        command = commands.add_parser(name, help=help_, description=help_)
        if name == called:
            import_module(f"appos.cli.{name}").add_arguments(command)
    return parser
