"""What an engine tells one by one: bytes cut into lines, frames and messages."""

from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

import msgspec

from appos.engine.docker.exchange import Closed, Exchange, Gone, Refusal, cause_of
from appos.engine.models import LogLine

T = TypeVar("T")

STDOUT, STDERR = 1, 2
_NAMES = {0: "stdout", STDOUT: "stdout", STDERR: "stderr"}
_HEADER_BYTES = 8
LINE_BYTES = 256 << 10


class EngineStream(Generic[T]):
    """The things that `read` makes of an exchange's bytes; `begin` asks the question."""

    def __init__(
        self,
        exchange: Exchange,
        read: Callable[[Iterator[bytes]], Iterator[T]],
        failed: Callable[[Gone | Refusal], Exception],
        begin: Callable[[], None],
    ) -> None:
        self._exchange = exchange
        self._failed = failed
        self._begin: Callable[[], None] | None = begin
        self._things = read(exchange.chunks())

    def begin(self) -> None:
        """Ask the question, once."""
        begin, self._begin = self._begin, None
        if begin is not None and not self._exchange.is_closed:
            try:
                begin()
            except (Gone, Refusal) as error:
                raise self._failed(error) from cause_of(error)

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        try:
            self.begin()
            return next(self._things)
        except (Gone, Refusal) as error:
            self.close()
            raise self._failed(error) from cause_of(error)
        except Closed:
            raise StopIteration from None
        except BaseException:
            # Its end, or that of the reader.
            self.close()
            raise

    def close(self) -> None:
        """End it from anywhere."""
        self._exchange.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def json_objects(chunks: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Read JSON objects, one a line."""
    for line in lines(chunks):
        if line.strip():
            yield msgspec.json.decode(line)


def lines(chunks: Iterable[bytes], *, limit_bytes: int | None = None) -> Iterator[bytes]:
    """Cut into lines, with their ends; the last, and one beyond the limit, may have none."""
    pending = bytearray()
    for chunk in chunks:
        # Only what is new can hold the end of a long line.
        end = chunk.find(b"\n")
        pending += chunk
        if end < 0:
            if limit_bytes and len(pending) >= limit_bytes:
                yield bytes(pending)
                pending.clear()
            continue
        *whole, rest = bytes(pending).split(b"\n")
        for line in whole:
            yield line + b"\n"
        pending = bytearray(rest)
    if pending:
        yield bytes(pending)


def frames(chunks: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Take apart the outputs of a container without a terminal.

    Source: Docker Engine API, ContainerAttach, "Stream format".
    """
    pending = bytearray()
    for chunk in chunks:
        pending += chunk
        at = 0
        while len(pending) - at >= _HEADER_BYTES:
            size = int.from_bytes(pending[at + 4 : at + _HEADER_BYTES], "big")
            end = at + _HEADER_BYTES + size
            if len(pending) < end:
                break
            yield pending[at], bytes(pending[at + _HEADER_BYTES : end])
            at = end
        del pending[:at]


def log_lines(messages: Iterable[tuple[int, bytes]], *, timestamps: bool) -> Iterator[LogLine]:
    """Put lines together of what was logged: the engine keeps a long line as several messages.

    With `timestamps` each message begins with its time and a blank.
    """
    pending: dict[int, tuple[str, bytearray]] = {}
    for stream, message in messages:
        time = ""
        if timestamps:
            told, _, message = message.partition(b" ")
            time = told.decode("ascii", "replace")
        begun, text = pending.pop(stream, (time, bytearray()))
        text += message
        *whole, rest = text.split(b"\n")
        for line in whole:
            yield _log_line(stream, line, begun)
        if len(rest) >= LINE_BYTES:
            yield _log_line(stream, rest, begun)
        elif rest:
            pending[stream] = (begun, bytearray(rest))
    for stream, (begun, text) in pending.items():
        yield _log_line(stream, text, begun)


def _log_line(stream: int, line: bytes | bytearray, time: str) -> LogLine:
    text = line.removesuffix(b"\r").decode(errors="replace")
    return LogLine(stream=_NAMES.get(stream, "stdout"), text=text, time=time)
