"""What Docker Compose says while it works: its JSON lines as steps, its warnings, and its last words."""

import json
import re
from collections.abc import Callable, Iterator

import msgspec

from appos.compose.veil import Veil

# A line of progress has some hundred bytes; what is longer is cut, so that no line fills the memory.
LONGEST_LINE = 64 << 10
MOST_WARNINGS = 1000
LAST_LINES = 10

# How logrus writes a message to where no terminal is.
_LOGGED = re.compile(r'time="[^"]*" level=(?P<level>[a-z]+) msg=(?P<text>"(?:[^"\\]|\\.)*"|\S+)')
# A report in plain text, of a Compose that knows no JSON: ` Container shop-web-1  Started`.
_PLAIN = re.compile(
    r"\s*(?P<id>(?:Container|Network|Volume|Image) \S+)\s+(?P<text>[A-Z][a-z]+)(?P<details>.*)"
)
# What Compose asks about a volume whose definition has changed; the answer is no.
_KEPT = re.compile(r'Volume "([^"]+)" exists but doesn\'t match configuration in compose file[^?]*\?')


# How a program in Go ends that has no memory left. Source: Go, runtime.
_CRASH = "fatal error: "


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that Compose reports.

    `id` names what it is about (`Container shop-web-1`, `Image postgres:17`), `parent` the image of a layer.
    `status` is Working, Done, Warning or Error, `text` what is done to it, `details` what else is told.
    A line that is no report, such as one of a build, has only `text`.
    """

    id: str = ""
    parent: str = ""
    status: str = ""
    text: str = ""
    details: str = ""
    current: int = 0
    total: int = 0
    percent: int = 0


class Lines:
    """Cuts a stream of bytes into lines of text, however the bytes arrive and whatever they are."""

    def __init__(self) -> None:
        self._rest = b""
        self._is_cut = False

    def feed(self, chunk: bytes) -> Iterator[str]:
        """Take some bytes, and yield the lines that they complete."""
        parts = chunk.split(b"\n")
        parts[0] = self._rest + parts[0]
        self._rest = parts.pop()
        for part in parts:
            if not self._is_cut:
                yield from _line(part)
            self._is_cut = False
        if len(self._rest) > LONGEST_LINE:
            if not self._is_cut:
                yield from _line(self._rest)
            self._rest, self._is_cut = b"", True

    def end(self) -> Iterator[str]:
        """Yield the last line, which nothing has ended."""
        rest, self._rest = self._rest, b""
        if not self._is_cut:
            yield from _line(rest)


def _line(raw: bytes) -> Iterator[str]:
    text = raw[:LONGEST_LINE].decode("utf-8", errors="replace").rstrip("\r")
    if text.strip():
        yield text


class Report:
    """Takes what Compose writes, hands its steps on, and keeps its warnings and its last words."""

    def __init__(self, veil: Veil, on_step: "Callable[[Step], None] | None" = None) -> None:
        self._veil = veil
        self._on_step = on_step
        self._warnings: dict[str, None] = {}
        self._errors: list[str] = []
        self._last: list[str] = []
        self._before: Step | None = None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What it warned of, each once."""
        return tuple(self._warnings)

    @property
    def last_words(self) -> str:
        """Why it failed: the error that it named, else the last things it wrote."""
        return "\n".join(self._errors or self._last)

    def take(self, line: str) -> None:
        """Take one line."""
        message = _object(line)
        if message is None:
            self._take_text(line)
        elif message.get("error") is True:
            self._errors.append(self._veil.over(str(message.get("message", ""))))
        elif "level" in message:
            self._logged(str(message["level"]), str(message.get("msg", "")))
        else:
            self._tell(_step(message, line))

    def _take_text(self, line: str) -> None:
        if kept := _KEPT.findall(line):
            for volume in kept:
                self._logged("warning", _kept(volume))
            return
        if line.startswith(_CRASH):
            # What follows are addresses and functions, which say nothing to anybody but its makers.
            self._errors.append(self._veil.over(line))
            return
        logged = _LOGGED.match(line)
        if logged is None:
            self._plain(line)
            return
        self._logged(logged["level"], _unquoted(logged["text"]))

    def _plain(self, line: str) -> None:
        found = _PLAIN.fullmatch(line)
        if found is None:
            self._keep_last(self._veil.over(line))
            self._tell(Step(text=line))
            return
        text = found["text"]
        status = "Working" if text.endswith("ing") and text != "Running" else "Done"
        status = text if text in ("Error", "Warning") else status
        self._tell(Step(id=found["id"], status=status, text=text, details=found["details"].strip()))

    def _logged(self, level: str, text: str) -> None:
        text = self._veil.over(text)
        if level in ("warning", "warn"):
            if len(self._warnings) < MOST_WARNINGS:
                self._warnings[text] = None
        elif level in ("error", "fatal", "panic"):
            self._keep_last(text)

    def _keep_last(self, text: str) -> None:
        self._last = [*self._last[1 - LAST_LINES :], text]

    def _tell(self, step: Step) -> None:
        """Hand a step on; Compose tells many of them twice."""
        step = msgspec.structs.replace(
            step,
            id=self._veil.over_name(step.id),
            parent=self._veil.over_name(step.parent),
            text=self._veil.over(step.text),
            details=self._veil.over(step.details),
        )
        if step.status == "Error":
            self._keep_last(": ".join(filter(None, (step.id, step.text, step.details))))
        if step == self._before:
            return
        self._before = step
        if self._on_step is not None:
            self._on_step(step)


def _object(line: str) -> dict[str, object] | None:
    if not line.startswith("{"):
        return None
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _step(message: dict[str, object], line: str) -> Step:
    """Read a step; what has another shape is kept as the line it was."""
    try:
        return msgspec.convert({**message, "parent": message.get("parent_id", "")}, Step)
    except msgspec.ValidationError:
        return Step(text=line)


def _kept(volume: str) -> str:
    return (
        f"The volume {volume} is kept as it is, though its definition in the file has changed: "
        "a changed one would be a new one, and its data would be lost."
    )


def _unquoted(text: str) -> str:
    try:
        return str(json.loads(text))
    except ValueError:
        return text.strip('"')
