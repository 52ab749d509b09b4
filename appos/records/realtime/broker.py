"""Realtime: who is connected, and what they are told."""

import logging
import resource
import threading
import time
from collections.abc import Callable, Sequence

import msgspec

from appos.errors import ForbiddenError, StoreError, TooManyRequestsError
from appos.records.models import Record
from appos.records.realtime.client import Client, auth_key
from appos.records.realtime.clients import Clients
from appos.records.realtime.events import Audience, Change, Delivery, Records
from appos.records.realtime.message import CONNECTED, Message
from appos.records.realtime.outbox import Outbox

log = logging.getLogger(__name__)

MOST_CLIENTS = 8192
# A stream on which nothing happens ends, and its client comes again. Source: PocketBase 0.36.
IDLE_SECONDS = 300.0
# A reader that takes nothing for so long is dropped.
STALLED_SECONDS = 30.0
SWEEP_SECONDS = 1.0
# After so long a token that died without our doing has no stream left.
RECHECK_SECONDS = 15.0
RETRY_SECONDS = 10
# Others have their turn if it takes longer than this to tell of a change.
TURN_SECONDS = 0.005


def room_for_clients() -> int:
    """Return how many clients there may be: streams leave half of the files that may be open to all else."""
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return MOST_CLIENTS if files == resource.RLIM_INFINITY else min(MOST_CLIENTS, files // 2)


class PendingDelete:
    """What is to be told of a deletion, found out while the record was still there."""

    def __init__(self, broker: "Broker", record: Record, deliveries: Sequence[Delivery]) -> None:
        self._broker = broker
        self._record = record
        self._deliveries = deliveries

    def send(self) -> None:
        """Tell it, once the deletion is committed; clients signed in as the record become strangers."""
        self._broker.tell(self._deliveries)
        self._broker.forget_account(self._record)


class Broker:
    """Tells clients of changes, each what it may know. Nothing here waits for a client."""

    def __init__(self, records: Records, *, most_clients: int = 0) -> None:
        """Make it for so many clients at the most, by default as many as this process has room for."""
        self._clients = Clients()
        self._records = records
        self._audience = Audience(self._clients, records)
        self._most_clients = most_clients or room_for_clients()
        self._is_closed = False
        # Changes are told in the order in which they were published.
        self._turn = threading.RLock()

    def __len__(self) -> int:
        return len(self._clients)

    def require_room(self) -> None:
        """Refuse one client more than there may be.

        Raises:
            TooManyRequestsError: it has to come again later.
        """
        if len(self._clients) >= self._most_clients:
            raise TooManyRequestsError(
                "There are too many realtime connections.", retry_after_seconds=RETRY_SECONDS
            )

    def connect(self, outbox: Outbox, *, is_chunked: bool) -> Client:
        """Take in a client, and tell it its id. It is forgotten when its connection ends."""
        client = Client(outbox, is_chunked=is_chunked)
        if self._is_closed:
            client.close()
            return client
        self._clients.add(client)
        outbox.watch(lambda: self._clients.remove(client))
        client.send(Message(CONNECTED, b'{"clientId":"%b"}' % client.id.encode()), client.sent_at)
        return client

    def subscribe(
        self, client_id: str, texts: Sequence[str], auth: Record | None, valid_until: float | None = None
    ) -> None:
        """Replace what a client subscribed to, and say who it is, until `valid_until` (seconds since 1970).

        A stranger may become somebody; somebody stays who they are.

        Raises:
            NotFoundError: `client_not_found`.
            ForbiddenError: `auth_mismatch`; both in PocketBase's words.
        """
        client = self._clients.get(client_id)
        if client.auth is not None and auth_key(client.auth) != auth_key(auth):
            raise ForbiddenError(
                "The current and the previous request authorization don't match.", code="auth_mismatch"
            )
        self._clients.set_auth(client, auth)
        client.valid_until = valid_until if auth else None
        self._clients.subscribe(client, texts)

    def publish(self, action: str, record: Record) -> None:
        """Tell of a record that was created or updated ("create", "update"), once that is committed.

        A database that fails meanwhile is logged: the change itself has been made.
        """
        with self._turn:
            if action == "update" and record.collection.is_auth:
                self._follow(record)
            pause = _Turns().pause
            try:
                for delivery in self._audience.of(Change(action, record), pause):
                    delivery.send(self._clients, pause)
            except StoreError as error:
                log.warning("change_not_told", extra={"code": error.code, "reason": error.message})

    def prepare_delete(self, record: Record) -> PendingDelete:
        """Find out who may hear of a deletion, within the transaction and before any row of it goes."""
        return PendingDelete(self, record, list(self._audience.of(Change("delete", record), _never)))

    def send(self, topic: str, data: object, allowed: Callable[[Record | None], bool]) -> None:
        """Tell those who subscribed to a topic of AppOS's own and are allowed; `data` becomes JSON."""
        channels = self._clients.channels(topic)
        if not channels:
            return
        content = msgspec.json.encode(data)
        with self._turn:
            self.tell(
                [
                    Delivery(
                        Message(channel.subscription.text, content),
                        [client for client in channel.clients if allowed(client.auth)],
                    )
                    for channel in channels
                ]
            )

    def tell(self, deliveries: Sequence[Delivery]) -> None:
        """Send what has been found out."""
        with self._turn:
            pause = _Turns().pause
            for delivery in deliveries:
                delivery.send(self._clients, pause)

    def _follow(self, account: Record) -> None:
        """Give the clients of an account its new record; if its tokens died, end their streams.

        They come again with the token that they have by then.
        """
        for client in self._clients.signed_in_as(account):
            if client.auth and client.auth.values.get("tokenKey") != account.values.get("tokenKey"):
                self._end(client)
            else:
                self._clients.set_auth(client, account)

    def forget_account(self, account: Record) -> None:
        """Make strangers of those who were signed in as an account that is no more."""
        for client in self._clients.signed_in_as(account):
            self._clients.set_auth(client, None)
            client.valid_until = None

    def recheck(self) -> None:
        """Look at every account that somebody is signed in as: it may have changed without our doing.

        Another process may have changed it, or its collection signs tokens with another secret.
        """
        pause = _Turns().pause
        for account in self._clients.accounts():
            current = self._records.current(account)
            for client in self._clients.signed_in_as(account):
                if current is None:
                    self._end(client)
                else:
                    self._clients.set_auth(client, current)
            pause()

    def run(self, stopping: threading.Event) -> None:
        """End what is idle, stuck, expired or revoked, again and again until `stopping`."""
        checked = time.monotonic()
        while not stopping.wait(SWEEP_SECONDS):
            now = time.monotonic()
            self.sweep(now, time.time())
            if now - checked >= RECHECK_SECONDS:
                checked = now
                self._guarded(self.recheck)

    @staticmethod
    def _guarded(call: Callable[[], None]) -> None:
        """Go on while the database fails; the next round tries again."""
        try:
            call()
        except StoreError as error:
            log.warning("realtime_not_checked", extra={"code": error.code, "reason": error.message})

    def sweep(self, now: float, today: float) -> None:
        """End streams that were idle for too long, whose reader is stuck, or whose token has expired.

        `now` is on the monotonic clock, `today` in seconds since 1970.
        """
        for client in self._clients.all():
            outbox = client.outbox
            is_stuck = outbox.waiting_bytes and now - outbox.moved_at > STALLED_SECONDS
            is_expired = client.valid_until is not None and client.valid_until < today
            if is_stuck or is_expired or now - client.sent_at > IDLE_SECONDS:
                self._end(client)

    def close(self) -> None:
        """End every stream, and let no other begin."""
        self._is_closed = True
        for client in self._clients.all():
            self._end(client)

    def _end(self, client: Client) -> None:
        self._clients.remove(client)
        client.close()


def _never() -> None:
    """Do not pause: within a transaction nothing may wait."""


class _Turns:
    """Lets others have their turn while much is to be told."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def pause(self) -> None:
        """Wait one turn of the event loop if the last one was long ago."""
        if time.monotonic() - self._began > TURN_SECONDS:
            time.sleep(0)
            self._began = time.monotonic()
