"""Waking those who look at a job whenever it changes."""

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Listener(Protocol):
    """Who is told of every job."""

    def __call__(self, job_id: str, *, is_new: bool) -> None:
        """Note, without waiting for anything, that a job was queued or has changed."""


class Watchers:
    """Events by job id. An event says only that something changed; what it is stands in the database."""

    def __init__(self) -> None:
        self._events: dict[str, set[threading.Event]] = defaultdict(set)
        self._listeners: list[Listener] = []
        self._is_closed = False

    def listen(self, listener: Listener) -> None:
        """Tell `listener` of every job that is queued or changes, once that is committed."""
        self._listeners.append(listener)

    @contextmanager
    def watch(self, job_id: str) -> Iterator[threading.Event]:
        """Return an event that is set at each change of the job; the watcher clears it before it looks."""
        event = threading.Event()
        if self._is_closed:
            event.set()
        self._events[job_id].add(event)
        try:
            yield event
        finally:
            self._events[job_id].discard(event)
            if not self._events[job_id]:
                del self._events[job_id]

    @property
    def is_closed(self) -> bool:
        """Whether AppOS is stopping, so that watchers have to leave."""
        return self._is_closed

    def wake(self, job_id: str) -> None:
        """Wake those who watch this job."""
        for event in tuple(self._events.get(job_id, ())):
            event.set()

    def notify(self, job_id: str, *, is_new: bool = False) -> None:
        """Wake those who watch a job that was queued or has changed, and tell those who listen to all."""
        self.wake(job_id)
        for listener in self._listeners:
            listener(job_id, is_new=is_new)

    def close(self) -> None:
        """Wake everybody, to leave."""
        self._is_closed = True
        for events in tuple(self._events.values()):
            for event in tuple(events):
                event.set()
