"""What a file is, by its content; what its name says counts for nothing.

Rules of collections (`mimeTypes`) and the headers of downloads depend on the very answers that PocketBase
gives, which are those of the Go library gabriel-vasile/mimetype 1.4.13: a tree of kinds, tried in order, and
the first that fits wins. No library of Python gives them. puremagic, alive and typed, ranks guesses, calls
things by other names (`audio/wave`, `application/x-gzip`), and knows neither plain text nor tables; libmagic
is no Python, and answers differently again. So the kinds are tables of our own, one a family, in `media/`,
made of facts about the formats and of what PocketBase answered; tests/conformance/test_files_oracle.py
compares the two.
"""

from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple

from appos.records.files.media import charset
from appos.records.files.media.binary import BINARY
from appos.records.files.media.kind import HEAD_BYTES, Kind
from appos.records.files.media.text import TEXT

ROOT = Kind("application/octet-stream", "", lambda _head: True, kinds=(*BINARY, TEXT))
# The types that are answered with the character set of the text.
CHARSETS = {"text/plain": charset.of_plain, "text/html": charset.of_html, "text/xml": charset.of_xml}


class Media(NamedTuple):
    """The type of a file, as `text/plain; charset=utf-8`, and the extension of such files, as `.txt`."""

    type: str
    extension: str


def detect(head: bytes) -> Media:
    """Return what a file is that begins with these bytes; more than the first 3,072 are not looked at."""
    head = head[:HEAD_BYTES]
    kind = ROOT.find(head)
    characters = CHARSETS[kind.type](head) if kind.type in CHARSETS else ""
    return Media(f"{kind.type}; charset={characters}" if characters else kind.type, kind.extension)


def detect_file(source: BinaryIO) -> Media:
    """Return what a file is that is open at its beginning, where it is left."""
    head = source.read(HEAD_BYTES)
    source.seek(0)
    return detect(head)


def matches(detected: str, allowed: Sequence[str]) -> bool:
    """Whether a detected type, or another name of its kind, is among those that are allowed.

    Parameters, capital letters and space around a name count for nothing. A kind that another one includes is
    not that one: JSON is no `text/plain`. Source: PocketBase 0.36.2, option `mimeTypes` of file fields.
    """
    names = _NAMES.get(_essence(detected), frozenset({_essence(detected)}))
    return any(_essence(name) in names for name in allowed)


def _essence(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()


def _kinds(kind: Kind) -> Iterator[Kind]:
    yield kind
    for inner in kind.kinds:
        yield from _kinds(inner)


_NAMES = {kind.type: frozenset({kind.type, *kind.aliases}) for kind in _kinds(ROOT)}
