"""The project that checks look at: all its files together, with their places and the variables filled in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from appos.compose.diagnosis.report import Report
from appos.compose.merging import as_map
from appos.compose.models import Place, Severity
from appos.compose.nodes import ListNode, MapNode, Moment, Node, ScalarNode, entries, entry, items, text
from appos.compose.path import Part, joined
from appos.compose.reading import Reader


@dataclass(frozen=True, slots=True)
class Subject:
    """A project, and where to say what is found in it.

    `directories` says from where the paths in each file start; `is_whole` is false where a file could not be
    read.
    """

    root: MapNode
    report: Report
    reader: Reader
    directory: Path
    directories: Mapping[str, Path]
    variables: Mapping[str, str]
    profiles: frozenset[str]
    is_whole: bool

    @property
    def services(self) -> dict[str, MapNode]:
        """Return all services that are mappings."""
        found = entries(self.root.entries.get("services"))
        return {name: node for name, node in found.items() if isinstance(node, MapNode)}

    @property
    def active(self) -> dict[str, MapNode]:
        """Return the services that a profile does not leave out: Compose looks into no others."""
        return {name: node for name, node in self.services.items() if self.is_active(node)}

    def is_active(self, service: MapNode) -> bool:
        """Tell whether a service is started: it has no profile, or one that is chosen."""
        wanted = {text(item) for item in items(service.entries.get("profiles"))}
        return not wanted or "*" in self.profiles or bool(wanted & self.profiles)

    def defined(self, section: str) -> dict[str, Node]:
        """Return what is defined in a section, by name."""
        return entries(self.root.entries.get(section))

    def place(self, *parts: Part) -> Place | None:
        """Return where a path is written, or the nearest of its parents."""
        place: Place | None = None
        node: Node | None = self.root
        for part in parts:
            if isinstance(node, MapNode) and part in node.keys:
                place = node.keys[str(part)]
                node = node.entries.get(str(part))
            elif isinstance(node, ListNode) and isinstance(part, int) and part < len(node.items):
                node = node.items[part]
                place = node.place
            else:
                break
        return place

    def error(
        self,
        code: str,
        message: str,
        fix: str,
        *parts: Part,
        if_accepted: Severity | None = None,
        place: Place | None = None,
    ) -> None:
        """Say what Compose refuses, at a path."""
        place = place or self.place(*parts)
        self.report.error(code, message, fix, path=joined(*parts), place=place, if_accepted=if_accepted)

    def warning(self, code: str, message: str, fix: str, *parts: Part) -> None:
        """Say what Compose accepts and is wrong all the same, at a path."""
        self.report.warning(code, message, fix, path=joined(*parts), place=self.place(*parts))

    def beside(self, node: Node, name: str) -> Path:
        """Return the path that a name in a file means."""
        if name.startswith("~/"):
            name = f"{self.variables.get('HOME', '/root')}{name[1:]}"
        return self.directories.get(node.place.file, self.directory) / name


def names(node: Node | None, key: str) -> Iterator[tuple[Part, str, Node]]:
    """Tell the names in a list, or in a mapping with options: the part of the path, the name and the node."""
    if isinstance(node, ListNode):
        for number, item in enumerate(node.items):
            if (name := text(item)) is not None:
                yield number, name, item
    for name, value in entries(as_map(node, key) if isinstance(node, MapNode) else None).items():
        yield name, name, value


def value(node: Node | None, *keys: str) -> str | int | float | bool | None:
    """Return a single value of a mapping, None where there is none, or a date."""
    found = entry(node, *keys)
    if not isinstance(found, ScalarNode) or isinstance(found.value, Moment):
        return None
    return found.value
