"""What the services wrote: all to the log of the container, AppOS without one to a file of its own."""

import os
import re
import stat
from pathlib import Path

import msgspec

from appos.engine.own_container import own_container
from appos.engine.port import Engine
from appos.errors import ConflictError

# How much of the end is looked at for the lines of one service.
MOST_LINES = 5000
MOST_BYTES = 1 << 20
OUTPUT = Path("/proc/self/fd/1")

# How each begins its lines. What is none of these is AppOS's: its JSON, and what a crash prints.
_BEGINS = {
    "redis": re.compile(r"\d+:[A-Z] \d\d "),
    "nginx": re.compile(r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d \[|nginx: "),
}
_SUPERVISORD = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} [A-Z]{4} ")


class ServiceLine(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A line of a log, and when it was written, "" where that stands in the line alone."""

    time: str
    text: str


class ServiceLogs:
    """Reads the ends of logs; `is_supervised` says whether AppOS is a service among others."""

    def __init__(self, engine: Engine, *, is_supervised: bool, output: Path = OUTPUT) -> None:
        self._engine = engine
        self._is_supervised = is_supervised
        self._output = output

    def lines(self, service: str, tail: int) -> list[ServiceLine]:
        """Return the last lines of a service, the oldest first.

        Raises:
            ConflictError: they are not to be read from here (`log_elsewhere`).
            EngineUnavailableError: the engine does not answer.
        """
        found = self._of_container() if self._is_supervised else self._of_file()
        own = [line for line in found if is_of(service, line.text)] if self._is_supervised else found
        return own[-tail:] if tail > 0 else []

    def _of_container(self) -> list[ServiceLine]:
        container = own_container(self._engine)
        if container is None:
            raise _elsewhere("AppOS cannot find its own container; look at the log with docker logs.")
        with self._engine.logs(container.id, tail=MOST_LINES, timestamps=True) as lines:
            return [ServiceLine(time=line.time, text=line.text) for line in lines]

    def _of_file(self) -> list[ServiceLine]:
        """Read the file that standard output goes to, as `make start` has it."""
        try:
            with self._output.open("rb") as file:
                status = os.fstat(file.fileno())
                if not stat.S_ISREG(status.st_mode):
                    raise _elsewhere()
                file.seek(max(0, status.st_size - MOST_BYTES))
                text = file.read(MOST_BYTES).decode(errors="replace")
        except OSError as error:
            raise _elsewhere() from error
        whole = text.splitlines()[1 if status.st_size > MOST_BYTES else 0 :]
        return [ServiceLine(time="", text=line) for line in whole]


def is_of(service: str, text: str) -> bool:
    """Say whether a line of the container's log is of a service; supervisord's are of whom they name."""
    if _SUPERVISORD.match(text):
        return re.search(rf"\b{re.escape(service)}\b", text) is not None
    named = next((name for name, begin in _BEGINS.items() if begin.match(text)), "appos")
    return named == service


def _elsewhere(message: str = "AppOS writes its log to where it was started; look there.") -> ConflictError:
    return ConflictError(message, code="log_elsewhere")
