"""What a Compose file says, with the place of every key and value: the tree that findings point into."""

from dataclasses import dataclass, field

from appos.compose.models import Place


@dataclass(frozen=True, slots=True)
class Moment:
    """A date or a time, which YAML makes of a plain word such as `2020-01-31`."""


Value = str | int | float | bool | Moment | None


@dataclass(slots=True)
class ScalarNode:
    """A single value. `text` is as it is written; `value` is what it means, with its variables filled in.

    A value that holds a variable may be secret, so that `text` alone is ever shown, and that with care.
    """

    place: Place
    text: str = field(repr=False)
    value: Value = field(repr=False)
    tag: str = ""


@dataclass(slots=True)
class ListNode:
    """A list."""

    place: Place
    items: list["Node"]
    tag: str = ""


@dataclass(slots=True)
class MapNode:
    """A mapping; `keys` says where each of its keys is written."""

    place: Place
    entries: dict[str, "Node"]
    keys: dict[str, Place]
    tag: str = ""


Node = ScalarNode | ListNode | MapNode


def entry(node: Node | None, *names: str) -> Node | None:
    """Return what a mapping holds under names, one within the other, None where nothing is."""
    for name in names:
        node = node.entries.get(name) if isinstance(node, MapNode) else None
    return node


def entries(node: Node | None) -> dict[str, Node]:
    """Return what a mapping holds, nothing where it is no mapping."""
    return node.entries if isinstance(node, MapNode) else {}


def items(node: Node | None) -> list[Node]:
    """Return what a list holds, nothing where it is no list."""
    return node.items if isinstance(node, ListNode) else []


def text(node: Node | None) -> str | None:
    """Return the meaning of a value that is text, None where it is anything else."""
    return node.value if isinstance(node, ScalarNode) and isinstance(node.value, str) else None


def named(node: Node | None) -> str:
    """Name what a value is, for a person."""
    if isinstance(node, MapNode):
        return "a mapping"
    if isinstance(node, ListNode):
        return "a list"
    value = None if node is None else node.value
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, Moment):
        return "a date"
    return "a text" if isinstance(value, str) else "a number"
