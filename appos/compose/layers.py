"""Puts the files of a project together, as Compose does, keeping where everything is written.

Source: Compose Specification, "Merge", "Include", "Extend". What would be fetched from elsewhere is left out.
"""

from pathlib import Path

from appos.compose.around import Around
from appos.compose.diagnosis.report import Report
from appos.compose.diagnosis.syntax import explain, explain_flaw
from appos.compose.diagnosis.variables import Variables
from appos.compose.extending import Extending
from appos.compose.merging import CannotMergeError, merged, without_reset
from appos.compose.models import Place, Severity
from appos.compose.nodes import ListNode, MapNode, Node, ScalarNode, entries, entry, items, named, text
from appos.compose.parsing import NotYamlError, parse
from appos.compose.path import joined
from appos.compose.reading import Reader, UnreadError

# Compose takes 2 s and 140 MB for so many values, and ten times of both for ten times as many.
LARGEST_SIZE = 60_000
_SECTIONS = ("services", "volumes", "networks", "configs", "secrets", "models")
_REMOTE = ("http://", "https://", "git@", "ssh://", "git://", "oci://", "github.com/")


class Layers:
    """Reads files and lays them over each other.

    `directories` says from where the relative paths in each file start, by the file's name in places.
    `is_whole` is false once something was left out, so that what seems undefined may be defined there, and
    `is_explosive` true once a file's aliases multiply.
    """

    def __init__(self, reader: Reader, report: Report) -> None:
        self._reader = reader
        self._report = report
        self.directories: dict[str, Path] = {}
        self.is_whole = True
        self.is_explosive = False
        # Compose looks at the form of what the files say together after each of them.
        self.stages: list[MapNode] = []

    def project(self, files: tuple[Path, ...], around: Around) -> MapNode | None:
        """Return all that the files say together, None where nothing could be read."""
        whole = self._laid_over([self.file(file, around) for file in files])
        self.stages = [without_reset(stage) for stage in self.stages]
        return None if whole is None else without_reset(whole)

    def _laid_over(self, layers: list[MapNode | None]) -> MapNode | None:
        """Lay files over each other, in their order."""
        whole: MapNode | None = None
        for layer in layers:
            if layer is not None:
                whole = layer if whole is None else self._over(whole, layer)
                self.stages.append(whole)
        return whole

    def file(self, file: Path, around: Around, asked: tuple[str, Place] | None = None) -> MapNode | None:
        """Return what one file says, with all that it includes and extends.

        `asked` is the path and the place where another file names it.
        """
        layer = self.plain(file, around, asked)
        if layer is None:
            return None
        Extending(self._report, self).run(layer, file, around)
        return self._with_included(layer, file, around)

    def plain(self, file: Path, around: Around, asked: tuple[str, Place] | None = None) -> MapNode | None:
        """Return what one file says, with its variables filled in and nothing else done."""
        name = self._report.named(file)
        self.directories[name] = around.directory
        try:
            data = self._reader.read(file)
        except UnreadError as error:
            self._unread(error, name, asked)
            return None
        try:
            parsed = parse(data, name)
        except NotYamlError as error:
            self.is_whole = False
            explain(error, data, self._report)
            return None
        # Without aliases a file has fewer values than characters.
        if parsed.size > max(LARGEST_SIZE, len(data)):
            self._multiplied(parsed.size, name)
            return None
        if not parsed.documents:
            parsed.documents.append(MapNode(Place(name, 1), {}, {}))
        for flaw in parsed.flaws:
            explain_flaw(flaw, self._report)
        return self._documents(parsed.documents, name, around)

    def _multiplied(self, size: int, name: str) -> None:
        """Say that the aliases of a file multiply: Compose would write all of them out."""
        self.is_whole = False
        self.is_explosive = True
        self._report.error(
            "aliases_multiply",
            f"The aliases of the file stand for {size:,} values, which no computer should write out.",
            "Take out aliases of values that consist of aliases themselves.",
            place=Place(name, 1),
            if_accepted=Severity.WARNING,
        )

    def _unread(self, error: UnreadError, name: str, asked: tuple[str, Place] | None) -> None:
        """Say that a file cannot be read."""
        self.is_whole = False
        path, place = asked or ("", None)
        if error.reason == "too_large":
            self._report.info(
                "not_analysed", f"AppOS did not look into {name!r}: {error.text}", "", path=path, place=place
            )
            return
        self._report.error(
            "file_missing" if error.reason == "missing" else "file_not_readable",
            f"The file {name!r} cannot be read: {error.text}",
            "Create the file, or correct its name.",
            path=path,
            place=place,
        )

    def _documents(self, documents: list[Node], name: str, around: Around) -> MapNode | None:
        """Lay the documents of a file over each other."""
        whole: MapNode | None = None
        for document in documents:
            if not isinstance(document, MapNode):
                self._report.error(
                    "top_level_not_mapping",
                    f"The file {name!r} holds {_whole(document)} where keys like `services:` are expected.",
                    "Begin it with `services:`, and write the services under that, two spaces deeper.",
                    place=document.place,
                )
                continue
            Variables(self._report, around.variables).fill(document)
            whole = document if whole is None else self._over(whole, document)
        return whole

    def _over(self, base: MapNode, layer: MapNode) -> MapNode:
        """Lay one file over another."""
        try:
            result = merged(base, layer)
        except CannotMergeError as error:
            self._report.error(
                "cannot_override",
                f"{joined(*error.path)} is {named(error.node)} here, and something else in an earlier file.",
                "Write it in the same form in both files.",
                path=joined(*error.path),
                place=error.node.place,
            )
            return base
        return result if isinstance(result, MapNode) else base

    def _with_included(self, layer: MapNode, file: Path, around: Around) -> MapNode:
        """Add what a file includes to what it says."""
        included = layer.entries.get("include")
        if included is None:
            return layer
        for number, item in enumerate(items(included)):
            other = self._included(item, file, around, joined("include", number))
            if other is not None:
                layer = _beside(layer, other)
        return layer

    def _included(self, item: Node, file: Path, around: Around, path: str) -> MapNode | None:
        """Return what one entry of `include` brings."""
        paths = [item] if isinstance(item, ScalarNode) else _texts(entry(item, "path"))
        names = [(text(node) or "", node.place) for node in paths]
        if not names or any(not name or name.startswith(_REMOTE) for name, _ in names):
            self.is_whole = False
            return None
        files = [(around.directory / name, place) for name, place in names]
        if files[0][0] in (*around.parents, file):
            self._report.error(
                "include_cycle",
                f"{names[0][0]!r} is included by a file that it includes itself.",
                "Take one of the two `include` entries out.",
                path=path,
                place=item.place,
            )
            return None
        inner = self._inside(item, files[0][0].parent, file, around, path)
        return self._laid_over([self.file(each, inner, (path, place)) for each, place in files])

    def _inside(self, item: Node, beside: Path, file: Path, around: Around, path: str) -> Around:
        """Return around what an included file is read."""
        directory = text(entry(item, "project_directory"))
        base = around.directory / directory if directory else beside
        env_files = [
            (around.directory / (text(node) or ""), node.place) for node in _texts(entry(item, "env_file"))
        ]
        variables = Variables(self._report, around.variables)
        inner = variables.with_env_files(env_files, base / ".env", self._reader, path)
        return Around(base, inner, (*around.parents, file))


def _whole(document: Node) -> str:
    """Name what a document is that is no mapping."""
    is_null = isinstance(document, ScalarNode) and document.value is None
    return "an empty document" if is_null else named(document)


def _texts(node: Node | None) -> list[ScalarNode]:
    """Return one text, or those of a list."""
    if isinstance(node, ScalarNode):
        return [node]
    return [item for item in items(node) if isinstance(item, ScalarNode)]


def _beside(layer: MapNode, other: MapNode) -> MapNode:
    """Add the sections of an included file; what the including file says itself wins."""
    whole, keys = dict(layer.entries), dict(layer.keys)
    for section in _SECTIONS:
        theirs = other.entries.get(section)
        ours = whole.get(section)
        if theirs is None or isinstance(ours, ListNode):
            continue
        if not isinstance(ours, MapNode):
            whole[section], keys[section] = theirs, other.keys[section]
        elif isinstance(theirs, MapNode):
            whole[section] = MapNode(
                ours.place, {**entries(theirs), **ours.entries}, {**theirs.keys, **ours.keys}
            )
    return MapNode(layer.place, whole, keys)
