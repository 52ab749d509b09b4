"""One client: a connection, what it subscribed to, and who it is."""

import time
from typing import TYPE_CHECKING

from appos.records.models import Record
from appos.records.realtime.message import ID_LENGTH, LAST_CHUNK, Message
from appos.records.realtime.outbox import Outbox
from appos.store.values import random_text

if TYPE_CHECKING:
    from appos.records.realtime.clients import Channel

AuthKey = tuple[str, str]


def auth_key(record: Record | None) -> AuthKey | None:
    """Return what tells one account from another: collection and id."""
    return None if record is None else (record.collection.id, record.id)


class Client:
    """One connection. `auth` is the account whose rights it has, until the token that proved them dies."""

    __slots__ = ("_is_chunked", "_wire_id", "auth", "channels", "id", "outbox", "sent_at", "valid_until")

    def __init__(self, outbox: Outbox, *, is_chunked: bool) -> None:
        self.id = random_text(ID_LENGTH)
        self._wire_id = self.id.encode()
        self._is_chunked = is_chunked
        self.outbox = outbox
        self.channels: tuple[Channel, ...] = ()
        self.auth: Record | None = None
        # When the token that proved `auth` expires, in seconds since 1970; None if there is none.
        self.valid_until: float | None = None
        # When it was last told something, on the monotonic clock.
        self.sent_at = time.monotonic()

    def __repr__(self) -> str:
        return f"Client({self.id})"

    def send(self, message: Message, now: float) -> None:
        """Tell it something, at `now` on the monotonic clock. Never waits."""
        self.sent_at = now
        if self._is_chunked:
            self.outbox.push(*message.chunk(self._wire_id))
        else:
            self.outbox.push(*message.plain(self._wire_id))

    def close(self) -> None:
        """End its stream."""
        self.outbox.close(LAST_CHUNK if self._is_chunked else b"")
