"""Server-sent events. Source: https://html.spec.whatwg.org/multipage/server-sent-events.html"""

from collections.abc import Iterator

import msgspec
from flask import Response

# A client that has gone is noticed at the next write, so there is one every 15 seconds.
PING_SECONDS = 15.0


def event(name: str, data: object, event_id: str = "") -> bytes:
    """Return one event; its data is JSON, which holds no line break."""
    head = f"id:{event_id}\n" if event_id else ""
    return f"{head}event:{name}\ndata:".encode() + msgspec.json.encode(data) + b"\n\n"


def ping() -> bytes:
    """Return a comment, which clients ignore."""
    return b":\n\n"


def event_stream(events: Iterator[bytes]) -> Response:
    """Return a response that sends events as they come, past every buffer."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Response(events, 200, headers, mimetype="text/event-stream")
