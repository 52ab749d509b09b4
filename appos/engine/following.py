"""The lines of several containers at once: those that were, in their order, and those to come."""

import heapq
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack

import msgspec

from appos.engine.models import ContainerSummary, LogLine
from appos.engine.port import Engine
from appos.engine.streams import Stream
from appos.errors import EngineError

SERVICE = "com.docker.compose.service"
# So many lines wait for a reader; then the containers' logs are read no further until it takes some.
WAITING_LINES = 1000
LOOK_SECONDS = 1.0
# So many lines of a container are read again at the most, and so many are told in one answer.
MOST_LINES = 100_000
MOST_AT_ONCE = 10_000

Containers = Callable[[], Sequence[ContainerSummary]]


class Line(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A line of a container; `time` is RFC 3339 as the engine wrote it, `stream` stdout or stderr."""

    service: str
    container: str
    stream: str
    time: str
    text: str


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Which lines are wanted: the last `tail`, since a time in Unix seconds, those that hold a text."""

    tail: int = 200
    since: float = 0.0
    search: str = ""

    def takes(self, line: Line) -> bool:
        """Whether a line is wanted; letters are compared whatever their case."""
        return self.search.lower() in line.text.lower()


class Logs:
    """The logs of an engine's containers."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def past(self, containers: Sequence[ContainerSummary], asked: Asked) -> list[Line]:
        """Return the last lines of containers, in the order of their times."""
        return list(deque(past_lines(self._engine, containers, asked), min(asked.tail, MOST_AT_ONCE)))

    def follow(self, containers: Containers, asked: Asked) -> "Follower":
        """Return what yields the lines that were, and those to come."""
        return Follower(self._engine, containers, asked)


def past_lines(engine: Engine, containers: Sequence[ContainerSummary], asked: Asked) -> Iterator[Line]:
    """Yield the last lines of each container, in the order of their times; they are never all in memory.

    Those that hold what is searched for are `tail` together.
    """
    if not asked.tail:
        return
    if asked.search:
        # What is searched for may stand far back.
        yield from deque(filter(asked.takes, _merged(engine, containers, asked, MOST_LINES)), asked.tail)
    else:
        yield from _merged(engine, containers, asked, min(asked.tail, MOST_LINES))


def _merged(
    engine: Engine, containers: Sequence[ContainerSummary], asked: Asked, tail: int
) -> Iterator[Line]:
    with ExitStack() as stack:
        told = [
            _lines_of(
                it, stack.enter_context(engine.logs(it.id, tail=tail, since=asked.since, timestamps=True))
            )
            for it in containers
        ]
        yield from heapq.merge(*told, key=lambda it: it.time)


def _lines_of(container: ContainerSummary, stream: Iterable[LogLine]) -> Iterator[Line]:
    return (_line(container, each) for each in stream)


class Follower:
    """Follows containers, also those that come while it does; `lines` is for one reader."""

    def __init__(self, engine: Engine, containers: Containers, asked: Asked) -> None:
        self._engine = engine
        self._containers = containers
        self._asked = asked
        self._lines: queue.Queue[Line] = queue.Queue(WAITING_LINES)
        self._streams: dict[str, Stream[LogLine]] = {}
        self._closing = threading.Event()

    def lines(self) -> Iterator[Line | None]:
        """Yield lines as they come, None about every second in which none does; close it when done."""
        yield from past_lines(self._engine, self._containers(), self._asked)
        started = time.time()
        looked = 0.0
        while not self._closing.is_set():
            if time.monotonic() - looked > LOOK_SECONDS:
                looked = time.monotonic()
                self._follow_new(started)
            try:
                line = self._lines.get(timeout=LOOK_SECONDS)
            except queue.Empty:
                yield None
                continue
            if self._asked.takes(line):
                yield line

    def close(self) -> None:
        """End it, and give the connections back."""
        self._closing.set()
        for stream in list(self._streams.values()):
            stream.close()

    def _follow_new(self, since: float) -> None:
        for container in self._containers():
            if container.id in self._streams or container.state != "running":
                continue
            try:
                stream = self._engine.logs(container.id, follow=True, since=since, timestamps=True)
            except EngineError:
                continue
            self._streams[container.id] = stream
            threading.Thread(target=self._read, args=(container, stream), name="log-reader").start()

    def _read(self, container: ContainerSummary, stream: Stream[LogLine]) -> None:
        try:
            for each in stream:
                self._put(_line(container, each))
                if self._closing.is_set():
                    return
        except EngineError as error:
            told = LogLine(stream="stderr", text=f"The log ended: {error.message}")
            self._put(_line(container, told))
        finally:
            stream.close()
            self._streams.pop(container.id, None)

    def _put(self, line: Line) -> None:
        while not self._closing.is_set():
            try:
                return self._lines.put(line, timeout=LOOK_SECONDS)
            except queue.Full:
                continue


def _line(container: ContainerSummary, told: LogLine) -> Line:
    return Line(
        service=container.labels.get(SERVICE, container.name),
        container=container.name,
        stream=told.stream,
        time=told.time,
        text=told.text,
    )
