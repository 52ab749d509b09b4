"""JSON and what is written in JSON, of which only the beginning may be there.

As in PocketBase, a comma may stand in front of a closing bracket, and a number may begin with zeros.
"""

import re
from collections.abc import Callable
from typing import TypeAlias

from appos.records.files.media.kind import Kind, Look, is_cut
from appos.records.files.media.rows import whole_lines

SPACES = re.compile(rb"[\t\n\r ]*")
STRING = rb'"(?:[^"\\]++|\\["\\/bfnrt]|\\u[0-9A-Fa-f]{4})*+'
NAME = re.compile(STRING + rb'"')
NUMBER = rb"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?(?:[0-9]+|\Z))?"
# A value without parts.
WHOLE = re.compile(STRING + rb'"|true|false|null|' + NUMBER)
# The beginning of one, at the end of what is there.
BEGUN = re.compile(
    rb"(?:" + STRING + rb"(?:\\(?:u[0-9A-Fa-f]{0,3})?)?"
    rb"|t(?:ru?)?|f(?:a(?:ls?)?)?|n(?:ul?)?|-?\.?)?\Z"
)
BRACKETS = frozenset({b"{", b"["})
GEOMETRIES = frozenset(
    b'"%b"' % name
    for name in b"Feature FeatureCollection Point LineString Polygon MultiPoint MultiLineString "
    b"MultiPolygon GeometryCollection".split()
)

Step: TypeAlias = "Callable[[], Step] | None"


class Notation:
    """Text read as JSON, up to the first byte that cannot stand where it stands."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._at = 0
        self._closers: list[bytes] = []
        # The names on the way to where the reading is; "[" for an array.
        self._path: list[bytes] = []
        # The values of names, "" for a value with parts, by the names on the way to them.
        self.values: dict[tuple[bytes, ...], bytes] = {}
        self.is_complete = False
        self._skip()
        self.first = self._next()
        step: Step = self._value
        while step:
            step = step()

    @property
    def is_read(self) -> bool:
        """Whether nothing is wrong as far as the text goes."""
        return self._at == len(self._text)

    def _next(self) -> bytes:
        return self._text[self._at : self._at + 1]

    def _skip(self) -> None:
        spaces = SPACES.match(self._text, self._at)
        self._at = spaces.end() if spaces else self._at

    def _take(self, byte: bytes) -> bool:
        """Step over a byte and the space behind it, if that byte comes next."""
        if self._next() != byte:
            return False
        self._at += 1
        self._skip()
        return True

    def _match(self, pattern: re.Pattern[bytes]) -> bytes:
        """Step over what a pattern matches and the space behind it; where none does, over what is cut off."""
        found = pattern.match(self._text, self._at)
        begun = found or BEGUN.match(self._text, self._at)
        self._at = begun.end() if begun else self._at
        self._skip()
        return found[0] if found else b""

    def _note(self, value: bytes) -> None:
        if self._closers and self._closers[-1] == b"}":
            self.values[tuple(self._path)] = value

    def _value(self) -> Step:
        opener = self._next()
        if opener in BRACKETS:
            self._note(b"")
            self._take(opener)
            return self._enter(opener)
        value = self._match(WHOLE)
        self._note(value)
        return self._behind if value else None

    def _enter(self, opener: bytes) -> Step:
        if opener == b"{":
            self._closers.append(b"}")
            return self._name
        self._closers.append(b"]")
        self._path.append(b"[")
        return self._item

    def _name(self) -> Step:
        if self._take(b"}"):
            self._closers.pop()
            return self._behind
        name = self._match(NAME)
        self._path.append(name[1:-1])
        return self._value if name and self._take(b":") else None

    def _item(self) -> Step:
        if not self._take(b"]"):
            return self._value
        self._closers.pop()
        self._path.pop()
        return self._behind

    def _behind(self) -> Step:
        if not self._closers:
            self.is_complete = self.is_read
            return None
        closer = self._closers[-1]
        is_over = self._take(closer)
        if not is_over and not self._take(b","):
            return None
        # As in PocketBase, the way out of an array with items is not noted: names behind one are not seen.
        if closer == b"}":
            self._path.pop()
        if is_over:
            self._closers.pop()
            return self._behind
        return self._name if closer == b"}" else self._item


def _is_json(head: bytes) -> bool:
    """A single string, number or word is text and no more; a bracket alone is JSON, as in PocketBase."""
    text = head.lstrip(b"\t\n\r ")
    if text[:1] not in BRACKETS or text in BRACKETS:
        return text in BRACKETS
    read = Notation(head)
    return read.is_read if is_cut(head) else read.is_complete


def _is_lines(head: bytes) -> bool:
    """At least two lines, each of JSON, and an object or an array among them."""
    lines = whole_lines(head)
    firsts = []
    for line in lines:
        read = Notation(line)
        if not read.is_read:
            return False
        firsts.append(read.first)
    return len(firsts) > 1 and not BRACKETS.isdisjoint(firsts)


def _has(*path: bytes, among: frozenset[bytes] | None = None) -> Look:
    """Know a kind by a name in it, perhaps with one of some values."""

    def looks(head: bytes) -> bool:
        value = Notation(head).values.get(path)
        return value is not None and (among is None or value in among)

    return looks


def _is_archive(head: bytes) -> bool:
    return any(_has(b"log", name)(head) for name in (b"version", b"creator", b"entries"))


JSON = Kind(
    "application/json",
    ".json",
    _is_json,
    kinds=(
        Kind("application/geo+json", ".geojson", _has(b"type", among=GEOMETRIES)),
        Kind("application/json", ".har", _is_archive),
        Kind("model/gltf+json", ".gltf", _has(b"asset", b"version", among=frozenset({b'"1.0"', b'"2.0"'}))),
    ),
)
JSON_LINES = Kind("application/x-ndjson", ".ndjson", _is_lines)
