"""What Compose accepts, and is old, has no effect, or does something else than it looks like."""

import re

from appos.compose.diagnosis.about import as_written
from appos.compose.diagnosis.subject import Subject, value
from appos.compose.nodes import MapNode, ScalarNode, entries, text
from appos.compose.path import Part, joined

_RESTARTS = re.compile(r"no|always|unless-stopped|on-failure(:\d+)?|")
_PROJECT_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_OLD_WORDS = re.compile(r"y|yes|n|no|on|off", re.IGNORECASE)
_SWITCHES = ("tty", "stdin_open", "privileged", "read_only", "init")


def check_advice(subject: Subject) -> None:
    """Say what would better be written otherwise."""
    root = subject.root
    if "version" in root.entries:
        subject.warning(
            "version_obsolete",
            "`version` has no effect any more.",
            "Take the line out.",
            "version",
        )
    if subject.is_whole and not entries(root.entries.get("services")) and _is_empty(root):
        subject.warning(
            "services_missing",
            "The file has no services, so that there is nothing to start.",
            "Write `services:` at the left edge, and under it a name, and under that `image:`.",
            *(("services",) if "services" in root.entries else ()),
        )
    _check_name(subject)
    for name, service in subject.services.items():
        _check_restart(subject, name, service)
        _check_switches(subject, name, service)


def _is_empty(root: MapNode) -> bool:
    """Tell whether there are no services, rather than services of a wrong form."""
    services = root.entries.get("services")
    return services is None or isinstance(services, MapNode)


def _check_name(subject: Subject) -> None:
    name = text(subject.root.entries.get("name"))
    if name == "":
        subject.error(
            "project_name_invalid",
            "The name of the project is empty.",
            "Write a name of small letters, digits, `_` and `-`, or take `name` out.",
            "name",
        )
    elif name and _PROJECT_NAME.fullmatch(name) is None:
        subject.warning(
            "project_name_changed",
            "The name of the project has characters that a name cannot have; Compose leaves them out.",
            "Use small letters, digits, `_` and `-`, beginning with a letter or a digit.",
            "name",
        )


def _check_restart(subject: Subject, name: str, service: MapNode) -> None:
    node = service.entries.get("restart")
    restart = text(node)
    if restart is None or not isinstance(node, ScalarNode) or _RESTARTS.fullmatch(restart):
        return
    subject.warning(
        "restart_unknown",
        f"{as_written(node)} is no value of `restart`: the engine refuses it when {name!r} is started.",
        'Write `unless-stopped`, `always`, `on-failure` or `"no"`.',
        *("services", name, "restart"),
    )


def _check_switches(subject: Subject, name: str, service: MapNode) -> None:
    for key in _SWITCHES:
        parts: tuple[Part, ...] = ("services", name, key)
        word = value(service, key)
        if isinstance(word, str) and _OLD_WORDS.fullmatch(word):
            right = "true" if word.lower() in ("y", "yes", "on") else "false"
            subject.report.info(
                "boolean_old",
                f"`{word}` is an old way to write `{right}`.",
                f"Write `{key}: {right}`.",
                path=joined(*parts),
                place=subject.place(*parts),
            )
