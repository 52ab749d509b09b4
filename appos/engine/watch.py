"""The state of all containers, kept in memory from the events of the engine: nobody has to ask it."""

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable

import msgspec

from appos.engine.history import History
from appos.engine.models import ContainerSummary, Event
from appos.engine.port import Engine
from appos.engine.streams import Stream
from appos.errors import EngineError

log = logging.getLogger(__name__)

PROJECT = "com.docker.compose.project"
# What changes how a container is. The execs of health checks are none of it, and there are many.
# Source: Docker Engine API, SystemEvents.
ACTIONS = (
    *("create", "start", "restart", "die", "stop", "kill", "oom", "pause", "unpause"),
    *("rename", "update", "destroy", "health_status"),
)
# Events come in bursts: what they have changed is asked once for all of them.
PAUSE_SECONDS = 0.2
RETRY_SECONDS = 1.0
# Without an event for so long all is looked at again, should one have been missed.
RESYNC_SECONDS = 300.0
# How far back events are asked for when AppOS starts.
REMEMBERED_SECONDS = 86_400.0


class WatchState(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Whether the engine answers, since when that is so (Unix seconds), and why it does not."""

    connected: bool
    since: float
    message: str = ""


class EngineWatch:
    """Listens to one engine; `run` is a thread's or a greenlet's."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._containers: tuple[ContainerSummary, ...] = ()
        self._projects: dict[str, tuple[ContainerSummary, ...]] = {}
        self._state = WatchState(connected=False, since=time.time(), message="The engine is being asked.")
        self._listeners: list[Callable[[frozenset[str]], None]] = []
        self._stream: Stream[Event] | None = None
        self.history = History()
        self._changed = threading.Event()
        self._closing = threading.Event()
        self._known = threading.Event()
        self._refreshing = threading.Lock()
        # Grows with every change, so that whoever keeps an answer knows whether it is still right.
        self.version = 0
        # How often the engine was there and then was not.
        self.losses = 0

    @property
    def state(self) -> WatchState:
        """Whether the engine answers."""
        return self._state

    def containers(self) -> tuple[ContainerSummary, ...]:
        """Return all containers as they were last seen."""
        return self._containers

    def project(self, name: str) -> tuple[ContainerSummary, ...]:
        """Return the containers of a Compose project."""
        return self._projects.get(name, ())

    def projects(self) -> frozenset[str]:
        """Return the names of all Compose projects that have containers."""
        return frozenset(self._projects)

    def listen(self, told: Callable[[frozenset[str]], None]) -> None:
        """Tell of the projects whose containers have changed; "" stands for containers of none.

        When the engine goes or comes back, all projects are told.
        """
        self._listeners.append(told)

    def unlisten(self, told: Callable[[frozenset[str]], None]) -> None:
        """Tell it no more."""
        self._listeners.remove(told)

    def wait_ready(self, timeout_seconds: float) -> bool:
        """Wait until the engine has been asked once; return whether it has."""
        return self._known.wait(timeout_seconds)

    def run(self) -> None:
        """Listen until `close`; where the engine goes away, wait for it and look at everything again."""
        refresher = threading.Thread(target=self._refresh_when_changed, name="engine-refresh")
        refresher.start()
        while not self._closing.is_set():
            try:
                self._listen()
            except EngineError as error:
                self._lost(error.message)
            self._closing.wait(RETRY_SECONDS)
        self._changed.set()
        refresher.join()

    def close(self) -> None:
        """Let `run` end."""
        self._closing.set()
        if self._stream is not None:
            self._stream.close()

    def _listen(self) -> None:
        # The stream begins before the list is asked for: what happens in between is told.
        wanted = {"type": ["container"], "event": ACTIONS}
        # The engine remembers its last few hundred events, which may be those that one asks about.
        since = self.history.last_seconds or time.time() - REMEMBERED_SECONDS
        with self._engine.events(since=since, filters=wanted) as stream:
            self._stream = stream
            self._refresh()
            for event in stream:
                self.history.note(event)
                self._changed.set()
        if not self._closing.is_set():
            self._lost("The engine has ended its stream of events.")

    def _refresh_when_changed(self) -> None:
        while not self._closing.is_set():
            self._changed.wait(RESYNC_SECONDS)
            self._changed.clear()
            if self._closing.is_set():
                return
            if not self._state.connected:
                continue  # All is looked at once it is back.
            try:
                self._refresh()
            except EngineError as error:
                # Where the engine is gone the stream of events ends too, and is opened again.
                log.info("containers_not_listed", extra={"reason": error.message})
                self._changed.set()
                self._closing.wait(RETRY_SECONDS)
            self._closing.wait(PAUSE_SECONDS)

    def _refresh(self) -> None:
        # Two that overtake one another would leave the older answer.
        with self._refreshing:
            self._look()

    def _look(self) -> None:
        found = tuple(self._engine.containers())
        before = {it.id: it for it in self._containers}
        projects: dict[str, list[ContainerSummary]] = defaultdict(list)
        for container in found:
            if name := container.labels.get(PROJECT):
                projects[name].append(container)
        self._containers = found
        self._projects = {name: tuple(sorted(them, key=_place)) for name, them in projects.items()}
        was_connected = self._state.connected
        if not was_connected:
            self._state = WatchState(connected=True, since=time.time())
        now = {it.id: it for it in found}
        changed = {
            (now.get(key) or before[key]).labels.get(PROJECT, "")
            for key in now.keys() | before.keys()
            if now.get(key) != before.get(key)
        }
        self._known.set()
        if changed or not was_connected:
            self._tell(frozenset(changed) if was_connected else frozenset((*self._projects, "")))

    def _lost(self, reason: str) -> None:
        """What was known stays: that the engine is gone does not mean that containers are."""
        self._known.set()
        if self._state.connected or self._state.message != reason:
            is_news = self._state.connected
            since = time.time() if is_news else self._state.since
            self._state = WatchState(connected=False, since=since, message=reason)
            log.warning("engine_lost", extra={"reason": reason})
            if is_news:
                self.losses += 1
                self._tell(frozenset((*self._projects, "")))

    def _tell(self, projects: frozenset[str]) -> None:
        self.version += 1
        for told in tuple(self._listeners):
            try:
                told(projects)
            except Exception:
                log.exception("engine_listener_failed")


def _place(container: ContainerSummary) -> str:
    return container.name
