"""What a request asks of a file beside the file: conditions, and parts of it.

Source: RFC 9110, sections 13 and 14, as Go's `http.ServeContent` reads them, and with it PocketBase 0.36.2.
Files have a date of modification and no entity tag, so of tags only `*` can match.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from werkzeug.datastructures import Headers
from werkzeug.http import parse_date

# A list of entity tags as far as it can be read, with `*` as one of them.
ANY_TAG = re.compile(r'[\s,]*(?:(?:W/)?"[!#-~\x80-\xff]*"[\s,]*)*\*')
NUMBER = re.compile(r"[+-]?[0-9]{1,18}")


class Part(NamedTuple):
    """A part of a file: where it begins and how many bytes it has."""

    start: int
    length: int

    def of(self, size: int) -> str:
        """Return it as `Content-Range` of a file of this size says it."""
        return f"bytes {self.start}-{self.start + self.length - 1}/{size}"


class UnreadableRange(Exception):  # noqa: N818 - it is answered, with its words
    """The header `Range` cannot be read, or names nothing that the file has."""

    def __init__(self, words: str, *, is_beyond: bool = False) -> None:
        super().__init__(words)
        self.words = words
        # Whether it was read, and all of its parts begin behind the end.
        self.is_beyond = is_beyond


def failed_status(headers: Headers, modified: float) -> int | None:
    """Return the status of a request to read whose conditions fail, None if they hold."""
    if "If-Match" in headers:
        if not ANY_TAG.match(headers["If-Match"]):
            return 412
    elif _is_newer(modified, headers.get("If-Unmodified-Since")):
        return 412
    if "If-None-Match" in headers:
        return 304 if ANY_TAG.match(headers["If-None-Match"]) else None
    since = headers.get("If-Modified-Since")
    return 304 if parse_date(since) and not _is_newer(modified, since) else None


def wanted_parts(headers: Headers, modified: float, size: int) -> Sequence[Part]:
    """Return the parts of a file that a request asks for, none if it asks for all of it.

    Raises:
        UnreadableRange: there is nothing to send.
    """
    asked = headers.get("Range", "")
    if not asked or not _is_current(modified, headers.get("If-Range")):
        return ()
    try:
        parts = read_range(asked, size)
    except UnreadableRange as error:
        if error.is_beyond and not size:
            return ()
        raise
    return parts if sum(part.length for part in parts) <= size else ()


def read_range(text: str, size: int) -> list[Part]:
    """Return the parts that the header `Range` names of a file of this size, without those behind its end.

    Raises:
        UnreadableRange: it cannot be read, or all of its parts begin behind the end.
    """
    if not text.startswith("bytes="):
        raise UnreadableRange("invalid range")
    pieces = [piece.strip() for piece in text.removeprefix("bytes=").split(",")]
    found = [_read_part(piece, size) for piece in pieces if piece]
    parts = [part for part in found if part is not None]
    if found and not parts:
        raise UnreadableRange("invalid range: failed to overlap", is_beyond=True)
    return parts


def _read_part(text: str, size: int) -> Part | None:
    first, dash, last = (piece.strip() for piece in text.partition("-"))
    if not dash:
        raise UnreadableRange("invalid range")
    if not first:
        length = min(_number(last), size)
        return Part(size - length, length)
    start = _number(first)
    if start >= size:
        return None
    end = min(_number(last), size - 1) if last else size - 1
    if start > end:
        raise UnreadableRange("invalid range")
    return Part(start, end - start + 1)


def _number(text: str) -> int:
    if not NUMBER.fullmatch(text) or text.startswith("-"):
        raise UnreadableRange("invalid range")
    return int(text)


def _is_newer(modified: float, date: str | None) -> bool:
    moment = parse_date(date)
    return moment is not None and int(modified) > moment.timestamp()


def _is_current(modified: float, condition: str | None) -> bool:
    return condition is None or parse_date(condition) == datetime.fromtimestamp(int(modified), UTC)
