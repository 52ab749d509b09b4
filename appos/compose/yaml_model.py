"""The normalised model, read from YAML, for the few projects that Docker Compose cannot print as JSON.

Compose v5 accepts a build with an SSH key that has a path, and fails when it is to print it as JSON.
"""

import re
from typing import Any

from appos.compose.nodes import ListNode, MapNode, Moment, Node
from appos.compose.parsing import NotYamlError, parse

UNPRINTABLE = (
    "Docker Compose accepts these files, but cannot print what they mean: a build has an SSH key with a path "
    "and a text begins with an empty line. Give the key by its name alone, such as `default`, "
    "or change the text."
)
# How Compose says that a valid project cannot be printed. Source: Go, encoding/json, MarshalerError.
_UNPRINTABLE = "json: error calling MarshalJSON for type "
# A text that begins with an empty line: Compose does not say how far its lines are indented, so that they
# are read as other lines than they are, or not at all.
_AMBIGUOUS = re.compile(rb"[|>][-+]?\n *\n")


def is_unprintable(said: str) -> bool:
    """Tell whether Compose failed to print a project as JSON, and found nothing wrong with it."""
    return said.startswith(_UNPRINTABLE)


def model_in_yaml(output: bytes) -> dict[str, Any] | None:
    """Read what `docker compose config` prints, as `--format json` would have it; None of what is ambiguous.

    Raises:
        ValueError: it is no mapping in YAML.
    """
    if _AMBIGUOUS.search(output):
        return None
    try:
        documents = parse(output, "").documents
    except NotYamlError as error:
        raise ValueError(f"Compose printed YAML that AppOS cannot read: {error.problem}.") from error
    raw = _plain(documents[0]) if documents else None
    if not isinstance(raw, dict):
        raise ValueError("Compose printed YAML that is no mapping.")
    for service in (raw.get("services") or {}).values():
        _mend_ssh(service.get("build"))
    return raw


def _plain(node: Node) -> Any:
    if isinstance(node, MapNode):
        return {name: _plain(part) for name, part in node.entries.items()}
    if isinstance(node, ListNode):
        return [_plain(part) for part in node.items]
    # A date can only stand in an extension, which nothing looks into.
    return node.text if isinstance(node.value, Moment) else node.value


def _mend_ssh(build: object) -> None:
    """Write SSH keys so that Compose can read them again: it prints `ID: PATH`, and takes `ID=PATH`."""
    if isinstance(build, dict) and isinstance(build.get("ssh"), list):
        build["ssh"] = [str(key).replace(": ", "=", 1) for key in build["ssh"]]
