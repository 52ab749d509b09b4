"""Where everything in a normalised model is written.

A model spells out what files say in short forms, and merges what they say together: the way back goes through
the same rules.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from appos.compose.diagnosis import mounts, ports
from appos.compose.dotenv import parse_env
from appos.compose.merging import NAME_LISTS, PAIR_LISTS, pair
from appos.compose.models import Finding, Place
from appos.compose.nodes import ListNode, MapNode, Node, ScalarNode, entry, items, text
from appos.compose.path import Part, parsed
from appos.compose.reading import Reader, UnreadError


class Sources:
    """Maps paths of a model to places in files.

    `beside` says which file a name means that stands in a node.
    """

    def __init__(
        self,
        root: MapNode | None,
        reader: Reader,
        beside: Callable[[Node, str], Path],
        named: Callable[[Path], str],
    ) -> None:
        self._root = root
        self._reader = reader
        self._beside = beside
        self._named = named

    def place(self, path: str) -> Place | None:
        """Return where a path of the model is written, or the nearest of its parents; None where none is."""
        parts = parsed(path)
        place: Place | None = None
        node: Node | None = self._root
        for number, part in enumerate(parts):
            found = _step(node, part, parts[number - 1] if number else "")
            if found is None:
                break
            node, place = found
        else:
            return place
        return self._in_env_file(parts) or place

    def _in_env_file(self, parts: tuple[Part, ...]) -> Place | None:
        """Return where a variable of a service stands that comes from one of its env files."""
        if len(parts) != 4 or parts[0] != "services" or parts[2] != "environment":
            return None
        env_file = entry(self._root, "services", str(parts[1]), "env_file")
        for node in reversed([env_file, *items(env_file)]):
            name = text(node) or text(entry(node, "path"))
            if node is None or name is None:
                continue
            file = self._beside(node, name)
            try:
                line = parse_env(self._reader.read(file), {}).lines.get(str(parts[3]))
            except UnreadError:
                continue
            if line is not None:
                return Place(self._named(file), line)
        return None


def _step(node: Node | None, part: Part, key: Part) -> tuple[Node, Place] | None:
    """Go one part further; `key` is what the node is the value of."""
    if isinstance(node, MapNode) and isinstance(part, str) and part in node.entries:
        return node.entries[part], node.keys[part]
    if isinstance(node, ListNode):
        item = _item(node, part, key) if isinstance(part, int) else _named_item(node, part, str(key))
        return None if item is None else (item, item.place)
    return None


def _named_item(node: ListNode, name: str, key: str) -> Node | None:
    """Return the item that a list of names holds under a name, the last one of it."""
    for item in reversed(node.items):
        written = text(item)
        if written is None:
            continue
        if (key in PAIR_LISTS and pair(written, key)[0] == name) or (key in NAME_LISTS and written == name):
            return item
    return None


def _item(node: ListNode, index: int, key: Part) -> Node | None:
    """Return the item that is at a place in the list of the model."""
    unique = _unique(node.items, _KEYS.get(str(key)))
    if key != "ports":
        return unique[index] if index < len(unique) else None
    for item in unique:
        index -= _ports(item)
        if index < 0:
            return item
    return None


def _unique(all_items: list[Node], key_of: Callable[[Node], str | None] | None) -> list[Node]:
    """Drop the items that a later one replaces; it takes their place."""
    if key_of is None:
        return all_items
    found: dict[str, Node] = {}
    for number, item in enumerate(all_items):
        found[key_of(item) or f"\0{number}"] = item
    return list(found.values())


def _mount_key(item: Node) -> str | None:
    """Return the path in the container at which an entry is mounted."""
    if isinstance(item, MapNode):
        return text(item.entries.get("target"))
    try:
        return mounts.short(text(item) or "").target
    except mounts.BadMountError:
        return None


def _scalar_key(item: Node) -> str | None:
    return str(item.value) if isinstance(item, ScalarNode) else None


def _file_key(item: Node) -> str | None:
    if isinstance(item, MapNode):
        target = text(item.entries.get("target"))
        return target or f"/{text(item.entries.get('source'))}"
    name = _scalar_key(item)
    return None if name is None else f"/{name}"


def _ports(item: Node) -> int:
    """Count the entries of the model that an entry of `ports` makes."""
    if not isinstance(item, ScalarNode):
        return 1
    try:
        return ports.short(str(item.value)).count
    except ports.BadPortError:
        return 1


# Lists of the model in which a later item replaces an earlier one of the same key.
_KEYS: dict[str, Callable[[Node], str | None]] = {
    "volumes": _mount_key,
    "configs": _file_key,
    "secrets": _file_key,
    "ports": _scalar_key,
    "expose": _scalar_key,
}


def located(findings: Iterable[Finding], sources: Sources) -> tuple[Finding, ...]:
    """Give findings that have only a path their file and line."""
    return tuple(_located(finding, sources) for finding in findings)


def _located(finding: Finding, sources: Sources) -> Finding:
    if finding.file is not None or (place := sources.place(finding.path)) is None:
        return finding
    return msgspec.structs.replace(finding, file=place.file, line=place.line)
