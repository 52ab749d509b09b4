"""What a fake engine tells one by one."""

import queue
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Generic, Self, TypeVar

from appos.errors import ConflictError

T = TypeVar("T")


class FakeStream(Generic[T]):
    """Gives what is put into it, and ends when it is told to; an exception that is put in is raised."""

    def __init__(self, things: Iterable[T] = (), *, is_whole: bool = False) -> None:
        self._queue: queue.SimpleQueue[T | Exception | None] = queue.SimpleQueue()
        self.is_closed = False
        for thing in things:
            self._queue.put(thing)
        if is_whole:
            self._queue.put(None)

    def put(self, thing: T | Exception) -> None:
        """Tell one more."""
        self._queue.put(thing)

    def finish(self) -> None:
        """Tell that there is no more."""
        self._queue.put(None)

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        thing = None if self.is_closed else self._queue.get()
        if thing is None or self.is_closed:
            self.is_closed = True
            raise StopIteration
        if isinstance(thing, Exception):
            self.close()
            raise thing
        return thing

    def close(self) -> None:
        """Wake the reader, whose iteration ends."""
        self.is_closed = True
        self._queue.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class LazyStream(FakeStream[T]):
    """Does something when it is first read."""

    def __init__(self, begin: Callable[[], Iterable[T]]) -> None:
        super().__init__()
        self._begin: Callable[[], Iterable[T]] | None = begin

    def __next__(self) -> T:
        if self._begin is not None and not self.is_closed:
            begin, self._begin = self._begin, None
            for thing in begin():
                self.put(thing)
            self.finish()
        return super().__next__()


class FakeExec:
    """A program that reads its whole input, writes, and ends."""

    def __init__(self, program: Callable[[bytes], tuple[int, bytes]]) -> None:
        self._program = program
        self._stdin = b""
        self._code: int | None = None
        self._output: FakeStream[bytes] = FakeStream()
        self.size: tuple[int, int] | None = None

    def read(self) -> bytes:
        """Wait for what it writes."""
        return next(self._output, b"")

    def write(self, data: bytes) -> None:
        """Write to its input."""
        if self._code is not None or self._output.is_closed:
            raise ConflictError("The command takes no more input.", code="exec_closed")
        self._stdin += data

    def half_close(self) -> None:
        """End its input, and so the program."""
        if self._code is None:
            self._code, output = self._program(self._stdin)
            self._output.put(output)
            self._output.finish()

    def resize(self, columns: int, rows: int) -> None:
        """Keep the size."""
        self.size = (columns, rows)

    def exit_code(self) -> int | None:
        """Tell how it ended."""
        return self._code

    def close(self) -> None:
        """End a read that waits."""
        self._output.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
