"""What Ctrl-C and a stop do to a command that changes something: it ends in order."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from appos.compose.process import Cancel


@contextmanager
def cancelled_by_signals() -> Iterator[Cancel]:
    """Give a command something that SIGINT, SIGTERM and SIGHUP set; a second one ends it at once."""
    cancel = Cancel()

    def cancel_it(_number: int, _frame: FrameType | None) -> None:
        if cancel.is_set():
            raise KeyboardInterrupt
        cancel.set()

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, cancel_it) for number in numbers}
    try:
        yield cancel
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
