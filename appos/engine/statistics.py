"""What containers use, streamed from the engine only while somebody looks, once for all who do."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from appos.engine.models import Stats
from appos.engine.port import Engine
from appos.engine.streams import Stream
from appos.errors import EngineError, NotFoundError


class _Watched:
    """A container that somebody looks at."""

    def __init__(self) -> None:
        self.viewers = 0
        self.latest: Stats | None = None
        self.stream: Stream[Stats] | None = None


class StatsHub:
    """Shares the engine's streams of statistics."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._watched: dict[str, _Watched] = {}
        self._lock = threading.Lock()

    @property
    def streams(self) -> int:
        """How many containers are looked at."""
        return len(self._watched)

    def latest(self, container: str) -> Stats | None:
        """Return what a container that is looked at was last seen to use."""
        watched = self._watched.get(container)
        return watched.latest if watched is not None else None

    @contextmanager
    def looking(self) -> Iterator["Look"]:
        """Look at containers for as long as the block lasts."""
        look = Look(self)
        try:
            yield look
        finally:
            look.at(())

    def add(self, container: str) -> None:
        """Note one more who looks at a container."""
        with self._lock:
            watched = self._watched.setdefault(container, _Watched())
            watched.viewers += 1
            is_first = watched.viewers == 1
        if is_first:
            threading.Thread(target=self._read, args=(container, watched), name="stats-reader").start()

    def drop(self, container: str) -> None:
        """Note one less; with the last its stream ends."""
        with self._lock:
            watched = self._watched.get(container)
            if watched is None:
                return
            watched.viewers -= 1
            if watched.viewers:
                return
            del self._watched[container]
        if watched.stream is not None:
            watched.stream.close()

    def _read(self, container: str, watched: _Watched) -> None:
        try:
            with self._engine.stats(container) as stream:
                watched.stream = stream
                for stats in stream:
                    watched.latest = stats
                    if not watched.viewers:
                        return
        except (EngineError, NotFoundError):
            # A container that has gone uses nothing; its viewers see that it is not told of any more.
            watched.latest = None


class Look:
    """The containers that one viewer looks at."""

    def __init__(self, hub: StatsHub) -> None:
        self._hub = hub
        self._seen: frozenset[str] = frozenset()

    def at(self, containers: Iterable[str]) -> None:
        """Look at these containers from now on, and at no others."""
        wanted = frozenset(containers)
        for container in wanted - self._seen:
            self._hub.add(container)
        for container in self._seen - wanted:
            self._hub.drop(container)
        self._seen = wanted
