"""Which characters a text is written in: what it says of itself, or what its bytes allow."""

import re

from appos.records.files.media.markup import attributes

# Only the beginning of a text is asked.
SEARCHED_BYTES = 1024
MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\0\0\xfe\xff", "utf-32be"),
    (b"\xff\xfe\0\0", "utf-32le"),
    (b"\xfe\xff", "utf-16be"),
    (b"\xff\xfe", "utf-16le"),
)
# Bytes that occur in text of ASCII, NEL among them, and in text of ISO 8859. Source: file(1), encoding.c.
ASCII = re.compile(rb"[\x07-\x0d\x1b\x20-\x7e\x85]*")
LATIN = re.compile(rb"[\x07-\x0d\x1b\x20-\x7e\x85\xa0-\xff]*")
HIGH = re.compile(rb"[\x80-\xff]")
# A character of UTF-8 that the end may have cut off.
LAST = re.compile(rb"[\xc0-\xff][\x80-\xbf]{0,2}\Z")
# What may stand in a header without quotes; a name with anything else counts as none.
TOKEN = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)
META = re.compile(rb"<!(?=--).*?(?=-->)|<meta", re.IGNORECASE | re.DOTALL)
NAMED = re.compile(rb"charset[\t\n\f\r ]*=[\t\n\f\r ]*(?:\"([^\"]*)|'([^']*)|([^;\t\n\f\r ]+))")


def by_mark(head: bytes) -> str:
    """Return the character set that a byte order mark names, else ""."""
    return next((name for mark, name in MARKS if head.startswith(mark)), "")


def of_plain(head: bytes) -> str:
    """Return the character set of plain text, "" where none fits."""
    text = head[:SEARCHED_BYTES]
    if not text or by_mark(text):
        return by_mark(text)
    if _is_utf8(LAST.sub(b"", text)) or ASCII.fullmatch(text):
        return "utf-8"
    if not LATIN.fullmatch(text):
        return ""
    return "windows-1252" if b"\x85" in text else "iso-8859-1"


def of_xml(head: bytes) -> str:
    """Return the character set that the declaration of an XML document names, else that of its text."""
    text = head[:SEARCHED_BYTES]
    at = text.lower().find(b"<?xml")
    given = attributes(text, at) if at >= 0 else iter(())
    declared = next((value for name, value in given if name == b"encoding" and value), b"")
    return _token(declared) or of_plain(head)


def of_html(head: bytes) -> str:
    """Return the character set of a mark or of a `meta` element, else that of the text.

    Source: HTML Standard, "Prescan a byte stream to determine its encoding".
    """
    text = head[:SEARCHED_BYTES]
    return by_mark(text) or _token(_of_meta(text)) or of_plain(head)


def _of_meta(text: bytes) -> bytes:
    for found in META.finditer(text):
        if found[0].startswith(b"<!"):
            continue
        if text[found.end() : found.end() + 1] not in (b"\t", b"\n", b"\f", b"\r", b" ", b"/"):
            return b""
        # Of attributes with one name, the first counts.
        given = {name.lower(): value for name, value in [*attributes(text, found.end() + 1)][::-1]}
        if given.get(b"charset"):
            return given[b"charset"]
        named = NAMED.search(given.get(b"content", b""))
        if named and given.get(b"http-equiv", b"").lower().startswith(b"content-type"):
            return next(filter(None, named.groups()), b"").strip()
    return b""


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return HIGH.search(text) is not None


def _token(name: bytes) -> str:
    text = name.decode("ascii", "replace")
    return text if TOKEN.fullmatch(text) else ""
