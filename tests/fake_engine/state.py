"""What a fake engine keeps, and how it tells of it."""

import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from appos.engine.models import (
    Change,
    Container,
    Event,
    Image,
    LogLine,
    Network,
    Stats,
    Volume,
)
from appos.errors import EngineUnavailableError
from tests.fake_engine.streams import FakeStream

IDLE = Stats(
    cpu_percent=0.5,
    memory_bytes=1 << 20,
    memory_limit_bytes=4 << 30,
    network_received_bytes=0,
    network_sent_bytes=0,
    block_read_bytes=0,
    block_written_bytes=0,
    processes=1,
)


@dataclass
class Box:
    """A container and what is known of it beside its inspection."""

    told: Container
    lines: list[LogLine] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    followers: list[FakeStream[LogLine]] = field(default_factory=list)
    stats: Stats = IDLE


@dataclass
class Watch:
    """A reader of events."""

    stream: FakeStream[Event]
    filters: Mapping[str, Sequence[str]]

    def wants(self, event: Event) -> bool:
        """Whether the filters let an event through."""
        labels = {f"{name}={value}" for name, value in event.attributes.items()} | set(event.attributes)
        known: dict[str, Callable[[str], bool]] = {
            "type": lambda value: event.type == value,
            "event": lambda value: event.action.partition(":")[0] == value,
            "container": lambda value: value in (event.id, event.attributes.get("name")),
            "label": lambda value: value in labels,
        }
        # Labels have all to be there, and of the rest one of each.
        return all(
            (all if name == "label" else any)(known[name](value) for value in values)
            for name, values in self.filters.items()
        )


@dataclass
class Registry:
    """What a registry has under a reference; `username` and `password` are asked for where they are set."""

    image: Image
    digest: str
    platforms: tuple[str, ...] = ("linux/amd64",)
    username: str = ""
    password: str = ""


class State:
    """The things of a fake engine."""

    def __init__(self) -> None:
        self.is_up = True
        self.asked = 0
        self.boxes: dict[str, Box] = {}
        self.images_by_id: dict[str, Image] = {}
        self.volumes_by_name: dict[str, Volume] = {}
        self.networks_by_id: dict[str, Network] = {}
        self.registry: dict[str, Registry] = {}
        self.past: list[Event] = []
        self.watches: list[Watch] = []
        self._numbers = itertools.count(1)
        for name in ("bridge", "host", "none"):
            self.add_network(name, driver="null" if name == "none" else name)

    def add_network(
        self, name: str, *, driver: str = "bridge", labels: Mapping[str, str] | None = None
    ) -> str:
        """Have a network, and return its id."""
        made = Network(id=self.new_id(), name=name, driver=driver, scope="local", labels=dict(labels or {}))
        self.networks_by_id[made.id] = made
        return made.id

    def asks(self) -> None:
        """Count a question, and do not answer while the engine is down."""
        self.asked += 1
        if not self.is_up:
            raise EngineUnavailableError("Docker does not answer; is it running?")

    def new_id(self) -> str:
        """Make an id that differs from all others from its start."""
        return f"{next(self._numbers):04x}".ljust(64, "0")

    def happened(self, kind: str, action: str, id: str, attributes: Mapping[str, str]) -> None:
        """Tell all who want to know."""
        event = Event(type=kind, action=action, id=id, attributes=dict(attributes), time_nano=time.time_ns())
        self.past.append(event)
        for watch in self.watches:
            if watch.wants(event):
                watch.stream.put(event)


def has_labels(found: Mapping[str, str], wanted: Mapping[str, str] | None) -> bool:
    """Whether something has all these labels; a value of "" stands for any."""
    return all(
        name in found and (not value or found[name] == value) for name, value in (wanted or {}).items()
    )


def unix_seconds(time: str) -> float:
    """Read a time as an engine writes it, to the second."""
    return datetime.strptime(f"{time[:19]}+0000", "%Y-%m-%dT%H:%M:%S%z").timestamp()


def now() -> str:
    """The time as an engine writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z")
