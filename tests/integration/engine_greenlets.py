"""A program whose greenlets read streams of an engine and are stopped in every way; it prints what was left.

Its arguments are the engine's address and the id of a container that writes nothing.
"""

from gevent import monkey

monkey.patch_all()

import json  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable  # noqa: E402
from typing import Any  # noqa: E402

import gevent  # noqa: E402

from appos.engine.docker import DockerEngine  # noqa: E402
from appos.engine.streams import Stream  # noqa: E402

WAIT_SECONDS = 0.2
READERS = 20


def main(host: str, container: str) -> None:
    """Try every way on every kind of stream; print how long each took and how many descriptors were left."""
    engine = DockerEngine(host)
    kinds: dict[str, Callable[[], Stream[Any]]] = {
        "logs": lambda: engine.logs(container, follow=True),
        "events": lambda: engine.events(filters={"container": ["nobody"]}),
        "stats": lambda: engine.stats(container),
    }
    ways = {"kill": killed, "close": closed, "timeout": timed_out}
    for kind in kinds.values():
        kind().close()
    before = descriptors()
    told = {
        f"{kind} {way}": [round(stop([open_() for _ in range(READERS)]), 3), descriptors() - before]
        for kind, open_ in kinds.items()
        for way, stop in ways.items()
    }
    engine.close()
    print(json.dumps(told))


def killed(streams: list[Stream[Any]]) -> float:
    """Kill the readers; return how long they took to end."""
    readers = [gevent.spawn(list, stream) for stream in streams]
    gevent.sleep(WAIT_SECONDS)
    begun = time.monotonic()
    gevent.killall(readers, timeout=5)
    assert all(reader.dead for reader in readers)
    return time.monotonic() - begun


def closed(streams: list[Stream[Any]]) -> float:
    """Close the streams under their readers, which end as if all had been read."""
    readers = [gevent.spawn(list, stream) for stream in streams]
    gevent.sleep(WAIT_SECONDS)
    begun = time.monotonic()
    for stream in streams:
        stream.close()
    for reader in readers:
        assert isinstance(reader.get(timeout=5), list)
    return time.monotonic() - begun


def timed_out(streams: list[Stream[Any]]) -> float:
    """Read with a deadline."""

    def read(stream: Stream[Any]) -> None:
        with gevent.Timeout(WAIT_SECONDS, False):
            for _ in stream:
                pass

    begun = time.monotonic()
    readers = [gevent.spawn(read, stream) for stream in streams]
    gevent.joinall(readers, timeout=5, raise_error=True)
    assert all(reader.dead for reader in readers)
    return time.monotonic() - begun - WAIT_SECONDS


def descriptors() -> int:
    """Count what is open."""
    return len(os.listdir("/proc/self/fd"))


if __name__ == "__main__":
    main(*sys.argv[1:])
