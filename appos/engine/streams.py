"""What an engine tells bit by bit, and what is told to it so."""

from collections.abc import Iterator
from types import TracebackType
from typing import Protocol, Self, TypeVar

T_co = TypeVar("T_co", covariant=True)


class Stream(Protocol[T_co]):
    """What an engine tells one by one, for one reader.

    Any greenlet or thread may close it, and the reader's iteration ends then, also where it waits for
    something that never comes. A reader that is killed or timed out closes it too. Reading raises
    `EngineUnavailableError` when the engine goes away meanwhile.
    """

    def __iter__(self) -> Iterator[T_co]:
        """Return the stream itself."""
        ...

    def __next__(self) -> T_co:
        """Wait for the next."""
        ...

    def close(self) -> None:
        """End it and give its connection back; harmless when repeated."""
        ...

    def __enter__(self) -> Self:
        """Return the stream itself; it is closed at the end of the block."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        ...


class ExecSession(Protocol):
    """A command that runs in a container, and a connection to it; one greenlet reads, others may do the rest.

    Closing it leaves the command running: an engine has no way to end one.
    """

    def read(self) -> bytes:
        """Wait for what the command writes, output and errors in their order; b"" when it writes no more."""
        ...

    def write(self, data: bytes) -> None:
        """Write to its input.

        Raises:
            ConflictError: it takes no more (`exec_closed`).
        """
        ...

    def half_close(self) -> None:
        """End its input; what it writes can still be read."""
        ...

    def resize(self, columns: int, rows: int) -> None:
        """Tell its terminal the size, in characters."""
        ...

    def exit_code(self) -> int | None:
        """Return how the command ended; None while it runs."""
        ...

    def close(self) -> None:
        """Give the connection back, and end a read that waits; harmless when repeated."""
        ...

    def __enter__(self) -> Self:
        """Return the session itself; it is closed at the end of the block."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        ...
