"""What an engine's events say was done to a project, as the actions of a plan."""

import itertools
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from appos.compose.plan import Kind, Plan, Target
from appos.engine.models import Event
from appos.engine.port import Engine

T = TypeVar("T")
LABEL = "com.docker.compose."
# What is done to what: (service, network or volume; its key; the number of a container).
Done = dict[tuple[Target, str, int], Kind]


def planned(plan: Plan) -> Done:
    """Return the changes of a plan to containers, networks and volumes."""
    seen = (Target.SERVICE, Target.NETWORK, Target.VOLUME)
    return {
        (action.target, action.name, action.number): action.kind
        for action in plan.changes
        if action.target in seen
    }


def events_of(engine: Engine, act: Callable[[], T]) -> tuple[T, list[Event]]:
    """Return what an act returns, and what happened meanwhile.

    The engine remembers no more than its last 256 events, so they are read as they come, up to one of a
    volume that is made when all is done.
    """
    with engine.events() as stream:
        answer = act()
        # The engine writes of a container's end a moment after it has answered.
        time.sleep(0.2)
        mark = engine.create_volume(f"mark-{uuid.uuid4().hex}").name
        events = list(itertools.takewhile(lambda event: event.id != mark, stream))
    engine.remove_volume(mark)
    return answer, events


def done(
    events: Iterable[Event], project: str, keys: Mapping[tuple[Target, str], str], there: Iterable[str]
) -> Done:
    """Reduce events to what was done; `keys` are those of networks and volumes by name.

    An engine tells of a volume's creation whenever a container with it is created, so those that are `there`
    before count as created only once they are gone.
    """
    containers: dict[tuple[str, int], list[Event]] = defaultdict(list)
    others: dict[tuple[Target, str], set[str]] = defaultdict(set)
    gone: set[str] = set()
    for event in events:
        if event.type == "container" and event.attributes.get(f"{LABEL}project") == project:
            number = int(event.attributes[f"{LABEL}container-number"])
            containers[event.attributes[f"{LABEL}service"], number].append(event)
        elif event.type in ("network", "volume") and event.action in ("create", "destroy"):
            name = event.attributes["name"] if event.type == "network" else event.id
            gone |= {name} if event.action == "destroy" else set()
            key = keys.get((Target(event.type), name))
            if key is not None and (name not in there or name in gone):
                others[Target(event.type), key].add(event.action)
    found: Done = {}
    for (service, number), told in containers.items():
        kind = _container(told)
        if kind is not None:
            found[Target.SERVICE, service, number] = kind
    for (target, key), actions in others.items():
        recreated = actions == {"create", "destroy"}
        kind = Kind.RECREATE if recreated else Kind.CREATE if "create" in actions else Kind.REMOVE
        found[target, key, 0] = kind
    return found


def _container(events: list[Event]) -> Kind | None:
    """Return what was done to one container, by the events of the one before and of the one after."""
    created = {event.id for event in events if event.action == "create"}
    destroyed = {event.id for event in events if event.action == "destroy"}
    started = {event.id for event in events if event.action == "start"}
    died = {event.id for event in events if event.action == "die"}
    if created:
        assert created <= started, "what is created is started"
        return Kind.RECREATE if destroyed - created else Kind.CREATE
    if destroyed:
        return Kind.REMOVE
    if started:
        return Kind.RESTART if died else Kind.START
    assert not died, "what is stopped is started again"
    return None
