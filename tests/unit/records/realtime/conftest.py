"""Clients whose other end is in the test, and records that answer as they are told."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import gevent
import pytest

from appos.records.auth_options import AuthOptions
from appos.records.models import Action, Collection, CollectionType, Record, RequestInfo
from appos.records.realtime.broker import Broker
from appos.records.realtime.client import Client
from appos.records.realtime.outbox import Outbox

SOON_SECONDS = 5.0


class Ear:
    """The other end of a client's connection."""

    def __init__(self, client: Client, connection: socket.socket) -> None:
        self.client = client
        self.connection = connection
        connection.setblocking(False)

    def read(self) -> bytes:
        """Return what has come, b"" if nothing has or the stream has ended."""
        received = b""
        while True:
            try:
                part = self.connection.recv(1 << 20)
            except (BlockingIOError, ConnectionResetError):
                return received
            if not part:
                return received
            received += part

    def events(self) -> list[tuple[str, Any]]:
        """Return topics and data of the events that have come."""
        lines = [event.split("\n") for event in self.read().decode().split("\n\n") if event]
        assert all(line[0] == f"id:{self.client.id}" for line in lines), lines
        return [(line[1].removeprefix("event:"), json.loads(line[2].removeprefix("data:"))) for line in lines]

    @property
    def is_ended(self) -> bool:
        """Whether the stream has ended and all of it was read."""
        try:
            return self.connection.recv(1, socket.MSG_PEEK) == b""
        except BlockingIOError:
            return False
        except ConnectionResetError:
            return True


class FakeRecords:
    """Answers whether a record is visible as `sees` says, and notes each question."""

    def __init__(self) -> None:
        self.asked: list[RequestInfo] = []
        self.shown: list[RequestInfo] = []
        self.sees: Callable[[Record, RequestInfo], bool] = lambda _record, _info: True
        self.is_gone = False
        # The accounts of the moment by their ids; whoever is not among them is as before.
        self.accounts: dict[str, Record | None] = {}

    def visible(self, record: Record, action: Action, info: RequestInfo) -> bool:
        assert action in (Action.LIST, Action.VIEW)
        self.asked.append(info)
        return self.sees(record, info)

    def show(self, record: Record, info: RequestInfo) -> bytes | None:
        self.shown.append(info)
        values = {"id": record.id, "fields": info.query.get("fields", "")}
        return None if self.is_gone else json.dumps(values).encode()

    def current(self, account: Record) -> Record | None:
        return self.accounts.get(account.id, account)


@pytest.fixture
def records() -> FakeRecords:
    return FakeRecords()


@pytest.fixture
def broker(records: FakeRecords) -> Iterator[Broker]:
    made = Broker(records)
    yield made
    made.close()


@pytest.fixture
def connect(broker: Broker) -> Iterator[Callable[[], Ear]]:
    """Connects a client, which has been told its id."""
    with ExitStack() as stack:

        def connected() -> Ear:
            ours, theirs = socket.socketpair()
            stack.callback(ours.close)
            ear = Ear(broker.connect(Outbox(theirs), is_chunked=False), ours)
            assert ear.events() == [("PB_CONNECT", {"clientId": ear.client.id})]
            return ear

        yield connected


def collection(name: str = "posts", **options: Any) -> Collection:
    """A collection whose rules are open to everybody unless `options` say otherwise."""
    rules = {"list_rule": "", "view_rule": ""}
    return Collection(id=f"{name}_id", name=name, type=CollectionType.BASE, **(rules | options))


def accounts(name: str = "users", manage_rule: str | None = None, **options: Any) -> Collection:
    """An auth collection."""
    return collection(name, auth=AuthOptions(manage_rule=manage_rule), **options)


def record(of: Collection, record_id: str = "r1", **values: Any) -> Record:
    return Record(of, {"id": record_id, **values})


def until(is_so: Callable[[], bool]) -> None:
    """Let the event loop run until something is so."""
    with gevent.Timeout(SOON_SECONDS):
        while not is_so():
            gevent.sleep(0.001)
