"""Reading YAML into nodes with their places.

libyaml tells what it reads piece by piece, and the tree is built here without recursion: a file that is
nested a hundred thousand deep, or whose aliases multiply, costs no more than its own length.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
import yaml

from appos.compose.models import Place
from appos.compose.nodes import ListNode, MapNode, Node, ScalarNode
from appos.compose.path import Part, joined
from appos.compose.scalars import meaning

DEEPEST = 200
_YAML_TAG = "tag:yaml.org,2002:"
_MERGE = "<<"
_COMMENT_AFTER_TAB = re.compile(rb"^[ ]*\t[ \t]*(?=#)", re.MULTILINE)


class NotYamlError(Exception):
    """A file that is not YAML: `problem` in the parser's words, where it was seen, and where it began."""

    def __init__(self, problem: str, place: Place, start: Place | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.place = place
        self.start = start


class Flaw(msgspec.Struct, frozen=True):
    """A key that YAML allows and Compose does not.

    It stands twice in its mapping, and `first` is where it stood before; or it is no text, such as `80` or
    `true`, and `first` is None; its name is "" for one that is a list or a mapping.
    """

    path: str
    key: str
    place: Place
    first: Place | None = None


class Parsed(msgspec.Struct, frozen=True):
    """The documents of a file, what is wrong with their keys, and how many values they are.

    In `size`, what an alias stands for counts as often as it is repeated.
    """

    documents: list[Node]
    flaws: list[Flaw]
    size: int


class _Measure(NamedTuple):
    """How many values a node is, and how deep they are nested."""

    size: int = 1
    height: int = 1


def parse(data: bytes, file: str) -> Parsed:
    """Read all documents of a file; one without content is null.

    Raises:
        NotYamlError: It cannot be read.
    """
    try:
        return _parse(data, file)
    except NotYamlError:
        # Compose takes comments behind a tab, which libyaml does not.
        lenient = _COMMENT_AFTER_TAB.sub(lambda match: match[0].replace(b"\t", b" "), data)
        if lenient == data:
            raise
        return _parse(lenient, file)


def _parse(data: bytes, file: str) -> Parsed:
    """Read all documents of a file as libyaml takes it."""
    loader = yaml.CSafeLoader(data)
    builder = _Builder(file)
    try:
        documents = list(builder.documents(_events(loader)))
        return Parsed(documents, builder.flaws, sum(builder.measure(each).size for each in documents))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        start = error.context_mark
        raise NotYamlError(
            " ".join(filter(None, (error.context, error.problem))),
            _place(file, mark) if mark else Place(file, 1),
            _place(file, start) if start else None,
        ) from error
    except yaml.reader.ReaderError as error:
        raise NotYamlError(str(error.reason), _place_of_byte(data, file, error.position)) from error
    except UnicodeDecodeError as error:
        raise NotYamlError("invalid UTF-8", Place(file, 1)) from error
    finally:
        loader.dispose()


def _events(loader: yaml.CSafeLoader) -> Iterator[yaml.Event]:
    """Tell what libyaml reads, piece by piece."""
    while (event := loader.get_event()) is not None:
        yield event


def _place(file: str, mark: Any) -> Place:
    """Return the place of a mark, which libyaml makes for everything that it reads."""
    return Place(file, mark.line + 1, mark.column + 1)


def _place_of_byte(data: bytes, file: str, position: int) -> Place:
    """Return the place of a byte; without it, of the first that is no text."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        position = error.start
    return Place(file, data.count(b"\n", 0, position) + 1)


class _Builder:
    """Builds the trees of one file out of the pieces of its text."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._anchors: dict[str, Node | None] = {}
        self.flaws: list[Flaw] = []
        # Of lists and mappings, by their identity: all of them are kept while a file is read.
        self._measures: dict[int, _Measure] = {}
        self._kept: list[Node] = []

    def measure(self, node: Node) -> _Measure:
        """Return how much a node holds."""
        return self._measures.get(id(node), _Measure())

    def documents(self, events: Iterator[yaml.Event]) -> Iterator[Node]:
        """Build one tree for each document."""
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                self._anchors.clear()
                yield self._tree(events)

    def _tree(self, events: Iterator[yaml.Event]) -> Node:
        """Build the tree of a document: what is open stands in a stack."""
        open_nodes: list[_Open] = []
        for event in events:
            if isinstance(event, yaml.NodeEvent):
                node = self._node(event)
                if isinstance(event, yaml.CollectionStartEvent):
                    if len(open_nodes) >= DEEPEST:
                        raise NotYamlError("nested too deep", node.place)
                    open_nodes.append(_Open(node, event.anchor))
                    continue
            else:
                node = self._closed(open_nodes.pop())
            if not open_nodes:
                return node
            flaw = open_nodes[-1].add(node, self.measure(node))
            if flaw is not None:
                parts = [part for part in (each.part for each in open_nodes[:-1]) if part is not None]
                self.flaws.append(msgspec.structs.replace(flaw, path=joined(*parts, flaw.key)))
        raise AssertionError("A document ends with its node.")

    def _closed(self, ended: "_Open") -> Node:
        """Finish a list or a mapping."""
        node = ended.closed(self._anchors)
        if ended.measure.height > DEEPEST:
            raise NotYamlError("nested too deep", node.place)
        self._measures[id(node)] = ended.measure
        self._kept.append(node)
        return node

    def _node(self, event: yaml.NodeEvent) -> Node:
        """Make the node that a piece begins."""
        place = _place(self._file, event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            return self._named(event.anchor or "", place)
        tag: str = getattr(event, "tag", None) or ""
        own_tag = "" if tag.startswith(_YAML_TAG) or tag == "!" else tag
        if isinstance(event, yaml.ScalarEvent):
            value = meaning(event.value, event.tag, event.implicit[0])
            node: Node = ScalarNode(place, event.value, value, own_tag)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = ListNode(place, [], own_tag)
        else:
            node = MapNode(place, {}, {}, own_tag)
        if event.anchor is not None:
            # What is open has no value yet: a node cannot hold itself.
            self._anchors[event.anchor] = node if isinstance(node, ScalarNode) else None
        return node

    def _named(self, anchor: str, place: Place) -> Node:
        """Return what an alias stands for."""
        if anchor not in self._anchors:
            raise NotYamlError(f"found undefined alias {anchor}", place)
        node = self._anchors[anchor]
        if node is None:
            raise NotYamlError(f"found recursive alias {anchor}", place)
        return node


class _Open:
    """A list or a mapping that is being built."""

    def __init__(self, node: Node, anchor: str | None) -> None:
        self._node = node
        self._anchor = anchor
        self._key: ScalarNode | None = None
        self._has_key = False
        self._merged: list[Node] = []
        self.measure = _Measure()

    @property
    def part(self) -> Part | None:
        """Return what stands in a path for what is being read, None between two keys."""
        if isinstance(self._node, ListNode):
            return len(self._node.items)
        return None if self._key is None else self._key.text

    def add(self, node: Node, measure: _Measure) -> Flaw | None:
        """Take the next item, key or value, and return what is wrong with its key."""
        height = max(self.measure.height, measure.height + 1)
        self.measure = _Measure(self.measure.size + measure.size, height)
        if isinstance(self._node, ListNode):
            self._node.items.append(node)
            return None
        if isinstance(self._node, ScalarNode):
            raise TypeError("A single value holds nothing.")
        if self._has_key:
            self._has_key = False
            return self._add_to_map(self._node, self._key, node)
        self._key = node if isinstance(node, ScalarNode) else None
        self._has_key = True
        return None if isinstance(node, ScalarNode) else Flaw("", "", node.place)

    def _add_to_map(self, mapping: MapNode, key: ScalarNode | None, node: Node) -> Flaw | None:
        if key is None:
            return None
        if key.text == _MERGE and isinstance(key.value, str):
            self._merged.append(node)
            return None
        if key.text in mapping.entries:
            return Flaw("", key.text, key.place, mapping.keys[key.text])
        mapping.entries[key.text] = node
        mapping.keys[key.text] = key.place
        return None if isinstance(key.value, str) else Flaw("", key.text, key.place)

    def closed(self, anchors: dict[str, Node | None]) -> Node:
        """Finish it: what is merged into a mapping is there unless the mapping has a key of its own."""
        if isinstance(self._node, MapNode):
            for merged in self._merged:
                for source in merged.items if isinstance(merged, ListNode) else [merged]:
                    self._fold(self._node, source)
        if self._anchor:
            anchors[self._anchor] = self._node
        return self._node

    def _fold(self, mapping: MapNode, source: Node) -> None:
        if not isinstance(source, MapNode):
            raise NotYamlError("map merge requires map or sequence of maps as the value", source.place)
        for name, node in source.entries.items():
            if name not in mapping.entries:
                mapping.entries[name] = node
                mapping.keys[name] = source.keys[name]
