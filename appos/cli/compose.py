"""`appos compose …`: a Compose project checked, planned, deployed and taken down from a shell."""

import argparse
import sys
from pathlib import Path

import yaml

from appos.apps.looks import Deploy
from appos.cli.commands import Command, add_command
from appos.cli.interrupts import cancelled_by_signals
from appos.cli.output import Output
from appos.cli.projects import projects_on_engine, projects_without_data
from appos.compose.models import ProjectFiles
from appos.compose.plan import printed
from appos.config import Config, shell_variables
from appos.errors import AppOSError

EXIT_REFUSED = 1
EXIT_MISUSED = 2
# As with `docker compose`.
HINT = " (-f, -p, --project-directory, --env-file and --profile stand before the verb)"


def add_arguments(compose: argparse.ArgumentParser) -> None:
    """Name the verbs, and what they take."""
    _project_arguments(compose)
    compose.set_defaults(hint=HINT)
    verbs = compose.add_subparsers(required=True, metavar="VERB")
    _verb(verbs, "check", check, "say what is wrong with the files; needs no engine")
    _verb(verbs, "config", config, "print what the files mean, as Compose normalises them")
    plan_ = _verb(verbs, "plan", plan, "say exactly what `up` would do, and change nothing")
    up_ = _verb(verbs, "up", up, "deploy, and wait until every service is healthy")
    for parser in (plan_, up_):
        parser.add_argument("--pull", choices=("policy", "always", "missing", "never"), default="policy")
        parser.add_argument("--build", action="store_true", help="build images anew")
    up_.add_argument("--wait-timeout", type=_seconds, default=120, metavar="SECONDS")
    up_.add_argument("--create-external", action="store_true", help="make external networks and volumes")
    down_ = _verb(verbs, "down", down, "stop and remove the containers and networks")
    down_.add_argument("--volumes", action="store_true", help="remove named volumes and their data, too")
    _verb(verbs, "ps", ps, "list the containers")
    logs_ = _verb(verbs, "logs", logs, "print what the containers wrote")
    logs_.add_argument("-f", "--follow", action="store_true", help="and go on")
    logs_.add_argument("--tail", type=_count, metavar="LINES", help="the last lines alone")
    logs_.add_argument("services", nargs="*", metavar="SERVICE")
    pull_ = _verb(verbs, "pull", pull, "pull the images")
    pull_.add_argument("services", nargs="*", metavar="SERVICE")


def _project_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-f",
        "--file",
        dest="files",
        action="append",
        default=[],
        type=_file,
        metavar="FILE",
        help="a Compose file",
    )
    parser.add_argument("-p", "--project-name", dest="name", default="", metavar="NAME")
    parser.add_argument("--project-directory", dest="directory", default="", metavar="DIRECTORY")
    parser.add_argument("--env-file", dest="env_files", action="append", default=[], metavar="FILE")
    parser.add_argument("--profile", dest="profiles", action="append", default=[], metavar="NAME")


def _verb(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, command: Command, help_: str
) -> argparse.ArgumentParser:
    parser = add_command(verbs, name, command, help_)
    parser.add_argument("--json", action="store_true", help="print JSON for a script")
    return parser


def _file(name: str) -> str:
    if not name:
        raise argparse.ArgumentTypeError("it names no file")
    if name == "-":
        raise argparse.ArgumentTypeError(
            "a project is read more than once: write it into a file, and name that"
        )
    return name


def _count(text: str) -> int:
    if not text.isascii() or not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)


def _seconds(text: str) -> int:
    seconds = _count(text)
    if seconds < 1:
        raise argparse.ArgumentTypeError("it has to be 1 second at least")
    return seconds


def _files(options: argparse.Namespace) -> ProjectFiles:
    """Read which project is meant, as `docker compose` reads the same arguments."""
    files = tuple(Path(file).absolute() for file in options.files)
    if options.directory:
        directory = Path(options.directory).absolute()
    else:
        directory = files[0].parent if files else Path.cwd()
    return ProjectFiles(
        directory=directory,
        files=files,
        name=options.name,
        env_files=tuple(Path(file).absolute() for file in options.env_files),
        profiles=tuple(options.profiles),
        # A person's own shell is where variables of a project come from, as with `docker compose`.
        variables=shell_variables(),
    )


def check(config: Config, options: argparse.Namespace) -> int:
    """Say what is wrong with the files; 0 when Compose takes them, 1 when not, 2 when nobody could look."""
    output = Output(is_json=options.json)
    try:
        with projects_without_data(config) as projects:
            checked = projects.check(_files(options))
    except AppOSError as error:
        sys.stderr.write(f"{error.message}\n")
        return EXIT_MISUSED
    if options.json:
        output.value({"valid": checked.valid, "findings": checked.findings})
    else:
        output.findings(checked.findings)
        if checked.said:
            output.text(f"Docker Compose says: {checked.said}")
        output.text("The files are valid." if checked.valid else "Docker Compose refuses these files.")
    return 0 if checked.valid else EXIT_REFUSED


def config(config: Config, options: argparse.Namespace) -> int:
    """Print the normalised model; it holds the values of all variables."""
    with projects_without_data(config) as projects:
        model = projects.model(_files(options))
    output = Output(is_json=options.json)
    if options.json:
        output.value(model.raw)
    else:
        output.text(yaml.safe_dump(model.raw, sort_keys=False, allow_unicode=True))
    return 0


def plan(config: Config, options: argparse.Namespace) -> int:
    """Print what `up` would do, and what stands against it."""
    with projects_on_engine(config) as projects:
        review = projects.review(_files(options), _deploy(options))
    output = Output(is_json=options.json)
    if options.json:
        output.value(review)
    else:
        output.findings(review.findings)
        output.text(printed(review.plan))
    return EXIT_REFUSED if review.refused or any(not note.mended for note in review.plan.obstacles) else 0


def up(config: Config, options: argparse.Namespace) -> int:
    """Deploy, and wait until every service is healthy; 1 when one is not, with its last lines."""
    output, files = Output(is_json=options.json), _files(options)
    with projects_on_engine(config) as projects, cancelled_by_signals() as cancel:
        if options.create_external:
            for made in projects.create_external(files):
                output.note(f"Made {made}.")
        outcome = projects.up(files, _deploy(options), on_step=output.step, cancel=cancel)
    output.steps_end()
    if options.json:
        output.value({"outcome": outcome})
    else:
        for sick in outcome.unhealthy:
            output.text(f"The service {sick.container.service} is not healthy: {sick.container.status}")
            output.text("\n".join(f"    {line}" for line in sick.last_lines))
        if not outcome.unhealthy:
            output.text("Every service is running.")
    return EXIT_REFUSED if outcome.unhealthy else 0


def down(config: Config, options: argparse.Namespace) -> int:
    """Stop and remove what was deployed."""
    output = Output(is_json=options.json)
    with projects_on_engine(config) as projects, cancelled_by_signals() as cancel:
        projects.down(_files(options), volumes=options.volumes, on_step=output.step, cancel=cancel)
    output.steps_end()
    return 0


def ps(config: Config, options: argparse.Namespace) -> int:
    """List the containers."""
    with projects_on_engine(config) as projects:
        containers = projects.ps(_files(options))
    output = Output(is_json=options.json)
    if options.json:
        output.value(containers)
    else:
        output.table(
            ("NAME", "SERVICE", "IMAGE", "STATUS"),
            [(it.name, it.service, it.image, it.status or it.state) for it in containers],
        )
    return 0


def logs(config: Config, options: argparse.Namespace) -> int:
    """Print what the containers wrote, byte for byte."""
    output = Output(is_json=options.json)
    with projects_on_engine(config) as projects, cancelled_by_signals() as cancel:
        lines = projects.logs(
            _files(options),
            tuple(options.services),
            follow=options.follow,
            tail=options.tail,
            cancel=cancel,
        )
        for line in lines:
            output.log_line(line)
    return 0


def pull(config: Config, options: argparse.Namespace) -> int:
    """Pull the images."""
    output = Output(is_json=options.json)
    with projects_on_engine(config) as projects, cancelled_by_signals() as cancel:
        projects.pull(_files(options), tuple(options.services), on_step=output.step, cancel=cancel)
    output.steps_end()
    return 0


def _deploy(options: argparse.Namespace) -> Deploy:
    return Deploy(
        pull=options.pull, build=options.build, wait_seconds=float(getattr(options, "wait_timeout", 0))
    )
