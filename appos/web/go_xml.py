"""XML, read as Go's `encoding/xml` reads it into a struct, for PocketBase takes bodies of it.

Elements are found by the names that the fields have in PocketBase's source (`AppName`), in exactly these
letters; attributes, and elements of other names, count for nothing. A document that declares entities is
refused, and nothing outside of it is ever fetched.

Source: PocketBase 0.36 and https://pkg.go.dev/encoding/xml.
"""

import re
from functools import cache
from types import UnionType
from typing import Any, get_args, get_origin
from xml.parsers import expat

import msgspec

from appos.errors import TooLargeError
from appos.web.wire import TRUTHS

# Each element costs a call, and no client of PocketBase sends XML.
MOST_BYTES = 1 << 20
# Names that are not those of the wire with a capital.
_CAPITALS = {name: name.upper() for name in ("smtp", "s3", "tls", "mfa", "otp", "pkce")} | {
    "oauth2": "OAuth2"
}
_NUMBER = re.compile(r"[+-]?[0-9]{1,19}")


def xml_document(onto: msgspec.Struct, content: bytes) -> dict[str, Any]:
    """Return what the first element of an XML says of a struct, as the JSON that says the same.

    What follows the element is not read. Elements of lists come behind those that the struct has.

    Raises:
        TooLargeError: `too_large`.
        ValueError: it is no XML, or a text is not what it has to be.
    """
    if len(content) > MOST_BYTES:
        raise TooLargeError("Request entity too large.", code="too_large")
    parser, reader = expat.ParserCreate("utf-8"), _Reader(onto)
    parser.buffer_text = True
    parser.XmlDeclHandler = _check_declaration
    parser.EntityDeclHandler = parser.SkippedEntityHandler = _refuse_entities
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        # Go takes any text before the first element.
        parser.Parse(content[max(content.find(b"<"), 0) :], True)
    except _EndError:
        return reader.document
    except expat.ExpatError as error:
        raise ValueError(f"no XML: {error}") from error
    raise ValueError("there is no element")


class _EndError(Exception):
    """The first element has ended."""


class _Parts:
    """An open element that is a struct."""

    def __init__(self, onto: msgspec.Struct, document: dict[str, Any]) -> None:
        self.onto = onto
        self.document = document

    def opened(self, name: str) -> "_Parts | _Text | None":
        """Return what an element in this one is; None if it counts for nothing."""
        field = _fields(type(self.onto)).get(name)
        if field is None:
            return None
        key, current = field.encode_name, getattr(self.onto, field.name)
        if isinstance(current, msgspec.Struct):
            return _Parts(current, self.document.setdefault(key, {}))
        if get_origin(field.type) is not tuple:
            return _Text(self.document, key, field.type)
        items = self.document.setdefault(key, msgspec.to_builtins(list(current)))
        kind = get_args(field.type)[0]
        items.append({} if issubclass(kind, msgspec.Struct) else "")
        return _Parts(kind(), items[-1]) if issubclass(kind, msgspec.Struct) else _Text(items, -1, kind)


class _Text:
    """An open element that is a value."""

    def __init__(self, document: Any, key: str | int, kind: Any) -> None:
        self._document, self._key = document, key
        self._kind = get_args(kind)[0] if isinstance(kind, UnionType) else kind
        self.texts: list[str] = []

    def close(self) -> None:
        """Put the value where it belongs."""
        self._document[self._key] = self._value("".join(self.texts))

    def _value(self, text: str) -> str | int | bool:
        if self._kind is bool:
            written = text and (text.strip() or " ")
            if written not in TRUTHS:
                raise ValueError("no truth")
            return TRUTHS[written]
        if self._kind is int:
            if text and not _NUMBER.fullmatch(text.strip()):
                raise ValueError("no integer")
            return int(text or 0)
        if self._kind is str:
            return text
        raise ValueError("no element can say this")


class _Reader:
    """Takes what the parser finds."""

    def __init__(self, onto: msgspec.Struct) -> None:
        self._onto = onto
        self._open: list[_Parts | _Text | None] = []
        self.document: dict[str, Any] = {}

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        above = self._open[-1] if self._open else None
        local = name.rpartition(":")[2]
        inner = above.opened(local) if isinstance(above, _Parts) else None
        self._open.append(inner if self._open else _Parts(self._onto, self.document))

    def text(self, text: str) -> None:
        if self._open and isinstance(above := self._open[-1], _Text):
            above.texts.append(text)

    def end(self, _name: str) -> None:
        if isinstance(ended := self._open.pop(), _Text):
            ended.close()
        if not self._open:
            raise _EndError


@cache
def _fields(kind: type[msgspec.Struct]) -> dict[str, msgspec.structs.FieldInfo]:
    """Return fields by the names that they have in Go."""
    return {_go_name(field.encode_name): field for field in msgspec.structs.fields(kind)}


def _go_name(name: str) -> str:
    return _CAPITALS.get(name, name[:1].upper() + name[1:])


def _check_declaration(version: str, encoding: str | None, _standalone: int) -> None:
    if version != "1.0" or (encoding or "utf-8").lower() != "utf-8":
        raise ValueError("no XML 1.0 in UTF-8")


def _refuse_entities(*_declaration: object) -> None:
    raise ValueError("entities are not read")
