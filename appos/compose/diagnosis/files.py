"""Files that a project names and that are not there: env files, configs, secrets, build contexts."""

from collections.abc import Iterator
from pathlib import Path

from appos.compose.diagnosis.subject import Subject, value
from appos.compose.diagnosis.variables import Variables
from appos.compose.dotenv import parse_env, parse_raw_env
from appos.compose.nodes import MapNode, Node, ScalarNode, entries, entry, items, text
from appos.compose.path import Part
from appos.compose.reading import UnreadError, is_directory, is_present

_REMOTE = (
    "http://",
    "https://",
    "git@",
    "ssh://",
    "git://",
    "github.com/",
    "docker-image://",
    "oci-layout://",
)


def check_files(subject: Subject) -> None:
    """Look for files that are not there."""
    for name, service in subject.active.items():
        for parts, node, item in _env_files(service):
            _check_env_file(subject, name, parts, node, item)
        for parts, node in _texts(service.entries.get("label_file"), "label_file"):
            _check_label_file(subject, name, parts, node)
        _check_build(subject, name, service)
    for section, kind in (("configs", "config"), ("secrets", "secret")):
        for name, thing in subject.defined(section).items():
            _check_file_of(subject, section, kind, name, thing)


def _texts(node: Node | None, key: str) -> Iterator[tuple[tuple[Part, ...], ScalarNode]]:
    """Tell one text, or those of a list, with its path in the service."""
    if isinstance(node, ScalarNode):
        yield (key,), node
    for number, item in enumerate(items(node)):
        if isinstance(item, ScalarNode):
            yield (key, number), item


def _env_files(service: MapNode) -> Iterator[tuple[tuple[Part, ...], ScalarNode, Node]]:
    """Tell the env files of a service: its path in it, the name, and the entry that holds the name."""
    node = service.entries.get("env_file")
    for parts, name in _texts(node, "env_file"):
        yield parts, name, name
    for number, item in enumerate(items(node)):
        path = entry(item, "path")
        if isinstance(path, ScalarNode):
            yield ("env_file", number, "path"), path, item


def _check_env_file(
    subject: Subject, service: str, parts: tuple[Part, ...], node: ScalarNode, item: Node
) -> None:
    if not isinstance(node.value, str):
        return
    file = subject.beside(node, node.value)
    try:
        data = subject.reader.read(file)
    except UnreadError as error:
        is_optional = value(item, "required") in (False, "false") and error.reason == "missing"
        if error.reason != "too_large" and not is_optional:
            _env_file_missing(subject, service, parts, file, node)
        return
    form = value(item, "format")
    if form not in (None, "", "raw"):
        subject.error(
            "value_unknown",
            f"The env file {subject.report.named(file)!r} has a format that Compose does not know.",
            "Take `format` out, or write `raw`.",
            *("services", service, *parts[:-1], "format"),
        )
        return
    variables = Variables(subject.report, subject.variables)
    is_raw = form == "raw"
    for flaw in parse_raw_env(data) if is_raw else parse_env(data, subject.variables).flaws:
        variables.flaw(flaw, subject.report.named(file))


def _env_file_missing(
    subject: Subject, service: str, parts: tuple[Part, ...], file: Path, node: ScalarNode
) -> None:
    shown = subject.report.named(file)
    is_there = is_present(file)
    subject.error(
        "env_file_not_readable" if is_there else "env_file_missing",
        f"The env file {shown!r} of the service {service!r} "
        + ("is no file that can be read." if is_there else "does not exist."),
        f"Create it, or write `env_file: [{{path: {node.text.strip() or shown}, required: false}}]` if the "
        "service runs without it.",
        *("services", service, *parts),
    )


def _check_label_file(subject: Subject, service: str, parts: tuple[Part, ...], node: ScalarNode) -> None:
    if not isinstance(node.value, str):
        return
    file = subject.beside(node, node.value)
    if not is_present(file):
        subject.error(
            "label_file_missing",
            f"The file of labels {subject.report.named(file)!r} of the service {service!r} does not exist.",
            "Create it, or take `label_file` out.",
            *("services", service, *parts),
        )


def _check_build(subject: Subject, service: str, definition: MapNode) -> None:
    """Look for the directory that an image is built from, and the Dockerfile in it."""
    build = definition.entries.get("build")
    parts: tuple[Part, ...] = ("services", service, "build")
    node = build if isinstance(build, ScalarNode) else entry(build, "context")
    if isinstance(build, MapNode) and node is not None:
        parts += ("context",)
    name = text(node)
    if build is None or node is None or name is None or name.startswith(_REMOTE) or "://" in name:
        return
    directory = subject.beside(node, name)
    if not is_directory(directory):
        subject.warning(
            "build_context_missing",
            f"The image of the service {service!r} is built from the directory {name!r}, which is missing.",
            "Create the directory with a Dockerfile in it, or correct its name.",
            *parts,
        )
        return
    dockerfile = value(build, "dockerfile") or "Dockerfile"
    if value(build, "dockerfile_inline") is None and not is_present(directory / str(dockerfile)):
        subject.warning(
            "dockerfile_missing",
            f"There is no {str(dockerfile)!r} in the directory that the image of {service!r} is built from.",
            "Create it, or name another one with `dockerfile:`.",
            *parts,
        )


def _check_file_of(subject: Subject, section: str, kind: str, name: str, thing: Node) -> None:
    node = entries(thing).get("file")
    file = text(node)
    if node is None or not file or is_present(subject.beside(node, file)):
        return
    subject.warning(
        f"{kind}_file_missing",
        f"The file {file!r} of the {kind} {name!r} does not exist.",
        "Create it, or correct its name.",
        *(section, name, "file"),
    )
