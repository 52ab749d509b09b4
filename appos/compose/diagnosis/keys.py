"""Keys that Compose does not know where they stand: mistyped, at the wrong level, or not Compose's."""

from collections.abc import Iterator

from appos.compose.diagnosis.about import about
from appos.compose.diagnosis.report import Report
from appos.compose.diagnosis.words import listed, nearest
from appos.compose.merging import PAIR_LISTS
from appos.compose.models import Place
from appos.compose.nodes import MapNode, Node, ScalarNode, entries
from appos.compose.path import Part, joined
from appos.compose.spec.forms import Either, Form, Keys, Several
from appos.compose.spec.project import PROJECT, SECTIONS
from appos.compose.spec.service import SERVICE

PAIRED = PAIR_LISTS
_FEW = 8
_ALLOWED = "letters, digits, `.`, `_` and `-`"


def _places(form: Form, parts: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Tell for every key of a service where within it the key belongs."""
    if isinstance(form, Either):
        for each in form.forms:
            yield from _places(each, parts)
    elif isinstance(form, Several):
        yield from _places(form.of, parts)
    elif isinstance(form, Keys):
        for name, inner in form.known.items():
            yield name, parts
            yield from _places(inner, (*parts, name))


def _index() -> dict[str, list[tuple[str, ...]]]:
    index: dict[str, list[tuple[str, ...]]] = {}
    for name, parts in sorted(_places(SERVICE, ()), key=lambda each: len(each[1])):
        index.setdefault(name, []).append(parts)
    return index


# Where in a service a key belongs; the nearest to the service first.
_BELONGS = _index()
# What other programs, and older files, call what Compose calls otherwise.
_OTHER_NAMES = {
    "env": "environment",
    "envs": "environment",
    "environments": "environment",
    "volume": "volumes",
    "port": "ports",
    "depend_on": "depends_on",
    "memory": "mem_limit",
    "cpu": "cpus",
    "cmd": "command",
    "health_check": "healthcheck",
    "name": "container_name",
    "workdir": "working_dir",
    "service": "services",
    "docker_file": "dockerfile",
    "restart_policy": "restart",
    "log_driver": "logging",
    "log_opt": "logging",
    "net": "network_mode",
}


def unknown(parts: tuple[Part, ...], place: Place, value: Node, form: Keys, report: Report) -> None:
    """Say that a key is unknown where it stands, and which one was meant, or where it belongs."""
    name = str(parts[-1])
    outer = parts[:-1]
    if form.others is not None and not form.known:
        _bad_name(name, parts, place, report)
        return
    is_of_project = name in PROJECT.known and bool(outer)
    near = None if is_of_project else nearest(name, form.known)
    if near is None and _OTHER_NAMES.get(name) in form.known:
        near = _OTHER_NAMES[name]
    belongs = None if near or outer[:1] == ("include",) else _where(name, outer, value)
    if belongs is not None:
        message = f"`{name}` does not belong in {about(outer)}."
        report.error("key_misplaced", message, belongs, path=joined(*parts), place=place)
        return
    if near is not None:
        fix = f"Write `{near}:` instead of `{name}:`."
    elif len(form.known) <= _FEW and form.known:
        fix = f"Write {listed(form.known)}, or take it out."
    else:
        fix = "Take it out; a key of your own may stay if its name begins with `x-`."
    message = f"Compose knows no key `{name}` in {about(outer)}."
    if outer[:1] == ("include",):
        # Compose leaves out what it does not know of such an entry.
        report.warning("key_unknown", message, fix, path=joined(*parts), place=place)
        return
    report.error("key_unknown", message, fix, path=joined(*parts), place=place)


def _bad_name(name: str, parts: tuple[Part, ...], place: Place, report: Report) -> None:
    """Say that a thing has a name that it cannot have."""
    if len(parts) == 2 and parts[0] in SECTIONS:
        message = f"{name!r} is no name for a {SECTIONS[str(parts[0])]}."
        fix = f"Use {_ALLOWED} only."
    else:
        message = f"{name!r} is no name that can stand in {about(parts[:-1])}."
        fix = f"Use {_ALLOWED} only."
    report.error("name_invalid", message, fix, path=joined(*parts), place=place)


def _where(name: str, outer: tuple[Part, ...], value: Node) -> str | None:
    """Say where a key belongs that is right elsewhere, None if it is right nowhere."""
    if name in PROJECT.known and outer:
        return f"Write `{name}:` at the left edge of the file, beside `services:`."
    if not outer and {"image", "build"} & entries(value).keys():
        return (
            "It looks like a service: write it under `services:`, and indent it and its keys by two spaces."
        )
    spots = _BELONGS.get(name)
    is_elsewhere = bool(outer) and outer[0] != "services"
    if spots is None or (is_elsewhere and spots[0]):
        return None
    if not spots[0]:
        return f"Write `{name}:` directly in a service, indented like `image:`."
    way = "` → `".join((*spots[0], name))
    return f"In a service, it stands under `{way}`."


def misplaced_under_services(parts: tuple[Part, ...], place: Place, node: Node, report: Report) -> bool:
    """Say of a key of a service that stands where the name of one belongs; tell whether it is so."""
    if len(parts) != 2 or parts[0] != "services" or parts[1] not in SERVICE.known:
        return False
    if isinstance(node, MapNode) or (isinstance(node, ScalarNode) and node.value is None):
        return False
    report.error(
        "key_misplaced",
        f"`{parts[1]}` stands where the name of a service belongs.",
        "Indent it by two more spaces, under the name of its service, such as `web:`.",
        path=joined(*parts),
        place=place,
    )
    return True
