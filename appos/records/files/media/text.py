"""Text, and what is written in it."""

import re

from appos.records.files.media import charset
from appos.records.files.media.kind import Kind, Look, starts
from appos.records.files.media.markup import HTML, SVG, XML
from appos.records.files.media.notation import JSON, JSON_LINES
from appos.records.files.media.rows import CSV, TSV

# Source: https://mimesniff.spec.whatwg.org/#binary-data-byte
BINARY_BYTE = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
TIME = rb"((?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9],[0-9]{3})"
SUBTITLE = re.compile(rb"1\r?\n" + TIME + rb" --> " + TIME + rb"\r?\n(?!\r?\n|\r?\Z)")
VTT = re.compile(rb"(?:\xef\xbb\xbf)?WEBVTT(?:[\t\n\r ]|\Z)")
PHP = re.compile(rb"<\?(?:php|[\n\r ]).", re.IGNORECASE | re.DOTALL)
PAM = re.compile(rb"P7\n((?:[^\n]*\n)*?)ENDHDR")
PAM_LINES = (b"WIDTH ", b"HEIGHT ", b"DEPTH ", b"MAXVAL ")
MAIL_HEADERS = (
    b"From: ",
    b"To: ",
    b"Cc: ",
    b"Subject: ",
    b"Date: ",
    b"Return-Path: ",
    b"Return-path: ",
    b"Received: ",
    b"Content-Type: ",
    b"Content-Transfer-Encoding: ",
    b"Delivered-To: ",
)
# Within so many lines, a mail has two of the headers that are looked for.
MAIL_LINES = 21


def _is_text(head: bytes) -> bool:
    return bool(charset.by_mark(head)) or BINARY_BYTE.search(head) is None


def _script(names: str, folders: str = "/usr/(?:local/)?bin/", *, is_whole: bool = False) -> Look:
    """Know a script by the interpreter in its first line, whose name may go on unless `is_whole`."""
    space = r"[\t\f\r ]"
    gap = " " if is_whole else f"{space}+"
    end = rf"(?={space}|\n|\Z)" if is_whole else ""
    places = rf"(?:{folders}|/usr/bin/env{gap}(?:-S{gap})?)"
    pattern = re.compile(rf"#!{space}*{places}(?:{names}){end}".encode())
    return lambda head: pattern.match(head) is not None


def _card(name: str) -> Look:
    pattern = re.compile(rb"BEGIN:%b\r?\n." % name.encode(), re.IGNORECASE | re.DOTALL)
    return lambda head: pattern.match(head) is not None


def _is_php(head: bytes) -> bool:
    return PHP.match(head) is not None or _script("php")(head)


def _is_subtitle(head: bytes) -> bool:
    found = SUBTITLE.match(head)
    return found is not None and found[1] <= found[2]


def _is_vtt(head: bytes) -> bool:
    return VTT.match(head) is not None


def _bitmap(kinds: bytes) -> Look:
    """Know a bitmap of Netpbm by its two numbers, behind comments and empty lines."""
    pattern = re.compile(
        rb"P[%b]\n(?:#[^\n]*\n|[\t\f\r ]*\n){0,127}"
        rb"[\t\f\r ]*\+?0*[1-9][0-9]*[\t\f\r ]+\+?0*[1-9][0-9]*(?:[\t\n\f\r ]|\Z)" % kinds
    )
    return lambda head: pattern.match(head) is not None


def _is_pam(head: bytes) -> bool:
    found = PAM.match(head)
    return found is not None and all(b"\n" + name in b"\n" + found[1] for name in PAM_LINES)


def _is_mail(head: bytes) -> bool:
    first, *others = head.split(b"\n", MAIL_LINES)[:MAIL_LINES]
    return first.startswith(MAIL_HEADERS) and any(line.startswith(MAIL_HEADERS) for line in others)


TEXT = Kind(
    "text/plain",
    ".txt",
    _is_text,
    kinds=(
        SVG,
        HTML,
        XML,
        Kind("text/x-php", ".php", _is_php),
        Kind(
            "text/javascript",
            ".js",
            _script("node(?:js)?", "/(?:usr/)?bin/"),
            ("application/x-javascript", "application/javascript"),
        ),
        Kind("text/x-lua", ".lua", _script("lua", is_whole=True)),
        Kind("text/x-perl", ".pl", _script("perl", "/usr/bin/", is_whole=True)),
        Kind(
            "text/x-python",
            ".py",
            _script("python"),
            ("text/x-script.python", "application/x-python"),
        ),
        Kind("text/x-ruby", ".rb", _script("ruby"), ("application/x-ruby",)),
        JSON,
        JSON_LINES,
        Kind("text/rtf", ".rtf", starts(b"{\\rtf"), ("application/rtf",)),
        Kind("application/x-subrip", ".srt", _is_subtitle, ("application/x-srt", "text/x-srt")),
        Kind("text/x-tcl", ".tcl", _script("tcl(?:sh)?|wish"), ("application/x-tcl",)),
        CSV,
        TSV,
        Kind("text/vcard", ".vcf", _card("VCARD")),
        Kind("text/calendar", ".ics", _card("VCALENDAR")),
        Kind("application/warc", ".warc", starts(b"WARC/1.0", b"WARC/1.1")),
        Kind("text/vtt", ".vtt", _is_vtt),
        Kind(
            "text/x-shellscript",
            ".sh",
            lambda head: (
                _script("sh", "/bin/", is_whole=True)(head)
                or _script("bash|csh|dash|ksh|tcsh|zsh", "/(?:usr/local/)?bin/", is_whole=True)(head)
            ),
            ("text/x-sh", "application/x-shellscript", "application/x-sh"),
        ),
        Kind("image/x-portable-bitmap", ".pbm", _bitmap(b"14")),
        Kind("image/x-portable-graymap", ".pgm", _bitmap(b"25")),
        Kind("image/x-portable-pixmap", ".ppm", _bitmap(b"36")),
        Kind("image/x-portable-arbitrarymap", ".pam", _is_pam),
        Kind("message/rfc822", ".eml", _is_mail),
    ),
)
