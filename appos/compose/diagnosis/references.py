"""Names of volumes, networks, configs, secrets and services that nothing defines, and cycles of services."""

from collections.abc import Iterator

from appos.compose.diagnosis.mounts import BadMountError, short
from appos.compose.diagnosis.subject import Subject, names, value
from appos.compose.diagnosis.words import did_you_mean
from appos.compose.nodes import MapNode, Node, ScalarNode, entry, items, text
from appos.compose.path import Part

# A part of the path within the service, the name that is used, and the node it stands in.
_Use = tuple[tuple[Part, ...], str, Node]
_SERVICE_PREFIX = "service:"


def check_references(subject: Subject) -> None:
    """Look for names that nothing defines."""
    # What could not be read may define them.
    if not subject.is_whole:
        return
    for name, service in subject.active.items():
        _check_all(subject, name, _volumes(service), "volumes", "volume")
        _check_all(subject, name, _named(service, "networks"), "networks", "network")
        _check_all(subject, name, _named(service, "models"), "models", "model")
        _check_all(subject, name, _mounted(service, "configs"), "configs", "config")
        _check_all(subject, name, _mounted(service, "secrets"), "secrets", "secret")
        build = service.entries.get("build")
        secrets = (((("build",) + parts), used, node) for parts, used, node in _mounted(build, "secrets"))
        _check_all(subject, name, secrets, "secrets", "secret")
        for parts, used, _ in dependencies(service):
            if used not in subject.active:
                _no_service(subject, name, used, parts)
    _check_cycles(subject)


def _check_all(subject: Subject, service: str, uses: Iterator[_Use], section: str, kind: str) -> None:
    """Say which names a section does not define."""
    defined = subject.defined(section)
    for parts, name, _ in uses:
        if name in defined or (section == "networks" and name == "default"):
            continue
        fix = did_you_mean(name, defined) or _definition(section, kind, name)
        subject.error(
            f"{kind}_undefined",
            f"The service {service!r} uses the {kind} {name!r}, which nothing defines.",
            fix,
            *("services", service, *parts),
        )


def _definition(section: str, kind: str, name: str) -> str:
    """Say how a thing is defined."""
    at_edge = f"At the left edge of the file, under `{section}:`, add"
    if kind == "volume":
        return f"{at_edge} `{name}:`; or write `./{name}` if it is a directory beside the file."
    if kind in ("config", "secret"):
        return f"{at_edge} `{name}:` with `file: ./{name}` under it."
    if kind == "model":
        return f"{at_edge} `{name}:` with `model:` under it."
    return f"{at_edge} `{name}:`."


def _no_service(subject: Subject, service: str, name: str, parts: tuple[Part, ...]) -> None:
    if name in subject.services:
        message = f"The service {service!r} needs {name!r}, which is left out because of its profiles."
        fix = f"Give both the same `profiles`, or take `profiles` out of {name!r}."
    else:
        message = f"The service {service!r} needs the service {name!r}, which nothing defines."
        fix = (
            did_you_mean(name, subject.services) or f"Define {name!r} under `services:`, or take it out here."
        )
    subject.error("service_undefined", message, fix, *("services", service, *parts))


def _volumes(service: MapNode) -> Iterator[_Use]:
    """Tell the named volumes that a service mounts."""
    for number, item in enumerate(items(service.entries.get("volumes"))):
        if isinstance(item, MapNode):
            source = value(item, "source")
            if value(item, "type") == "volume" and isinstance(source, str) and source:
                yield ("volumes", number), source, item
            continue
        try:
            mount = short(text(item) or "")
        except BadMountError:
            continue
        if mount.source and not mount.is_bind:
            yield ("volumes", number), mount.source, item


def _named(service: MapNode, key: str) -> Iterator[_Use]:
    for part, name, node in names(service.entries.get(key), key):
        yield (key, part), name, node


def _mounted(holder: Node | None, key: str) -> Iterator[_Use]:
    """Tell the configs or secrets that a service, or its build, is given."""
    for number, item in enumerate(items(entry(holder, key))):
        name = text(item) if isinstance(item, ScalarNode) else value(item, "source")
        if isinstance(name, str) and name:
            yield (key, number), name, item


def dependencies(service: MapNode) -> Iterator[_Use]:
    """Tell the services that a service cannot be without."""
    yield from _named(service, "depends_on")
    for number, item in enumerate(items(service.entries.get("links"))):
        if (link := text(item)) is not None:
            yield ("links", number), link.partition(":")[0], item
    for number, item in enumerate(items(service.entries.get("volumes_from"))):
        source = text(item)
        if source is not None and not source.startswith("container:"):
            yield ("volumes_from", number), source.partition(":")[0], item
    for key in ("network_mode", "ipc", "pid", "uts"):
        mode = text(service.entries.get(key))
        if mode is not None and mode.startswith(_SERVICE_PREFIX):
            yield (key,), mode.removeprefix(_SERVICE_PREFIX), service.entries[key]


def _check_cycles(subject: Subject) -> None:
    """Say which services wait for each other."""
    active = subject.active
    edges = {
        name: {used: parts for parts, used, _ in dependencies(service) if used in active}
        for name, service in active.items()
    }
    done: set[str] = set()
    for name in edges:
        cycle = _cycle(name, edges, done)
        if cycle is None:
            continue
        route = " → ".join((*cycle, cycle[0]))
        message = (
            f"The services wait for each other: {route}."
            if len(cycle) > 1
            else f"The service {cycle[0]!r} waits for itself."
        )
        follower = cycle[1] if len(cycle) > 1 else cycle[0]
        subject.error(
            "dependency_cycle",
            message,
            f"Take {follower!r} out of what {cycle[0]!r} depends on"
            + (", or one of the others." if len(cycle) > 1 else "."),
            *("services", cycle[0], *edges[cycle[0]][follower]),
        )


def _cycle(start: str, edges: dict[str, dict[str, tuple[Part, ...]]], done: set[str]) -> list[str] | None:
    """Return a cycle that can be reached from a service, without what has been looked at."""
    way: list[str] = []
    waiting = [(start, iter(edges[start]))] if start not in done else []
    way += [start] if waiting else []
    while waiting:
        name, following = waiting[-1]
        step = next((each for each in following if each in way or each not in done), None)
        if step is None:
            done.add(name)
            way.pop()
            waiting.pop()
        elif step in way:
            done.update(way)
            return way[way.index(step) :]
        else:
            way.append(step)
            waiting.append((step, iter(edges[step])))
    return None
