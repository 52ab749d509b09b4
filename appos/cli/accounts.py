"""`appos superuser …`."""

import argparse
import getpass
import sys

from appos.cli.commands import add_command, said, services_of
from appos.config import Config
from appos.errors import InvalidError


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Name the commands of this module."""
    superuser = commands.add_parser("superuser", help="manage superusers").add_subparsers(
        required=True, metavar="VERB"
    )
    for name, command, help_ in (
        ("create", superuser_create, "create a superuser"),
        ("upsert", superuser_upsert, "create a superuser, or set its password"),
        ("update", superuser_update, "set the password of a superuser"),
    ):
        verb = add_command(superuser, name, command, help_)
        verb.add_argument("email", metavar="EMAIL")
        verb.add_argument(
            "password",
            metavar="PASSWORD",
            nargs="?",
            help="better given on standard input, where no process list shows it",
        )
    delete = add_command(superuser, "delete", superuser_delete, "delete a superuser")
    delete.add_argument("email", metavar="EMAIL")
    reset = add_command(
        superuser, "reset", superuser_reset, "print a link that sets a superuser's password once"
    )
    reset.add_argument("email", metavar="EMAIL")


def superuser_create(config: Config, options: argparse.Namespace) -> int:
    """Create a superuser."""
    password = _password(options)
    with services_of(config) as services:
        services.superusers.create(options.email, password)
    return said(f"Created the superuser {options.email}.")


def superuser_upsert(config: Config, options: argparse.Namespace) -> int:
    """Create a superuser, or set the password of the one there is."""
    password = _password(options)
    with services_of(config) as services:
        services.superusers.upsert(options.email, password)
    return said(f"Saved the superuser {options.email}.")


def superuser_update(config: Config, options: argparse.Namespace) -> int:
    """Set a superuser's password, which ends all its sessions."""
    password = _password(options)
    with services_of(config) as services:
        services.superusers.update(options.email, password)
    return said(f"Set the password of the superuser {options.email}; every session of it has ended.")


def superuser_delete(config: Config, options: argparse.Namespace) -> int:
    """Delete a superuser; the last one stays."""
    with services_of(config) as services:
        services.superusers.delete(options.email)
    return said(f"Deleted the superuser {options.email}.")


def superuser_reset(config: Config, options: argparse.Namespace) -> int:
    """Print a link that sets a superuser's password once, within half an hour."""
    with services_of(config) as services:
        link = services.superusers.reset_link(options.email)
    return said(link)


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
