"""What happened to the containers of each project, as the engine told it: bounded, and in memory alone."""

from collections import OrderedDict, deque

import msgspec

from appos.engine.models import Event

PROJECT = "com.docker.compose.project"
SERVICE = "com.docker.compose.service"
# Of all that an event says of its container, what is kept.
KEPT = ("name", "exitCode", SERVICE)
# So many events of a project are kept, and of so many projects: of those that something happened to last.
MOST_EVENTS = 100
MOST_PROJECTS = 500


class History:
    """Keeps the last events of projects."""

    def __init__(self) -> None:
        self._events: OrderedDict[str, deque[Event]] = OrderedDict()
        self._last = 0

    @property
    def last_seconds(self) -> float:
        """When the newest event was, in Unix seconds; 0 before there is one."""
        return self._last / 1e9

    def note(self, event: Event) -> None:
        """Keep an event; one that was kept already, since it was asked for again, is left out."""
        if event.time_nano <= self._last:
            return
        self._last = event.time_nano
        project = event.attributes.get(PROJECT)
        if not project:
            return
        attributes = {name: event.attributes[name] for name in KEPT if name in event.attributes}
        kept = msgspec.structs.replace(event, attributes=attributes)
        self._events.setdefault(project, deque(maxlen=MOST_EVENTS)).append(kept)
        self._events.move_to_end(project)
        while len(self._events) > MOST_PROJECTS:
            self._events.popitem(last=False)

    def of(self, project: str) -> tuple[Event, ...]:
        """Return the events of a project, newest first."""
        return tuple(reversed(self._events.get(project, ())))
