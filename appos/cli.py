"""The command line: `appos serve`, `appos superuser …`, and what `make` asks."""

import argparse
import getpass
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from appos import __version__
from appos.config import Config
from appos.errors import AppOSError, InvalidError

if TYPE_CHECKING:
    from appos.services import Services

# Services are imported by the commands that need them: `serve` hands over to gunicorn at once, and importing
# the store before that would cost 0.4 s at every start.

ROOT = Path(__file__).resolve().parents[1]
# What a stop takes at most beyond the grace of running jobs.
STOP_SECONDS = 3


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
    _add(commands, "serve", serve, "run AppOS in the foreground")
    _add(commands, "migrate", migrate, "make or migrate the databases, then exit")
    _add(commands, "setup-link", setup_link, "print the link that claims a new installation")
    superuser = commands.add_parser("superuser", help="manage superusers").add_subparsers(
        required=True, metavar="VERB"
    )
    for name, command, help_ in (
        ("create", superuser_create, "create a superuser"),
        ("upsert", superuser_upsert, "create a superuser, or set its password"),
        ("update", superuser_update, "set the password of a superuser"),
    ):
        verb = _add(superuser, name, command, help_)
        verb.add_argument("email", metavar="EMAIL")
        verb.add_argument(
            "password",
            metavar="PASSWORD",
            nargs="?",
            help="better given on standard input, where no process list shows it",
        )
    _add(superuser, "delete", superuser_delete, "delete a superuser").add_argument("email", metavar="EMAIL")
    reset = _add(superuser, "reset", superuser_reset, "print a link that sets a superuser's password once")
    reset.add_argument("email", metavar="EMAIL")
    return parser


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    command: Callable[[Config, argparse.Namespace], int],
    help_: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=help_, description=help_)
    parser.set_defaults(command=command)
    return parser


def serve(config: Config, _options: argparse.Namespace) -> int:
    """Become gunicorn, in the place of this process."""
    os.execv(sys.executable, gunicorn_command(config))  # noqa: S606 - an argument list, no shell


def gunicorn_command(config: Config, application: str = "wsgi:application") -> list[str]:
    """Return the command that serves an application, with the time that running jobs need for a stop."""
    settings = {
        "--config": str(ROOT / "build" / "gunicorn.conf.py"),
        "--pythonpath": str(ROOT),
        "--bind": config.bind,
        "--graceful-timeout": str(config.job_grace_seconds + STOP_SECONDS),
    }
    arguments = [part for pair in settings.items() for part in pair]
    return [sys.executable, "-m", "gunicorn", *arguments, application]


def migrate(config: Config, _options: argparse.Namespace) -> int:
    """Make or migrate the databases."""
    from appos.store.opening import open_databases  # noqa: PLC0415 - see the top

    open_databases(config.data_dir).close()
    return 0


def setup_link(config: Config, _options: argparse.Namespace) -> int:
    """Print the link that claims the installation, or nothing once it is claimed."""
    with _services(config) as services:
        link = services.claim.link()
    if link:
        sys.stdout.write(f"{link}\n")
    return 0


def superuser_create(config: Config, options: argparse.Namespace) -> int:
    """Create a superuser."""
    password = _password(options)
    with _services(config) as services:
        services.superusers.create(options.email, password)
    return _said(f"Created the superuser {options.email}.")


def superuser_upsert(config: Config, options: argparse.Namespace) -> int:
    """Create a superuser, or set the password of the one there is."""
    password = _password(options)
    with _services(config) as services:
        services.superusers.upsert(options.email, password)
    return _said(f"Saved the superuser {options.email}.")


def superuser_update(config: Config, options: argparse.Namespace) -> int:
    """Set a superuser's password, which ends all its sessions."""
    password = _password(options)
    with _services(config) as services:
        services.superusers.update(options.email, password)
    return _said(f"Set the password of the superuser {options.email}; every session of it has ended.")


def superuser_delete(config: Config, options: argparse.Namespace) -> int:
    """Delete a superuser; the last one stays."""
    with _services(config) as services:
        services.superusers.delete(options.email)
    return _said(f"Deleted the superuser {options.email}.")


def superuser_reset(config: Config, options: argparse.Namespace) -> int:
    """Print a link that sets a superuser's password once, within half an hour."""
    with _services(config) as services:
        link = services.superusers.reset_link(options.email)
    return _said(link)


@contextmanager
def _services(config: Config) -> "Iterator[Services]":
    from appos.engine.docker import DockerEngine  # noqa: PLC0415 - see the top
    from appos.services import Services  # noqa: PLC0415 - see the top

    services = Services.build(config, DockerEngine(config.docker_host))
    try:
        yield services
    finally:
        services.close()


def _password(options: argparse.Namespace) -> str:
    """Take a password from the arguments, from the terminal without echo, or from standard input."""
    if options.password is not None:
        return str(options.password)
    if sys.stdin.isatty():
        return getpass.getpass("Password: ")
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise InvalidError("Give the password on standard input.", code="password_missing")
    return password


def _said(sentence: str) -> int:
    sys.stdout.write(f"{sentence}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
