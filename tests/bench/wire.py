"""Requests that cost the measuring side as little as can be."""

import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

STREAM_SECONDS = 10.0


def ask(port: int, request: bytes) -> int:
    """Send a request and return the status of its answer; 0 if nobody answers."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(request)
            head = connection.recv(64)
    except OSError:
        return 0
    return int(head.split()[1]) if head.startswith(b"HTTP/1.1 ") else 0


def allow_open_files(count: int) -> None:
    """Let this process and what it starts have so many files open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard), hard))


@contextmanager
def open_streams(port: int, request: bytes, count: int) -> Iterator[None]:
    """Keep so many streams open, each of which has begun to answer.

    Nothing reads what comes later: a ping now and then, for which the system's buffers are large enough.
    """
    with ExitStack() as stack:
        for _ in range(count):
            stream = socket.create_connection(("127.0.0.1", port), timeout=STREAM_SECONDS)
            stack.enter_context(stream)
            stream.sendall(request)
            head = stream.recv(64)
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(f"no stream was opened: {head!r}")
        yield
