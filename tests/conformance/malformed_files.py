"""The written list of malformed files, each with the errors that are expected in it.

A file stands under `### NAME`, with `\\t` for a tab and `\\xNN` for an odd byte. After it follows, for each
error, a line `! LINE CODE PATH` (`-`: no path), what is said, and what to write instead.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

LISTS = Path(__file__).parent / "malformed"
_ESCAPE = re.compile(rb"\\(\\|t|x[0-9a-f]{2})")
_ERROR = re.compile(r"! (?P<line>\d+) (?P<code>\w+) (?P<path>.+)\n  (?P<message>.+)\n  (?P<fix>.+)\n")


class Expected(NamedTuple):
    """One error: where it is, its code, what is said, and what to write instead."""

    line: int
    code: str
    path: str
    message: str
    fix: str


class Malformed(NamedTuple):
    """A file that Docker Compose refuses, and all the errors that are in it."""

    name: str
    data: bytes
    errors: list[Expected]


def malformed_files() -> Iterator[Malformed]:
    """Read all lists."""
    for file in sorted(LISTS.glob("*.txt")):
        for block in file.read_text().split("### ")[1:]:
            name, _, rest = block.partition("\n")
            text = _ERROR.sub("", rest)
            errors = [_expected(match) for match in _ERROR.finditer(rest)]
            yield Malformed(name, _ESCAPE.sub(_byte, text.encode()), errors)


def _expected(match: re.Match[str]) -> Expected:
    path = "" if match["path"] == "-" else match["path"]
    return Expected(int(match["line"]), match["code"], path, match["message"], match["fix"])


def _byte(match: re.Match[bytes]) -> bytes:
    escape = match[1]
    if escape == b"t":
        return b"\t"
    return b"\\" if escape == b"\\" else bytes([int(escape[1:], 16)])
