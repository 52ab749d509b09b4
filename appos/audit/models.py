"""Who acts, what they did, and what came in."""

from enum import StrEnum
from typing import Any

import msgspec


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks for something, and from where.

    `collection` is an auth collection's name, or "" for a stranger and for AppOS itself (`name` tells which).
    """

    name: str
    id: str = ""
    collection: str = ""
    address: str = ""

    @property
    def label(self) -> str:
        """The actor in one word, such as `_superusers:ada@example.com` or `system`."""
        return f"{self.collection}:{self.name}" if self.collection else self.name


SYSTEM = Actor(name="system")
SHELL = Actor(name="command line")


def stranger(address: str) -> Actor:
    """Return the actor for a request that nobody signed."""
    return Actor(name="stranger", address=address)


class Result(StrEnum):
    """How an action ended."""

    SUCCESS = "success"
    FAILURE = "failure"


class Entry(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One line of the audit trail: who, what, on what, from where, result."""

    id: str
    actor: str
    actor_id: str
    action: str
    subject: str
    address: str
    result: Result
    detail: str
    created: str


class HourCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many requests were logged in the hour that begins at `date`."""

    date: str
    total: int


class Request(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One request that AppOS answered, in the shape of PocketBase's logs."""

    id: str
    created: str
    data: dict[str, Any]
    message: str
    level: int
