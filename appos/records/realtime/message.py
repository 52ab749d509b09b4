"""Events as they go over the wire.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html; RFC 9112, section 7.1.
"""

ID_LENGTH = 40
# Ends a response that is sent in chunks.
LAST_CHUNK = b"0\r\n\r\n"
CONNECTED = "PB_CONNECT"


class Message:
    """One event for any number of clients: all but the id of its client is rendered once.

    The bytes are those of one chunk of a response; those of a response that is not chunked are within them.
    """

    __slots__ = ("_chunk_head", "_chunk_tail", "_plain_tail")

    def __init__(self, topic: str, data: bytes) -> None:
        """Make an event of a topic; `data` is JSON, without line breaks."""
        tail = b"\nevent:%b\ndata:%b\n\n" % (topic.encode(), data)
        self._chunk_head = b"%x\r\nid:" % (len(b"id:") + ID_LENGTH + len(tail))
        self._chunk_tail = tail + b"\r\n"
        self._plain_tail = memoryview(self._chunk_tail)[:-2]

    def chunk(self, client_id: bytes) -> tuple[bytes, bytes]:
        """Return the event for one client as a chunk, in two parts, of which the second is shared."""
        return self._chunk_head + client_id, self._chunk_tail

    def plain(self, client_id: bytes) -> tuple[bytes, memoryview]:
        """Return the event for one client, in two parts, of which the second is shared."""
        return b"id:" + client_id, self._plain_tail
