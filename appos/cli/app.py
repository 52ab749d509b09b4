"""`appos app …`: apps deployed, operated, updated and rolled back from a shell."""

import argparse
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from appos.cli.commands import Command, add_command
from appos.cli.jobs import EXIT_FAILED, followed
from appos.cli.moving import adopt, export
from appos.cli.output import Output
from appos.cli.remote import Remote
from appos.cli.terminal import execute
from appos.compose.dotenv import parse_env
from appos.config import Config
from appos.errors import InvalidError


def add_arguments(app: argparse.ArgumentParser) -> None:
    """Name the verbs, and what they take."""
    verbs = app.add_subparsers(required=True, metavar="VERB")
    for name, command, help_ in (
        ("deploy", deploy, "make an app of a Compose file, or give one another, and deploy it"),
        ("check", check, "say what a deployment would do, and what stands against it"),
    ):
        parser = _verb(verbs, name, command, help_)
        parser.add_argument("-f", "--file", default="compose.yaml", type=Path, metavar="FILE")
        parser.add_argument("--env-file", type=Path, metavar="FILE")
        _add_repository(parser)
    _verb(verbs, "list", list_, "list the apps", takes_name=False)
    _verb(verbs, "show", show, "show an app and its services")
    logs_ = _verb(verbs, "logs", logs, "print what an app wrote")
    logs_.add_argument("-f", "--follow", action="store_true", help="and go on")
    logs_.add_argument("--tail", type=int, default=200, metavar="LINES")
    logs_.add_argument("--service", default="", metavar="SERVICE")
    env_ = _verb(
        verbs, "env", env, "print the environment, or set variables with KEY=VALUE on standard input"
    )
    env_.add_argument("--set", action="store_true", help="read KEY=VALUE lines from standard input")
    for name, help_ in (
        ("start", "start an app"),
        ("stop", "stop an app"),
        ("restart", "restart an app"),
        ("update", "pull newer images and deploy them"),
    ):
        _verb(verbs, name, act, help_)
    exec_ = _verb(verbs, "exec", execute, "open a shell in a service, or run a command there")
    exec_.add_argument("service", metavar="SERVICE")
    exec_.add_argument(
        "words", metavar="COMMAND", nargs="*", help="after --, what to run in the place of a shell"
    )
    exec_.add_argument("--user", default="", metavar="USER", help="as whom; by default the container's own")
    exec_.add_argument("--workdir", default="", metavar="DIRECTORY", help="where")
    adopt_ = _verb(verbs, "adopt", adopt, "take over a project or container that runs", takes_name=False)
    adopt_.add_argument("name", metavar="NAME", nargs="?", help="which; without it, list them")
    adopt_.add_argument("--yes", action="store_true", help="agree to what would be changed")
    export_ = _verb(verbs, "export", export, "write an archive that works without AppOS")
    export_.add_argument("-o", "--output", type=Path, metavar="FILE", help="by default APP.tar.gz")
    export_.add_argument("--secrets", action="store_true", help="with the values of the environment")
    rollback_ = _verb(verbs, "rollback", rollback, "go back to an earlier release")
    rollback_.add_argument("--release", type=int, metavar="NUMBER")
    rm_ = _verb(verbs, "rm", remove, "remove an app; its volumes stay")
    rm_.add_argument("--volumes", action="store_true", help="remove its volumes and files, too")
    rm_.add_argument("--yes", action="store_true", help="do not ask")


def _add_repository(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--git", default="", metavar="URL", help="take the files from a Git repository")
    parser.add_argument("--branch", default="", metavar="NAME", help="its branch or tag; by default its own")
    parser.add_argument("--path", default="", metavar="PATH", help="the Compose file there, or its directory")
    parser.add_argument("--git-user", default="", metavar="NAME", help="who asks it over HTTP")
    parser.add_argument(
        "--key-file", type=Path, metavar="FILE", help="the private key to ask it with over SSH"
    )
    parser.add_argument(
        "--git-password", action="store_true", help="read the password or token from standard input"
    )


def _verb(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    command: Command,
    help_: str,
    *,
    takes_name: bool = True,
) -> argparse.ArgumentParser:
    parser = add_command(verbs, name, command, help_)
    parser.set_defaults(verb=name)
    parser.add_argument("--json", action="store_true", help="print JSON, for scripts")
    if takes_name:
        parser.add_argument("app", metavar="APP")
    return parser


def deploy(config: Config, options: argparse.Namespace) -> int:
    """Deploy a Compose file as an app, which is made where there is none."""
    remote, output = Remote.of(config), Output(is_json=options.json)
    names = {it["name"] for it in _apps(remote)}
    if options.git:
        return _deploy_repository(remote, output, options, is_new=options.app not in names)
    body: dict[str, Any] = {"compose": _text(options.file)}
    if options.app not in names:
        environment = _environment(options)
        accepted = remote.ask("POST", "apps/deploy", {**body, "name": options.app, "env": environment})
        return followed(remote, output, accepted)
    saved = remote.ask("PUT", f"apps/{_name(options)}/compose", body)
    for finding in saved["findings"]:
        output.note(f"{finding['severity']}: {finding['message']} {finding['fix']}".strip())
    if options.env_file is not None:
        remote.ask("PUT", f"apps/{_name(options)}/env", {"text": _text(options.env_file)})
    return followed(remote, output, remote.ask("POST", f"apps/{_name(options)}/redeploy"))


def _deploy_repository(remote: Remote, output: Output, options: argparse.Namespace, *, is_new: bool) -> int:
    if is_new:
        body = {"name": options.app, "git": _repository(options), "env": _environment(options)}
        return followed(remote, output, remote.ask("POST", "apps/deploy", body))
    remote.ask("PUT", f"apps/{_name(options)}/git", _repository(options))
    if options.env_file is not None:
        remote.ask("PUT", f"apps/{_name(options)}/env", {"text": _text(options.env_file)})
    return followed(remote, output, remote.ask("POST", f"apps/{_name(options)}/update"))


def _repository(options: argparse.Namespace) -> dict[str, str]:
    """Return where a repository is and who asks it; what is not said is not changed."""
    told = {"url": options.git, "branch": options.branch, "path": options.path}
    if options.git_user:
        told["username"] = options.git_user
    if options.git_password:
        told["password"] = sys.stdin.readline().rstrip("\n")
    if options.key_file is not None:
        told["privateKey"] = _text(options.key_file)
    return told


def check(config: Config, options: argparse.Namespace) -> int:
    """Say what a deployment of a file would do; nothing is changed."""
    remote, output = Remote.of(config), Output(is_json=options.json)
    body: dict[str, Any] = {"name": options.app, "env": _environment(options)}
    if options.git:
        answer = remote.ask("POST", "apps/git/check", {**body, "git": _repository(options)})
    else:
        answer = remote.ask("POST", "apps/check", {**body, "compose": _text(options.file)})
    if options.json:
        output.value(answer)
    else:
        for finding in answer["findings"]:
            place = f" ({finding['file']}:{finding['line']})" if finding["line"] else ""
            output.text(
                f"{finding['severity']}: {finding['path']}{place} {finding['message']} {finding['fix']}"
            )
        for action in (answer["plan"] or {}).get("actions", []):
            if action["kind"] != "untouched":
                output.text(f"{action['kind']} {action['name']}")
    return 0 if answer["valid"] and not answer["refused"] else EXIT_FAILED


def list_(config: Config, options: argparse.Namespace) -> int:
    """List the apps."""
    found, output = _apps(Remote.of(config)), Output(is_json=options.json)
    if options.json:
        output.value(found)
        return 0
    rows = [
        (it["name"], it["state"], str(it["release"] or "-"), _addresses(it), it["message"]) for it in found
    ]
    output.table(("NAME", "STATE", "RELEASE", "ADDRESSES", ""), rows)
    return 0


def show(config: Config, options: argparse.Namespace) -> int:
    """Show an app and its services."""
    found = Remote.of(config).ask("GET", f"apps/{_name(options)}")
    output = Output(is_json=options.json)
    if options.json:
        output.value(found)
        return 0
    output.text(f"{found['name']}: {found['state']} {found['message']}".strip())
    changed = ", its files have changed since" if found["isChanged"] else ""
    output.text(f"release {found['release'] or '-'}{changed}")
    rows = [
        (it["name"], it["image"], it["state"], it["health"] or "-", _addresses({"services": [it]}))
        for it in found["services"]
    ]
    output.table(("SERVICE", "IMAGE", "STATE", "HEALTH", "ADDRESSES"), rows)
    return 0


def logs(config: Config, options: argparse.Namespace) -> int:
    """Print what an app wrote."""
    remote, output = Remote.of(config), Output(is_json=options.json)
    query: dict[str, Any] = {"tail": options.tail, "service": options.service}
    path = f"apps/{_name(options)}/logs?"
    if options.follow:
        for name, line in remote.events(path + urlencode({**query, "follow": 1})):
            if name == "line":
                _print_line(output, line)
        return 0
    for line in remote.ask("GET", path + urlencode(query))["lines"]:
        _print_line(output, line)
    return 0


def _print_line(output: Output, line: dict[str, str]) -> None:
    if output.is_json:
        output.value(line)
    else:
        output.text(f"{line['container']}  {line['text']}")


def env(config: Config, options: argparse.Namespace) -> int:
    """Print the environment of an app, or set variables of it; they count from the next deployment on."""
    remote, output = Remote.of(config), Output(is_json=options.json)
    path = f"apps/{_name(options)}/env"
    found = remote.ask("GET", path)
    if not options.set:
        if options.json:
            output.value(found["env"])
        else:
            output.text(found["text"])
        return 0
    given = parse_env(sys.stdin.buffer.read(), {}).variables
    values = {**found["env"], **{name: value or "" for name, value in given.items()}}
    remote.ask("PUT", path, {"env": values, "revision": found["revision"]})
    output.note(f"Saved {len(given)} variables; deploy the app for them to count.")
    return 0


def act(config: Config, options: argparse.Namespace) -> int:
    """Start, stop, restart or update an app."""
    remote = Remote.of(config)
    body: dict[str, Any] | None = {} if options.verb == "restart" else None
    accepted = remote.ask("POST", f"apps/{_name(options)}/{options.verb}", body)
    return followed(remote, Output(is_json=options.json), accepted)


def rollback(config: Config, options: argparse.Namespace) -> int:
    """Go back to an earlier release."""
    remote = Remote.of(config)
    body = {"release": options.release} if options.release is not None else {}
    accepted = remote.ask("POST", f"apps/{_name(options)}/rollback", body)
    return followed(remote, Output(is_json=options.json), accepted)


def remove(config: Config, options: argparse.Namespace) -> int:
    """Remove an app, once it was said what goes and the person has agreed."""
    remote, output = Remote.of(config), Output(is_json=options.json)
    query = "?volumes=1" if options.volumes else ""
    gone = remote.ask("GET", f"apps/{_name(options)}/removal{query}")
    if not options.yes:
        for kind in ("containers", "networks", "volumes", "files"):
            if gone[kind]:
                output.note(f"{kind} that go: {', '.join(gone[kind])}")
        if gone["keeps"]:
            output.note(f"what stays: {', '.join(gone['keeps'])}")
        sys.stderr.write(f"Write the app's name, {options.app}, to remove it: ")
        sys.stderr.flush()
        if sys.stdin.readline().strip() != options.app:
            output.note("Nothing was removed.")
            return EXIT_FAILED
    return followed(remote, output, remote.ask("DELETE", f"apps/{_name(options)}{query}"))


def _apps(remote: Remote) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = remote.ask("GET", "apps?perPage=500")["items"]
    return found


def _addresses(app: dict[str, Any]) -> str:
    ports = [it for service in app["services"] for it in service["ports"]]
    return ", ".join(sorted({f"{it['hostIp']}:{it['hostPort']}" for it in ports})) or "-"


def _environment(options: argparse.Namespace) -> dict[str, str]:
    if options.env_file is None:
        return {}
    values = parse_env(_text(options.env_file).encode(), {}).variables
    return {name: value or "" for name, value in values.items()}


def _name(options: argparse.Namespace) -> str:
    return quote(str(options.app), safe="")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidError(f"{path} cannot be read: {error}.", code="file_unreadable") from error
