"""The command line: `appos serve`, `appos superuser …`, `appos compose …`, and what `make` asks."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
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
    "app": "deploy, operate, update and roll back apps",
    "compose": "check, plan and deploy a Compose project",
    "doctor": "say whether this machine has what AppOS needs",
}


# What a shell says of a program that Ctrl-C, or the end of what reads its output, has ended. Source: POSIX.
INTERRUPTED = 130
UNREAD = 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 refused, 2 misused."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    parser = _parser(given[0] if given else "")
    options, unknown = parser.parse_known_args(given)
    if unknown:
        parser.error(f"unrecognized arguments: {' '.join(unknown)}{getattr(options, 'hint', '')}")
    command: Callable[[Config, argparse.Namespace], int] = options.command
    try:
        return command(Config.from_env(), options)
    except AppOSError as error:
        if getattr(options, "json", False):
            told = {"code": error.code, "message": error.message, "fields": error.fields}
            sys.stdout.write(json.dumps({"error": told}, default=str) + "\n")
        sys.stderr.write(_told(error))
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The interpreter flushes once more at its end, and there is nobody to write to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNREAD


def _told(error: AppOSError) -> str:
    """Say what is wrong, and of each field of the input where it stands and what to do."""
    if error.code == "config_invalid":
        # Its sentence names every bad setting already.
        return f"{error.message}\n"
    fields = [_field(path, problem) for path, problem in error.fields.items()]
    # The sentence of an error may be that of its first field.
    is_said = any(str(it.get("message", "")).startswith(error.message) for it in error.fields.values())
    return "".join(f"{line}\n" for line in ([] if is_said else [error.message]) + fields)


def _field(path: str, problem: Mapping[str, object]) -> str:
    place = ":".join(str(part) for name in ("file", "line") if (part := problem.get(name)) is not None)
    where = " ".join(part for part in (path, f"({place})" if place else "") if part)
    return f"{where}: {problem.get('message', '')}" if where else str(problem.get("message", ""))


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
