"""A file that a request brings, before it is stored."""

from typing import BinaryIO

import msgspec


class Upload(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One uploaded file. `name` is what it will be stored as; `source` is open and at its beginning."""

    original_name: str
    name: str
    size_bytes: int
    # What its content looks like, as `text/plain; charset=utf-8`, whatever its name says.
    media_type: str
    source: BinaryIO
    # Why it cannot be stored, "" if it can. PocketBase finds that out when all else about a record is right.
    refusal: str = ""
