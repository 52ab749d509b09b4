"""What contradicts itself within a service, a config, a secret or a volume.

Source: Compose Specification, and what Docker Compose refuses beyond its schema.
"""

import re
from collections.abc import Callable

from appos.compose.diagnosis.subject import Subject, names, value
from appos.compose.diagnosis.words import nearest
from appos.compose.nodes import ListNode, MapNode, Node, entries, entry, items, text
from appos.compose.path import Part

_TESTS = ("CMD", "CMD-SHELL", "NONE")
# Where a limit may stand twice: in the service, and under `deploy`.
_TWICE = (
    ("scale", ("deploy", "replicas")),
    ("cpus", ("deploy", "resources", "limits", "cpus")),
    ("mem_limit", ("deploy", "resources", "limits", "memory")),
    ("pids_limit", ("deploy", "resources", "limits", "pids")),
    ("mem_reservation", ("deploy", "resources", "reservations", "memory")),
)
_UNITS = {"": 0, "b": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5}
_AMOUNT = re.compile(r"([-+\d._e]*?) ?([bkmgtp]?)(?:i?b)?", re.IGNORECASE)


def check_consistency(subject: Subject) -> None:
    """Look for contradictions."""
    for name, service in subject.services.items():
        for check in _ALWAYS:
            check(subject, name, service)
    for name, service in subject.active.items():
        for check in _WHERE_ACTIVE:
            check(subject, name, service)
    _check_container_names(subject)
    _check_objects(subject)
    for section in ("volumes", "networks"):
        for name, thing in subject.defined(section).items():
            _check_external(subject, section, name, thing)


def _check_image(subject: Subject, name: str, service: MapNode) -> None:
    if any(key in service.entries for key in ("build", "provider", "extends")) or value(service, "image"):
        return
    # One that is mistyped is said already.
    if any(nearest(key, ("image", "build")) for key in service.entries.keys() - {"image"}):
        return
    # An image of another form is said already, and a file that could not be read may name one.
    is_odd = "image" in service.entries and value(service, "image") != ""
    if is_odd or not subject.is_whole:
        return
    is_empty = "image" in service.entries
    subject.error(
        "image_missing",
        f"The service {name!r} has no `image` and no `build`"
        + (": its `image` is empty." if is_empty else "."),
        f"Add `image: NAME:TAG` to {name!r}, or `build: .` for one that is built from a Dockerfile.",
        *("services", name, *(("image",) if is_empty else ())),
    )


def _check_network_mode(subject: Subject, name: str, service: MapNode) -> None:
    if value(service, "network_mode") and entry(service, "networks") is not None:
        subject.error(
            "keys_conflict",
            f"The service {name!r} has both `network_mode` and `networks`; only one of them can be.",
            "Take one of them out.",
            *("services", name, "network_mode"),
        )


def _check_build(subject: Subject, name: str, service: MapNode) -> None:
    build = entry(service, "build")
    if value(build, "dockerfile") and value(build, "dockerfile_inline"):
        subject.error(
            "keys_conflict",
            f"The service {name!r} has both `dockerfile` and `dockerfile_inline`; only one of them can be.",
            "Take one of them out.",
            *("services", name, "build", "dockerfile_inline"),
        )
    platform = value(service, "platform")
    platforms = [text(item) for item in items(entry(build, "platforms"))]
    if platforms and platform and platform not in platforms:
        subject.error(
            "platform_not_built",
            f"The service {name!r} runs on a platform that `build.platforms` does not have.",
            "Add the `platform` of the service to `build.platforms`.",
            *("services", name, "build", "platforms"),
        )


def _check_twice(subject: Subject, name: str, service: MapNode) -> None:
    for key, way in _TWICE:
        one, other = value(service, key), value(service, *way)
        if one is None or other is None or _amount(one) == _amount(other):
            continue
        subject.error(
            "keys_conflict",
            f"The service {name!r} has `{key}` and `{'.'.join(way)}`, and they differ.",
            f"Take one of them out; `{'.'.join(way)}` is the newer one.",
            *("services", name, key),
        )


def _amount(amount: str | int | float | bool) -> float | str:
    """Return a size or a number for a comparison."""
    match = _AMOUNT.fullmatch(str(amount))
    if match is None:
        return str(amount)
    try:
        return float(match[1]) * 1024.0 ** _UNITS[match[2].lower()]
    except (ValueError, OverflowError):
        return str(amount)


def _check_replicas(subject: Subject, name: str, service: MapNode) -> None:
    for way in (("scale",), ("deploy", "replicas")):
        count = _whole(value(service, *way))
        if count is None:
            continue
        if count < 0:
            subject.error(
                "number_invalid",
                f"The service {name!r} cannot run a negative number of times.",
                "Write `0` or more.",
                *("services", name, *way),
            )
        elif count > 1 and value(service, "container_name"):
            subject.error(
                "container_name_scaled",
                f"The service {name!r} runs {count} times, but they cannot share a `container_name`.",
                "Take `container_name` out, or run the service once.",
                *("services", name, *way),
            )


def _whole(number: str | int | float | bool | None) -> int | None:
    try:
        return None if isinstance(number, bool | None) else int(number)
    except (ValueError, OverflowError):
        return None


def _check_healthcheck(subject: Subject, name: str, service: MapNode) -> None:
    test = entry(service, "healthcheck", "test")
    if not isinstance(test, ListNode) or not test.items or text(test.items[0]) in _TESTS:
        return
    subject.error(
        "healthcheck_test_invalid",
        f"The health check of the service {name!r} is a list that does not begin with `CMD` or `CMD-SHELL`.",
        'Write `test: ["CMD", "curl", "-f", "http://localhost/"]`, with the program after `CMD`.',
        *("services", name, "healthcheck", "test"),
    )


def _check_devices(subject: Subject, name: str, service: MapNode) -> None:
    for number, item in enumerate(items(entry(service, "devices"))):
        if (text(item) or "").count(":") > 2:
            subject.error(
                "device_invalid",
                f"A device of the service {name!r} has too many `:`.",
                "Write it as `/dev/NAME:/dev/NAME:rwm`.",
                *("services", name, "devices", number),
            )
    ways: tuple[tuple[str, ...], ...] = (("gpus",), ("deploy", "resources", "reservations", "devices"))
    for way in ways:
        for number, item in enumerate(items(entry(service, *way))):
            _check_device_request(subject, (*("services", name), *way, number), item)


def _check_device_request(subject: Subject, parts: tuple[Part, ...], item: Node) -> None:
    count = value(item, "count")
    if isinstance(count, str) and count != "all" and not re.fullmatch(r"[-+]?\d+", count):
        subject.error(
            "number_invalid", "`count` is no number of devices.", "Write a number or `all`.", *parts, "count"
        )
    if count is not None and entry(item, "device_ids") is not None:
        subject.error(
            "keys_conflict",
            "`count` and `device_ids` cannot both be given.",
            "Take one of them out.",
            *(*parts, "count"),
        )


def _check_environment(subject: Subject, name: str, service: MapNode) -> None:
    for part, variable, _ in names(service.entries.get("environment"), "environment"):
        variable = variable.partition("=")[0]
        if variable != variable.rstrip():
            subject.error(
                "variable_name_space",
                f"The name of the variable `{variable.strip()}` of the service {name!r} ends with a space.",
                f"Write `{variable.strip()}=…` without a space before the `=`.",
                *("services", name, "environment", part),
            )


def _check_extra_hosts(subject: Subject, name: str, service: MapNode) -> None:
    for number, item in enumerate(items(entry(service, "extra_hosts"))):
        host = text(item)
        if host is not None and ":" not in host and "=" not in host:
            subject.error(
                "extra_host_invalid",
                f"An extra host of the service {name!r} has no address.",
                "Write it as `name:192.0.2.1`.",
                *("services", name, "extra_hosts", number),
            )


def _check_watch(subject: Subject, name: str, service: MapNode) -> None:
    for number, item in enumerate(items(entry(service, "develop", "watch"))):
        parts = ("services", name, "develop", "watch", number)
        action = value(item, "action")
        if value(item, "path") == "":
            subject.error("key_missing", "`path` is empty.", "Write the path to watch.", *parts, "path")
        if isinstance(action, str) and "sync" in action and not value(item, "target"):
            subject.error(
                "key_missing",
                f"What is watched for the service {name!r} is copied, but `target` is missing.",
                "Add `target:` with the path in the container.",
                *parts,
            )


def _check_container_names(subject: Subject) -> None:
    """Say which services want the same name for their containers."""
    holders: dict[str, str] = {}
    for name, service in subject.active.items():
        container = text(service.entries.get("container_name"))
        if not container:
            continue
        if container in holders:
            subject.error(
                "container_name_repeated",
                f"The service {name!r} has the same `container_name` as the service {holders[container]!r}.",
                f"Give it another one, such as `{name}`, or take `container_name` out.",
                *("services", name, "container_name"),
            )
        holders.setdefault(container, name)


def _check_objects(subject: Subject) -> None:
    """Look at where configs and secrets come from: from one place, and no more."""
    for section, kind, sources in (
        ("configs", "config", ("file", "environment", "content")),
        ("secrets", "secret", ("file", "environment")),
    ):
        for name, thing in subject.defined(section).items():
            if not isinstance(thing, MapNode):
                continue
            found = [source for source in sources if source in thing.entries]
            if len(found) > 1:
                subject.error(
                    "keys_conflict",
                    f"The {kind} {name!r} has both `{found[0]}` and `{found[1]}`; only one of them can be.",
                    "Take one of them out.",
                    *(section, name, found[1]),
                )
            elif not found and not {"external", "driver"} & thing.entries.keys():
                subject.error(
                    "key_missing",
                    f"The {kind} {name!r} does not say where it comes from.",
                    f"Add `file: ./{name}`, or `external: true` if it exists already.",
                    *(section, name),
                )


def _check_external(subject: Subject, section: str, name: str, thing: Node) -> None:
    """Look at what is said of a volume that exists outside of the project."""
    external = entry(thing, "external")
    if isinstance(external, MapNode):
        inner, outer = value(external, "name"), value(thing, "name")
        if inner is not None and outer is not None and inner != outer:
            subject.error(
                "keys_conflict",
                f"{name!r} has two names: `name` and `external.name`.",
                "Write `external: true`, and the name as `name:`.",
                *(section, name, "name"),
            )
    is_external = isinstance(external, MapNode) or value(thing, "external") in (True, "true")
    extra = [key for key in entries(thing) if key in ("driver", "driver_opts", "labels")]
    if section == "volumes" and is_external and extra:
        subject.error(
            "keys_conflict",
            f"The volume {name!r} is external, so that it cannot have `{extra[0]}`.",
            f"Take `{extra[0]}` out: it is set where the volume is made.",
            *(section, name, extra[0]),
        )


_Check = Callable[[Subject, str, MapNode], None]
_ALWAYS: tuple[_Check, ...] = (
    _check_devices,
    _check_environment,
    _check_extra_hosts,
)
# Compose looks at these in services that are started, and at no others.
_WHERE_ACTIVE: tuple[_Check, ...] = (
    _check_image,
    _check_network_mode,
    _check_build,
    _check_twice,
    _check_replicas,
    _check_healthcheck,
    _check_watch,
)
