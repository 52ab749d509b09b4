"""Running what would block the event loop in a native thread."""

from collections.abc import Callable
from typing import TypeVar, cast

from gevent import get_hub, monkey
from gevent.threadpool import ThreadPool

T = TypeVar("T")


def offload(call: Callable[[], T]) -> T:
    """Return `call()`, run in the hub's thread pool where gevent is in charge, else directly.

    For work that holds no lock of ours and logs nothing: password hashing, scans, VACUUM, backups.
    """
    if not monkey.is_module_patched("threading"):
        return call()
    return cast("T", get_hub().threadpool.apply(call))


class Aside:
    """One native thread for work that must not wait behind that of others, such as commits behind hashes."""

    def __init__(self) -> None:
        self._pool: ThreadPool | None = None

    def run(self, call: Callable[[], T]) -> T:
        """Return `call()`, run in the thread where gevent is in charge, else directly."""
        if not monkey.is_module_patched("threading"):
            return call()
        if self._pool is None:
            self._pool = ThreadPool(1)
        return cast("T", self._pool.apply(call))

    def close(self) -> None:
        """End the thread."""
        if self._pool is not None:
            self._pool.kill()
            self._pool = None
