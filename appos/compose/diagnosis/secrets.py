"""The values that may be secret in a project that Compose refuses, for it quotes what it cannot read."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from appos.compose.merging import as_map
from appos.compose.nodes import MapNode, Node, ScalarNode, entries, entry, items
from appos.compose.veil import Veil, values_in_file

_Pairs = Iterator[tuple[str, str]]


def veil_over(root: MapNode | None, env_files: tuple[Path, ...], variables: Mapping[str, str]) -> Veil:
    """Hide the values of variables, of env files, of environments and build arguments, and contents."""
    pairs = [*variables.items(), *_in_project(root)]
    for file in env_files:
        pairs += values_in_file(file)
    return Veil(pairs)


def _in_project(root: MapNode | None) -> _Pairs:
    for service in entries(entry(root, "services")).values():
        yield from _pairs(entry(service, "environment"), "environment")
        yield from _pairs(entry(service, "build", "args"), "args")
    for section in ("configs", "secrets"):
        for thing in entries(entry(root, section)).values():
            content = entry(thing, "content")
            if isinstance(content, ScalarNode):
                yield "secret", content.text


def _pairs(node: Node | None, key: str) -> _Pairs:
    """Tell the names and values of an environment, as they are written and as they are meant."""
    for name, value in entries(as_map(node, key) if node is not None else None).items():
        if not isinstance(value, ScalarNode):
            yield from ((name, item.text) for item in items(value) if isinstance(item, ScalarNode))
            continue
        written = value.text.partition("=")[2] if value.text.startswith(f"{name}=") else value.text
        yield name, written
        if value.value is not None:
            yield name, str(value.value)
