"""How a command shows what it does: lines and a live table for a person, JSON lines for a script."""

import io
import json
import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

import msgspec

from appos.compose.models import Finding, Severity
from appos.compose.progress import Step

_MARKS = {"Working": "…", "Done": "✓", "Warning": "!", "Error": "✗"}
_COLOURS = {"Working": "36", "Done": "32", "Warning": "33", "Error": "31"}
_SEVERITIES = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.INFO: "36"}


class Output:
    """Writes results to standard output, and progress to standard error, so that either can be kept."""

    def __init__(self, *, is_json: bool, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self._is_json = is_json
        self._out = out or sys.stdout
        self._err = err or sys.stderr
        if isinstance(self._out, io.TextIOWrapper):
            # A file's name may be no text, and a locale may lack a character. Standard error is so by itself.
            self._out.reconfigure(errors="backslashreplace")
        self._is_live = not is_json and self._err.isatty()
        self._rows: dict[str, Step] = {}
        self._drawn = 0

    @property
    def is_json(self) -> bool:
        """Whether a script reads it."""
        return self._is_json

    def value(self, value: Any) -> None:
        """Print a value as one line of JSON, in ASCII: it can be read whatever the locale."""
        self._out.write(json.dumps(msgspec.to_builtins(value)) + "\n")
        self._out.flush()

    def text(self, text: str) -> None:
        """Print text for a person, ended by a line's end."""
        self._out.write(text if text.endswith("\n") else f"{text}\n")
        self._out.flush()

    def note(self, text: str) -> None:
        """Tell something on the way."""
        if self._is_json:
            self.value({"note": text})
        else:
            self._err.write(f"{text}\n")

    def log_line(self, line: bytes) -> None:
        """Print a line that a container wrote, as it is; in JSON what is no UTF-8 is replaced."""
        if self._is_json:
            self.value({"line": line.decode("utf-8", errors="replace")})
        else:
            self._out.buffer.write(line + b"\n")
            self._out.flush()

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print rows under their heads, each column as wide as it has to be."""
        widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
        for row in (head, *rows):
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            self.text("   ".join(cells).rstrip())

    def step(self, step: Step) -> None:
        """Show one step of Compose: a line, or its row in the table of a terminal."""
        if self._is_json:
            self.value({"step": step})
        elif not self._is_live:
            self._err.write(f"{_row(step)}\n")
            self._err.flush()
        elif step.parent and step.status == "Done":
            # A finished layer tells nobody anything; its image goes on.
            self._rows.pop(f"{step.parent} {step.id}", None)
            self._draw()
        else:
            self._rows[f"{step.parent} {step.id}".strip() or step.text] = step
            self._draw()

    def steps_end(self) -> None:
        """Leave the table as it is, and go on below it."""
        self._rows.clear()
        self._drawn = 0

    def _draw(self) -> None:
        """Draw the last rows anew over those drawn before, as many as the terminal has room for."""
        columns, lines = shutil.get_terminal_size()
        rows = list(self._rows.values())[-max(lines - 2, 1) :]
        # Up to the first row drawn, and everything below it cleared. Source: ECMA-48, CPL and ED.
        start = f"\x1b[{self._drawn}F\x1b[J" if self._drawn else ""
        drawn = "\n".join(_coloured(row, _row(row)[: columns - 1]) for row in rows)
        self._err.write(f"{start}{drawn}\n")
        self._err.flush()
        self._drawn = len(rows)

    def findings(self, findings: Iterable[Finding]) -> None:
        """Print findings for a person, each with its place and what to write instead."""
        is_coloured = self._out.isatty()
        for finding in findings:
            self.text(_finding(finding, is_coloured=is_coloured))


def _row(step: Step) -> str:
    about = " ".join(part for part in (step.parent, step.id, step.text) if part)
    share = f" {step.percent}%" if 0 < step.percent < 100 else ""
    details = f": {step.details}" if step.details else ""
    row = f"{_MARKS.get(step.status, ' ')} {about}{share}{details}"
    # What others wrote stays in its row, and steers no terminal.
    return "".join(each if each.isprintable() else " " for each in row).rstrip()


def _coloured(step: Step, text: str) -> str:
    colour = _COLOURS.get(step.status)
    return f"\x1b[{colour}m{text}\x1b[0m" if colour else text


def _finding(finding: Finding, *, is_coloured: bool) -> str:
    place = ":".join(str(part) for part in (finding.file, finding.line) if part is not None)
    severity = f"{finding.severity:<7}"
    if is_coloured:
        severity = f"\x1b[{_SEVERITIES[finding.severity]}m{severity}\x1b[0m"
    head = " ".join(part for part in (severity, finding.path, f"({place})" if place else "") if part)
    lines = [head.rstrip(), f"        {finding.message}"]
    lines += [f"        {line}" for line in finding.fix.splitlines()]
    return "\n".join(lines)
