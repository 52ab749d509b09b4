"""What an interrupted `up` leaves behind, and how it is made good.

To replace a container Compose creates the new one as `<id of the old>_<name>`, stops and removes the old
one, and renames the new one. If it is killed between those steps, its next run takes both for replicas,
removes either of them, and never mends the name. So before every run:

- a new container beside an old one that still runs is removed: nothing has happened yet;
- beside an old one that has been stopped it takes its place: the engine may be removing the old one
  already, and the new one has its anonymous volumes;
- one whose predecessor is gone gets its name.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from typing import Protocol

import msgspec

from appos.errors import InvalidError, NotFoundError

PROJECT = "com.docker.compose.project"
REPLACES = "com.docker.compose.replace"

_TEMPORARY = re.compile(r"(?P<old>[0-9a-f]{12})_(?P<name>.+)")


class Part(Protocol):
    """A container of a project, as an engine tells of it."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def labels(self) -> Mapping[str, str]: ...


class Yard(Protocol):
    """Where the containers are: what tidying asks of an engine. `appos.engine.port.Engine` is one."""

    def containers(self, *, labels: Mapping[str, str] | None = None) -> Sequence[Part]:
        """Return the containers that have these labels, stopped ones too."""
        ...

    def remove_container(self, container: str, *, force: bool = False, volumes: bool = False) -> None:
        """Remove a container, with `force` a running one, with `volumes` its own anonymous volumes."""
        ...

    def rename(self, container: str, name: str) -> None:
        """Give a container another name."""
        ...


class Kind(StrEnum):
    """What is done with a leftover."""

    REMOVE = "remove"
    RENAME = "rename"


class Repair(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do: remove a container, or give it the name `to`."""

    kind: Kind
    id: str
    name: str
    to: str = ""


def tidy(yard: Yard, project: str) -> tuple[Repair, ...]:
    """Make good what an interrupted `up` of a project has left; return what was done."""
    repairs = repairs_of(yard.containers(labels={PROJECT: project}))
    for repair in repairs:
        # The engine may have been removing it already, or giving it that very name, for the run before.
        with suppress(NotFoundError, InvalidError):
            if repair.kind is Kind.REMOVE:
                # Volumes that it shares with the container it was to replace are no volumes of its own.
                yard.remove_container(repair.id, force=True, volumes=True)
            else:
                yard.rename(repair.id, repair.to)
    return repairs


def repairs_of(containers: Iterable[Part]) -> tuple[Repair, ...]:
    """Say what has to be done, in this order."""
    known = list(containers)
    repairs: list[Repair] = []
    for it in known:
        found = _TEMPORARY.fullmatch(it.name)
        if found is None or REPLACES not in it.labels:
            continue
        old = next((other for other in known if other.id.startswith(found["old"])), None)
        holder = old or next((other for other in known if other.name == found["name"]), None)
        if holder is not None and (old is None or holder.state == "running"):
            repairs.append(Repair(kind=Kind.REMOVE, id=it.id, name=it.name))
            continue
        if old is not None:
            repairs.append(Repair(kind=Kind.REMOVE, id=old.id, name=old.name))
        repairs.append(Repair(kind=Kind.RENAME, id=it.id, name=it.name, to=found["name"]))
    return tuple(repairs)
