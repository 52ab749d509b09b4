"""Laying one file over another, as Compose does: which value wins, and so where it is written.

Source: Compose Specification, "Merge". `!override` replaces a value instead of merging it; `!reset` takes it
away.
"""

from appos.compose.nodes import ListNode, MapNode, Node, ScalarNode

# Lists whose items are names, alone or with a value: they are merged as mappings.
PAIR_LISTS = frozenset(
    ("environment", "labels", "annotations", "args", "sysctls", "extra_hosts", "additional_contexts", "ssh")
)
NAME_LISTS = frozenset(("depends_on", "networks", "models"))
_REPLACED = frozenset(("command", "entrypoint", "test"))
# What stands for a mapping with one key, where it is a text.
_SHORT = {"build": "context", "extends": "service"}
OVERRIDE = "!override"
RESET = "!reset"


class CannotMergeError(Exception):
    """A value that cannot be laid over one of another form."""

    def __init__(self, path: tuple[str, ...], node: Node) -> None:
        super().__init__(".".join(path))
        self.path = path
        self.node = node


def merged(base: Node, over: Node, path: tuple[str, ...] = ()) -> Node:
    """Return a value with another laid over it.

    Raises:
        CannotMergeError: One is a list or a mapping and the other is not.
    """
    if over.tag == OVERRIDE or _is_null(base) or (path and path[-1] in _REPLACED):
        return over
    if _is_null(over):
        return base
    if isinstance(base, ListNode) and isinstance(over, ListNode):
        return ListNode(over.place, [*base.items, *over.items])
    if path:
        base, over = _alike(base, over, path[-1])
    if isinstance(base, MapNode) and isinstance(over, MapNode):
        return _merged_maps(base, over, path)
    if isinstance(base, ScalarNode) and isinstance(over, ScalarNode):
        return over
    if isinstance(base, ScalarNode) or isinstance(over, ScalarNode):
        return over
    raise CannotMergeError(path, over)


def _merged_maps(base: MapNode, over: MapNode, path: tuple[str, ...]) -> MapNode:
    if path and path[-1] == "logging" and _drivers_differ(base, over):
        return over
    entries, keys = dict(base.entries), dict(base.keys)
    for name, node in over.entries.items():
        if node.tag == RESET or (node.tag == OVERRIDE and _is_null(node)):
            entries.pop(name, None)
            keys.pop(name, None)
            continue
        known = entries.get(name)
        is_new = known is None or name.startswith("x-")
        entries[name] = node if is_new or known is None else merged(known, node, (*path, name))
        keys[name] = over.keys[name]
    return MapNode(over.place, entries, keys)


def without_reset(root: MapNode) -> MapNode:
    """Drop what `!reset` takes away where there is nothing under it."""
    waiting: list[Node] = [root]
    visited: set[int] = set()
    while waiting:
        node = waiting.pop()
        if id(node) in visited:
            continue
        visited.add(id(node))
        if isinstance(node, MapNode):
            for name in [name for name, value in node.entries.items() if value.tag == RESET]:
                del node.entries[name]
            waiting += node.entries.values()
        elif isinstance(node, ListNode):
            waiting += node.items
    return root


def _drivers_differ(base: MapNode, over: MapNode) -> bool:
    """Tell whether both name a driver of logs, and not the same: its options then mean nothing."""
    ours, theirs = base.entries.get("driver"), over.entries.get("driver")
    if not isinstance(ours, ScalarNode) or not isinstance(theirs, ScalarNode):
        return False
    return ours.value != theirs.value


def _is_null(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.value is None


def _alike(base: Node, over: Node, name: str) -> tuple[Node, Node]:
    """Bring two values to one form, where one is short and the other long."""
    if name in PAIR_LISTS or name in NAME_LISTS:
        return as_map(base, name), as_map(over, name)
    if name in _SHORT:
        return _long(base, _SHORT[name]), _long(over, _SHORT[name])
    return base, over


def _long(node: Node, key: str) -> Node:
    if not isinstance(node, ScalarNode):
        return node
    return MapNode(node.place, {key: node}, {key: node.place})


def as_map(node: Node, name: str) -> Node:
    """Return a list of names, alone or with a value, as a mapping; a later one counts."""
    if not isinstance(node, ListNode):
        return node
    mapping = MapNode(node.place, {}, {}, node.tag)
    for item in node.items:
        if not isinstance(item, ScalarNode) or not isinstance(item.value, str):
            return node
        key, value = item.value, None
        if name in PAIR_LISTS:
            key, value = pair(item.value, name)
        mapping.entries[key] = ScalarNode(item.place, item.text, value)
        mapping.keys[key] = item.place
    return mapping


def pair(item: str, name: str) -> tuple[str, str | None]:
    """Split an item such as `NAME=value`; extra hosts have a `:` there too."""
    key, separator, value = item.partition("=")
    if not separator and name == "extra_hosts":
        key, separator, value = item.partition(":")
    return key, value if separator else None
