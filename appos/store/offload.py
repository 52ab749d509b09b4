"""Running what would block the event loop in a native thread."""

from collections.abc import Callable
from typing import TypeVar, cast

from gevent import get_hub, monkey

T = TypeVar("T")


def offload(call: Callable[[], T]) -> T:
    """Return `call()`, run in the hub's thread pool where gevent is in charge, else directly.

    For work that holds no lock of ours and logs nothing: password hashing, scans, VACUUM, backups.
    """
    if not monkey.is_module_patched("threading"):
        return call()
    return cast("T", get_hub().threadpool.apply(call))
