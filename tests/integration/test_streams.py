"""A thousand idle streams: all stay open, the server goes on answering, and a stop ends them all."""

import resource
import selectors
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.integration.work import Work, new_work
from tests.serving import wait_for

STREAMS = 1000
# With which many systems begin; what AppOS needs beyond it, it has to ask for.
USUAL_OPEN_FILES = 1024
OWN_OPEN_FILES = 4096


@contextmanager
def open_files(count: int) -> Iterator[None]:
    """Allow this process, and those that it starts, so many open files."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, before[1]), before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def resident_bytes(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


def open_stream(work: Work, job_id: str) -> socket.socket:
    """Ask for a job's log and read its first event."""
    connection = socket.create_connection(("127.0.0.1", work.server.port), timeout=20)
    head = f"GET /api/appos/jobs/{job_id}/log HTTP/1.1\r\nHost: x\r\nAuthorization: {work.token}\r\n\r\n"
    connection.sendall(head.encode())
    received = b""
    while b"event:job" not in received:
        chunk = connection.recv(65536)
        assert chunk, received
        received += chunk
    return connection


def ended(connections: list[socket.socket], seconds: float) -> int:
    """How many of the connections end in time."""
    deadline = time.monotonic() + seconds
    count = 0
    with selectors.DefaultSelector() as selector:
        for connection in connections:
            selector.register(connection, selectors.EVENT_READ)
        while count < len(connections) and time.monotonic() < deadline:
            for key, _ in selector.select(0.1):
                assert isinstance(key.fileobj, socket.socket)
                if not key.fileobj.recv(65536):
                    selector.unregister(key.fileobj)
                    count += 1
    return count


def test_a_thousand_idle_streams_stay_open_until_the_stop(tmp_path: Path) -> None:
    with ExitStack() as stack:
        with open_files(USUAL_OPEN_FILES):
            work = stack.enter_context(new_work(tmp_path / "data"))
        stack.enter_context(open_files(OWN_OPEN_FILES))
        job_id = work.put_off("test.sleepy")
        before = resident_bytes(work.server.worker_pid())
        connections = [stack.enter_context(open_stream(work, job_id)) for _ in range(STREAMS)]
        grown = resident_bytes(work.server.worker_pid()) - before
        assert work.server.health() == 200
        assert ended(connections, 1) == 0
        began = time.monotonic()
        work.server.process.terminate()
        assert ended(connections, 10) == STREAMS
        work.server.process.wait(10)
        took = time.monotonic() - began
        wait_for(lambda: work.server.process.poll() == 0, 1, "a clean end")
        print(f"{STREAMS} streams: {grown / STREAMS / 1024:.0f} KiB each, stopped in {took:.1f} s")
