"""Variables: those that are not set, those that have to be, and what only begins like one."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from appos.compose.diagnosis.report import Report
from appos.compose.diagnosis.words import quoted
from appos.compose.dotenv import EnvFlaw, parse_env
from appos.compose.interpolation import BadTemplateError, Use, fill
from appos.compose.merging import PAIR_LISTS, pair
from appos.compose.models import Place, Severity
from appos.compose.nodes import ListNode, MapNode, Node, ScalarNode
from appos.compose.path import Part, joined
from appos.compose.reading import Reader, UnreadError

_FLAWS = {
    "env_key_space": (
        "The name of a variable in {file!r} has a space in it.",
        "Write each line as `NAME=value`, and put a `#` before what is a comment.",
    ),
    "env_key": (
        "The name of a variable in {file!r} has a character that no name may have.",
        "Use letters, digits and `_` in it, and write the line as `NAME=value`.",
    ),
    "env_quote": (
        "The value of `{name}` in {file!r} begins with a quote that is not closed.",
        "Close the quote at the end of the value.",
    ),
    "env_template": (
        "The value of `{name}` in {file!r} has a `$` that begins no variable.",
        "Write `$$` for a `$` that stands for itself, or put the value in single quotes.",
    ),
}


class Variables:
    """Fills in the variables of files, and says which are missing."""

    def __init__(self, report: Report, values: Mapping[str, str]) -> None:
        self._report = report
        self._values = values
        self._visited: set[int] = set()
        self._named: set[str] = set()

    def fill(self, document: Node) -> None:
        """Fill in the variables of a document."""
        self._walk(document, ())

    def _walk(self, node: Node, parts: tuple[Part, ...]) -> None:
        # What an alias repeats is one node, and needs its variables once.
        if id(node) in self._visited:
            return
        self._visited.add(id(node))
        if isinstance(node, ScalarNode):
            if "$" in node.text and isinstance(node.value, str):
                self._fill_text(node, parts)
        elif isinstance(node, ListNode):
            for number, item in enumerate(node.items):
                self._walk(item, (*parts, _part_of(item, number, parts)))
        else:
            self._walk_map(node, parts)

    def _walk_map(self, node: MapNode, parts: tuple[Part, ...]) -> None:
        for name, value in node.entries.items():
            self._walk(value, (*parts, name))

    def _fill_text(self, node: ScalarNode, parts: tuple[Part, ...]) -> None:
        try:
            filled = fill(node.text, self._values)
        except BadTemplateError as error:
            # What follows the `$` may be part of a password; only a brace is shown.
            shown = quoted(error.part.partition("}")[0]) if is_harmless(parts) else "`${`"
            self._report.error(
                "variable_syntax",
                f"{shown} begins a variable and is none.",
                "Write `${NAME}`, or `$$` for a `$` that stands for itself.",
                path=joined(*parts),
                place=node.place,
            )
            return
        for use in filled.missing:
            self._missing(use, parts, node.place)
        node.value = filled.text

    def _missing(self, use: Use, parts: tuple[Part, ...], place: Place) -> None:
        """Say of a variable, once, that it has no value."""
        if use.name in self._named:
            return
        self._named.add(use.name)
        if use.required:
            self._report.error(
                "variable_missing",
                f"The variable `{use.name}` is required here and has no value.",
                f"Add a line `{use.name}=…` with its value to the file `.env` beside the Compose file.",
                path=joined(*parts),
                place=place,
            )
            return
        self._report.warning(
            "variable_unset",
            f"The variable `{use.name}` is not set, so that nothing stands in its place.",
            f"Add a line `{use.name}=…` to the file `.env` beside the Compose file, or write a default: "
            f"`${{{use.name}:-value}}`.",
            path=joined(*parts),
            place=place,
        )

    def with_env_files(
        self, files: Sequence[tuple[Path, Place | None]], default: Path, reader: Reader, path: str = ""
    ) -> dict[str, str]:
        """Return the variables together with those of env files, which the former win over.

        Without any file, `default` is read if it is there.
        """
        found: dict[str, str] = {}
        for file, place in files or [(default, None)]:
            try:
                data = reader.read(file)
            except UnreadError as error:
                if files:
                    self._unread(error, file, path, place)
                continue
            parsed = parse_env(data, {**found, **self._values})
            name = self._report.named(file)
            for flaw in parsed.flaws:
                self.flaw(flaw, name)
            found |= {key: value for key, value in parsed.variables.items() if value is not None}
        return {**found, **self._values}

    def _unread(self, error: UnreadError, file: Path, path: str, place: Place | None) -> None:
        self._report.error(
            "env_file_missing" if error.reason == "missing" else "env_file_not_readable",
            f"The env file {self._report.named(file)!r} cannot be read: {error.text}",
            "Create the file, or correct its name.",
            path=path,
            place=place,
        )

    def flaw(self, flaw: EnvFlaw, file: str) -> None:
        """Say what is wrong in a line of an env file."""
        place = Place(file, flaw.line)
        if flaw.problem in ("env_variable_missing", "env_variable_unset"):
            self._missing(Use(flaw.variable, flaw.problem == "env_variable_missing"), (), place)
            return
        message, fix = _FLAWS[flaw.problem]
        self._report.error(
            "env_file_invalid",
            message.format(file=file, name=flaw.variable),
            fix,
            place=place,
            # Compose reads a few lines that look wrong in a way of its own.
            if_accepted=Severity.WARNING,
        )


def _part_of(item: Node, number: int, parts: tuple[Part, ...]) -> Part:
    """Return what stands in a path for an item: its name, where it is one of `NAME=value`."""
    if not parts or parts[-1] not in PAIR_LISTS or not isinstance(item, ScalarNode):
        return number
    name, _ = pair(item.text, str(parts[-1]))
    return number if not name or "$" in name else name


def is_harmless(parts: tuple[Part, ...]) -> bool:
    """Tell whether what stands there is surely no secret."""
    return not any(part in ("environment", "args", "labels", "content", "command") for part in parts)
