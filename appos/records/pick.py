"""The `fields` parameter: which parts of an answer a client wants.

Source: PocketBase 0.36, "fields" of every route.
"""

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

import msgspec

from appos.errors import InvalidError
from appos.records.fields.cast import as_bool

_EXCERPT = re.compile(r"excerpt\((.*)\)", re.DOTALL)
_SPACES = re.compile(r"\s+")
# What is no part of a text, and what does not part words. Source: PocketBase 0.36, "excerpt".
_LEFT_OUT = frozenset(
    "head style script iframe embed applet object svg img picture dialog template button form textarea input "
    "select option".split()
)
_INLINE = frozenset(
    "a abbr acronym b bdo big br button cite code em i label q small span strong strike sub sup time".split()
)
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())


class Excerpt(msgspec.Struct, frozen=True):
    """`:excerpt(most, withEllipsis)`: the beginning of a text without its tags."""

    most: int
    with_ellipsis: bool = False

    def apply(self, value: Any) -> Any:
        """Return the excerpt of a text, and anything else as it is."""
        if not isinstance(value, str):
            return value
        reader = _TextReader(self.most)
        reader.feed(value)
        reader.close()
        text = reader.text.strip()
        if len(text) <= self.most:
            return text
        short = text[: self.most].strip()
        return f"{short}..." if self.with_ellipsis else short


Wanted = dict[str, Excerpt | None]


class PickError(InvalidError):
    """A `fields` parameter cannot be understood; what it was to be picked of is done and well."""

    default_code = "invalid_fields"


def parse_fields(text: str) -> Wanted:
    """Return the dotted paths of a `fields` parameter, each with its excerpt.

    Raises:
        PickError: a modifier is unknown or lacks what it needs.
    """
    wanted: Wanted = {}
    for part in _split(text):
        path, colon, modifier = part.strip().partition(":")
        wanted[path] = _modifier(modifier) if colon else None
    return wanted


def _split(text: str) -> list[str]:
    """Split at commas outside of parentheses and quotes; empty parts do not count."""
    parts, depth, quote = [""], 0, ""
    for character in text:
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"`":
            quote = character
        elif character in "()":
            depth = max(0, depth + (1 if character == "(" else -1))
        elif character == "," and not depth:
            parts.append("")
            continue
        parts[-1] += character
    return [part for part in parts if part.strip()]


def _modifier(text: str) -> Excerpt:
    found = _EXCERPT.fullmatch(text)
    arguments = [argument.strip(" '\"") for argument in found[1].split(",")] if found else []
    if not 1 <= len(arguments) <= 2 or not arguments[0].isdecimal() or not int(arguments[0]):
        raise PickError(f"{text!r} is no modifier; write :excerpt(100) or :excerpt(100,true).")
    return Excerpt(int(arguments[0]), len(arguments) > 1 and as_bool(arguments[1]))


def pick(data: Any, wanted: Mapping[str, Excerpt | None]) -> Any:
    """Return what the paths name of a JSON value, in the order of its names; `*` is the rest."""
    if isinstance(data, list):
        return [pick(item, wanted) if isinstance(item, dict) else item for item in data]
    if not isinstance(data, dict) or not wanted:
        return data
    return {name: _picked(name, value, wanted) for name, value in data.items() if _names(name, wanted)}


def _names(name: str, wanted: Mapping[str, Excerpt | None]) -> bool:
    return "*" in wanted or any(f"{path}.".startswith(f"{name}.") for path in wanted)


def _picked(name: str, value: Any, wanted: Mapping[str, Excerpt | None]) -> Any:
    inner = {
        f"{path}.".removeprefix(f"{name}.").removesuffix("."): modifier
        for path, modifier in wanted.items()
        if f"{path}.".startswith(f"{name}.")
    }
    if not inner:
        modifier = wanted["*"]
        return modifier.apply(value) if modifier else value
    if "" in inner:
        whole = inner[""]
        return whole.apply(value) if whole else value
    return pick(value, inner)


class _TextReader(HTMLParser):
    """Collects the text of a document until it is long enough."""

    def __init__(self, most: int) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self._most = most
        # The element that is left out, and how many of its name are open within it.
        self._skipped = ("", 0)

    def _part(self) -> None:
        if not self.text.endswith(" "):
            self.text += " "

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Skip what is no text; part what stands in blocks."""
        name, depth = self._skipped
        if depth:
            self._skipped = (name, depth + (tag == name))
        elif tag in _LEFT_OUT:
            self._skipped = (tag, int(tag not in _VOID))
        elif tag not in _INLINE:
            self._part()

    def handle_endtag(self, tag: str) -> None:
        """End what was skipped; part what follows a block."""
        name, depth = self._skipped
        if depth:
            self._skipped = (name, depth - (tag == name))
        elif tag not in _INLINE:
            self._part()

    def handle_data(self, data: str) -> None:
        """Add text, its white space made one."""
        if self._skipped[1] or len(self.text) > self._most + 2:
            return
        text = _SPACES.sub(" ", data)
        self.text += text.lstrip(" ") if self.text.endswith(" ") else text
