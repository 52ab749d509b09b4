"""`appos serve`, and what prepares a start."""

import argparse
import os
import sys
from pathlib import Path

from appos.cli.commands import add_command, services_of
from appos.config import Config, InitMode

ROOT = Path(__file__).resolve().parents[2]
# What a stop takes at most beyond the grace of running jobs.
STOP_SECONDS = 3


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Name the commands of this module."""
    add_command(commands, "serve", serve, "run AppOS in the foreground")
    add_command(commands, "migrate", migrate, "make or migrate the databases, then exit")
    add_command(commands, "prepare", prepare, "migrate, create the superuser of INIT_MODE=auto, and exit")
    add_command(commands, "setup-link", setup_link, "print the link that claims a new installation")


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
    from appos.store.opening import open_databases  # noqa: PLC0415 - see commands.py

    open_databases(config.data_dir).close()
    return 0


def prepare(config: Config, options: argparse.Namespace) -> int:
    """Make a data directory ready for a start; a superuser that `INIT_MODE=auto` cannot make is refused."""
    if config.init_mode is InitMode.SETUP:
        return migrate(config, options)
    with services_of(config) as services:
        services.claim.prepare()
    return 0


def setup_link(config: Config, _options: argparse.Namespace) -> int:
    """Print the link that claims the installation, or nothing once it is claimed."""
    with services_of(config) as services:
        link = services.claim.link()
    if link:
        sys.stdout.write(f"{link}\n")
    return 0
