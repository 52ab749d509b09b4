"""Sending without waiting, over real sockets whose other end reads or does not."""

import itertools
import os
import socket
import time
from collections.abc import Iterator

import pytest

from appos.records.realtime import outbox as module
from appos.records.realtime.outbox import MOST_WAITING_BYTES, Outbox
from tests.unit.records.realtime.conftest import until

PART = bytes(range(256)) * 16


class End:
    """The end of an outbox, and how often it was told."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


@pytest.fixture
def pair() -> Iterator[tuple[Outbox, socket.socket, End]]:
    """An outbox, the other end of its connection, and what it calls at its end."""
    server = socket.create_server(("127.0.0.1", 0))
    reader = socket.create_connection(server.getsockname())
    accepted, _ = server.accept()
    server.close()
    sender, end = Outbox(accepted), End()
    sender.watch(end)
    yield sender, reader, end
    sender.close()
    reader.close()


Pair = tuple[Outbox, socket.socket, End]


def fill(sender: Outbox) -> bytes:
    """Send until something waits, and return all that was sent."""
    sent = b""
    for number in itertools.count():
        head = b"<%d>" % number
        sender.push(head, PART)
        sent += head + PART
        if sender.waiting_bytes:
            return sent
    raise AssertionError


def read_exactly(reader: socket.socket, size: int) -> bytes:
    """Read so many bytes while the event loop goes on."""
    reader.setblocking(False)
    received = bytearray()

    def is_all_there() -> bool:
        try:
            received.extend(reader.recv(size - len(received)))
        except BlockingIOError:
            return False
        return len(received) == size

    until(is_all_there)
    return bytes(received)


def read_to_the_end(reader: socket.socket) -> None:
    while reader.recv(1 << 20):
        pass


def test_what_the_socket_takes_goes_at_once(pair: Pair) -> None:
    sender, reader, _ = pair
    sender.push(b"one ", b"two")

    assert reader.recv(100) == b"one two"
    assert sender.waiting_bytes == 0


def test_a_reader_that_is_behind_gets_all_in_order(pair: Pair) -> None:
    sender, reader, end = pair
    sent = fill(sender)
    for number in range(20):
        sender.push(b"[%d]" % number, PART)
        sent += b"[%d]" % number + PART

    assert read_exactly(reader, len(sent)) == sent
    until(lambda: sender.waiting_bytes == 0)
    sender.push(b"after that")
    assert read_exactly(reader, 10) == b"after that"
    assert (sender.is_open, end.count) == (True, 0)


def test_a_message_of_any_size_goes_in_pieces(pair: Pair) -> None:
    sender, reader, _ = pair
    large = os.urandom(8 << 20)
    sender.push(b"head", large)

    assert sender.waiting_bytes > MOST_WAITING_BYTES
    assert read_exactly(reader, 4 + len(large)) == b"head" + large


def test_large_parts_are_kept_and_not_copied(pair: Pair) -> None:
    sender, _, _ = pair
    fill(sender)
    shared = b"x" * 1000
    sender.push(shared)

    assert any(part is shared for part in sender._parts)


def test_a_reader_that_is_too_far_behind_is_dropped(pair: Pair) -> None:
    sender, reader, end = pair
    began = time.monotonic()
    for _ in range(100_000):
        sender.push(PART)
        if not sender.is_open:
            break

    assert time.monotonic() - began < 2
    assert (sender.is_open, end.count) == (False, 1)
    with pytest.raises(ConnectionResetError):
        read_to_the_end(reader)


def test_the_system_keeps_little_for_a_socket(pair: Pair) -> None:
    sender, _, _ = pair
    sent = 0
    while not sender.waiting_bytes:
        sender.push(PART)
        sent += len(PART)
    # The reader's own buffer is on this machine too.
    assert sent < 8 << 20
    assert sender._socket.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) <= 2 * module.SEND_BUFFER_BYTES


def test_a_hang_up_is_noticed_without_writing(pair: Pair) -> None:
    sender, reader, end = pair
    reader.close()

    until(lambda: end.count == 1)
    assert not sender.is_open


def test_what_a_client_says_is_forgotten(pair: Pair) -> None:
    sender, reader, end = pair
    reader.sendall(PART * 10)
    sender.push(b"x")

    assert read_exactly(reader, 1) == b"x"
    assert (sender.is_open, end.count) == (True, 0)


def test_a_connection_that_fails_ends(pair: Pair) -> None:
    sender, reader, end = pair
    fill(sender)
    # Unread data make this a reset.
    reader.close()

    until(lambda: end.count == 1)
    sender.push(b"more")
    assert (sender.is_open, end.count, sender.waiting_bytes) == (False, 1, 0)


def test_closing_tells_the_last_and_calls_nobody(pair: Pair) -> None:
    sender, reader, end = pair
    sender.push(b"first ")
    sender.close(b"last")
    sender.close(b"again")

    assert (reader.recv(100), reader.recv(100)) == (b"first last", b"")
    assert end.count == 0


def test_closing_does_not_wait_for_a_reader_that_is_behind(pair: Pair) -> None:
    sender, reader, end = pair
    fill(sender)
    sender.close(b"last")

    assert (sender.is_open, end.count) == (False, 0)
    with pytest.raises(ConnectionResetError):
        read_to_the_end(reader)


def test_progress_is_noted_while_something_waits(pair: Pair) -> None:
    sender, reader, _ = pair
    sent = fill(sender)
    sender.moved_at = 0.0
    read_exactly(reader, len(sent))

    until(lambda: sender.moved_at > 0)
