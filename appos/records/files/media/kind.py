"""A kind of file, and the ways in which one is known by its first bytes."""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

Look: TypeAlias = Callable[[bytes], bool]
"""Says whether a file that begins with these bytes is of a kind."""

HEAD_BYTES = 3072
"""How much of a file is looked at. Source: PocketBase 0.36.2, seen on files of this length and one more."""


class Kind(NamedTuple):
    """A media type, what it is also called, and the more exact kinds among its files, tried in order."""

    type: str
    extension: str
    looks: Look
    aliases: tuple[str, ...] = ()
    kinds: "tuple[Kind, ...]" = ()

    def find(self, head: bytes) -> "Kind":
        """Return the most exact kind of a file that is of this kind."""
        for kind in self.kinds:
            if kind.looks(head):
                return kind.find(head)
        return self


def starts(*signatures: bytes) -> Look:
    """Know a kind by what its files start with."""
    return lambda head: head.startswith(signatures)


def has_at(offset: int, *signatures: bytes) -> Look:
    """Know a kind by what stands at an offset."""
    return lambda head: head.startswith(signatures, offset)


def is_cut(head: bytes) -> bool:
    """Whether these bytes may be the beginning of a file only."""
    return len(head) >= HEAD_BYTES


def little(head: bytes, offset: int, size: int = 4) -> int:
    """Return a number with its low byte first; what is missing of it counts as zero."""
    return int.from_bytes(head[offset : offset + size], "little")
