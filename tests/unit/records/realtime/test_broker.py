"""Clients that come, sign in, go, are behind, and are told of AppOS's own topics."""

import resource
import threading
import time
from collections.abc import Callable

import pytest

from appos.errors import ForbiddenError, NotFoundError, StoreError, TooManyRequestsError
from appos.records.models import Record
from appos.records.realtime import broker as module
from appos.records.realtime.broker import (
    IDLE_SECONDS,
    MOST_CLIENTS,
    STALLED_SECONDS,
    Broker,
    room_for_clients,
)
from tests.unit.records.realtime.conftest import Ear, FakeRecords, accounts, collection, record, until

Connect = Callable[[], Ear]
USERS = accounts()
ANN = record(USERS, "ann", tokenKey="key", name="a")
BEN = record(USERS, "ben", tokenKey="key")
PRIVATE = collection(list_rule="@request.auth.id != ''")


def sees_who(wanted: str) -> Callable[[Record, object], bool]:
    return lambda _record, info: (info.auth.id if info.auth else "") == wanted  # type: ignore[attr-defined]


def test_a_client_may_become_somebody_and_stays_who_it_is(broker: Broker, connect: Connect) -> None:
    client = connect().client
    for auth in (None, None, ANN, ANN):
        broker.subscribe(client.id, [], auth)
    for other in (None, BEN, record(accounts("staff"), "ann")):
        with pytest.raises(ForbiddenError) as caught:
            broker.subscribe(client.id, ["posts/*"], other)
        assert caught.value.message == "The current and the previous request authorization don't match."

    assert client.auth is ANN
    assert client.channels == ()


def test_a_client_that_is_unknown_cannot_subscribe(broker: Broker) -> None:
    with pytest.raises(NotFoundError):
        broker.subscribe("nobody", [], None)


def test_there_is_room_for_so_many(records: FakeRecords, connect: Connect, broker: Broker) -> None:
    broker._most_clients = 2
    ears = [connect(), connect()]
    with pytest.raises(TooManyRequestsError):
        broker.require_room()
    ears[0].connection.close()
    until(lambda: len(broker) == 1)

    broker.require_room()


@pytest.mark.parametrize(
    ("files", "room"), [(1024, 512), (1 << 20, MOST_CLIENTS), (resource.RLIM_INFINITY, MOST_CLIENTS)]
)
def test_streams_leave_half_of_the_open_files(files: int, room: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _limit: (files, files))

    assert room_for_clients() == room


def test_a_client_that_hangs_up_is_forgotten(broker: Broker, connect: Connect) -> None:
    ear = connect()
    broker.subscribe(ear.client.id, ["posts/*"], ANN)
    ear.connection.close()

    until(lambda: len(broker) == 0)
    broker.publish("create", record(collection()))


def test_an_account_that_changes_is_seen_by_rules_at_once(
    broker: Broker, connect: Connect, records: FakeRecords
) -> None:
    ear = connect()
    broker.subscribe(ear.client.id, ["posts/*"], ANN)
    changed = record(USERS, "ann", tokenKey="key", name="b")
    records.sees = lambda _record, info: info.auth is not None and info.auth.values["name"] == "b"
    broker.publish("create", record(PRIVATE))
    before = ear.events()
    broker.publish("update", changed)
    broker.publish("create", record(PRIVATE))

    assert before == []
    assert [topic for topic, _ in ear.events()] == ["posts/*"]
    assert ear.client.auth is changed


def test_an_account_that_is_deleted_leaves_a_stranger(
    broker: Broker, connect: Connect, records: FakeRecords
) -> None:
    ear = connect()
    broker.subscribe(ear.client.id, ["posts/*", "users/*"], ANN, time.time() + 60)
    pending = broker.prepare_delete(ANN)
    is_still_somebody = ear.client.auth is ANN
    pending.send()
    told = [topic for topic, _ in ear.events()]
    records.sees = sees_who("ann")
    broker.publish("create", record(PRIVATE))

    assert is_still_somebody
    assert told == ["users/*"]
    assert (ear.events(), ear.is_ended, ear.client.valid_until) == ([], False, None)
    broker.subscribe(ear.client.id, [], BEN)


def test_a_new_token_key_ends_the_streams_of_the_account(broker: Broker, connect: Connect) -> None:
    ears = [connect() for _ in range(3)]
    for ear, auth in zip(ears, (ANN, BEN, None), strict=True):
        broker.subscribe(ear.client.id, ["users/*"], auth)
    broker.publish("update", record(USERS, "ann", tokenKey="another"))

    assert (ears[0].events(), ears[0].is_ended) == ([], True)
    assert [len(ear.events()) for ear in ears[1:]] == [1, 1]
    assert len(broker) == 2


def test_accounts_that_changed_elsewhere_are_looked_at_again(
    broker: Broker, connect: Connect, records: FakeRecords
) -> None:
    ears = [connect() for _ in range(5)]
    for ear, auth in zip(ears, (ANN, ANN, BEN, record(USERS, "eve"), None), strict=True):
        broker.subscribe(ear.client.id, [], auth)
    changed = record(USERS, "ben", tokenKey="key", name="new")
    records.accounts = {"ann": None, "ben": changed}
    broker.recheck()

    assert [ear.is_ended for ear in ears] == [True, True, False, False, False]
    assert ears[2].client.auth is changed
    assert len(broker) == 3


def test_what_is_idle_ends(broker: Broker, connect: Connect) -> None:
    idle, told = connect(), connect()
    broker.subscribe(told.client.id, ["posts/*"], None)
    now = time.monotonic()
    idle.client.sent_at = told.client.sent_at = now - IDLE_SECONDS - 1
    broker.publish("create", record(collection()))
    broker.sweep(now, time.time())

    assert (idle.is_ended, len(told.events()), told.is_ended) == (True, 1, False)
    assert len(broker) == 1


def test_a_stream_ends_with_its_token(broker: Broker, connect: Connect) -> None:
    early, late, stranger = connect(), connect(), connect()
    broker.subscribe(early.client.id, [], ANN, 1000.0)
    broker.subscribe(late.client.id, [], ANN, 2000.0)
    broker.subscribe(stranger.client.id, [], None, 1000.0)
    broker.sweep(time.monotonic(), 1500.0)

    assert [ear.is_ended for ear in (early, late, stranger)] == [True, False, False]


def test_a_newer_token_keeps_a_stream_open(broker: Broker, connect: Connect) -> None:
    ear = connect()
    broker.subscribe(ear.client.id, [], ANN, 1000.0)
    broker.subscribe(ear.client.id, [], ANN, 2000.0)
    broker.sweep(time.monotonic(), 1500.0)

    assert not ear.is_ended


def test_a_reader_that_is_stuck_is_dropped_and_others_go_on(broker: Broker, connect: Connect) -> None:
    stuck, reading = connect(), connect()
    for ear in (stuck, reading):
        broker.subscribe(ear.client.id, ["posts/*"], None)
    while not stuck.client.outbox.waiting_bytes:
        broker.publish("create", record(collection()))
        assert reading.events()
    moved = stuck.client.outbox.moved_at
    broker.sweep(moved + STALLED_SECONDS - 1, time.time())
    is_kept = stuck.client.outbox.is_open
    broker.sweep(moved + STALLED_SECONDS + 1, time.time())

    assert (is_kept, stuck.client.outbox.is_open, len(broker)) == (True, False, 1)
    broker.publish("create", record(collection()))
    assert len(reading.events()) == 1


def test_a_reader_that_falls_too_far_behind_is_forgotten(broker: Broker, connect: Connect) -> None:
    slow, reading = connect(), connect()
    for ear in (slow, reading):
        broker.subscribe(ear.client.id, ["posts/*"], None)
    told = 0
    while len(broker) == 2:
        broker.publish("create", record(collection()))
        told += 1
        assert len(reading.events()) == 1

    assert told > 1000
    assert not slow.client.outbox.is_open


def test_a_topic_of_appos_is_told_to_whom_it_may(broker: Broker, connect: Connect) -> None:
    ears = [connect() for _ in range(3)]
    for ear, auth in zip(ears, (ANN, BEN, None), strict=True):
        broker.subscribe(ear.client.id, ["containers", "containers?x"], auth)
    broker.send("containers", {"state": "up"}, lambda auth: auth is not None and auth.id == "ben")
    broker.send("nothing", {}, lambda _auth: True)

    assert [ear.events() for ear in ears] == [
        [],
        [("containers", {"state": "up"}), ("containers?x", {"state": "up"})],
        [],
    ]


def test_a_stop_ends_every_stream_and_lets_none_begin(broker: Broker, connect: Connect) -> None:
    ears = [connect() for _ in range(3)]
    broker.close()

    assert all(ear.is_ended for ear in ears)
    assert len(broker) == 0
    with pytest.raises(AssertionError):
        connect()
    assert len(broker) == 0


def test_the_sweeper_sweeps_and_looks_again_until_it_is_told_to_stop(
    broker: Broker, connect: Connect, records: FakeRecords, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SWEEP_SECONDS", 0.001)
    monkeypatch.setattr(module, "RECHECK_SECONDS", 0.002)
    expired, revoked = connect(), connect()
    broker.subscribe(expired.client.id, [], ANN, time.time() - 1)
    broker.subscribe(revoked.client.id, [], BEN, time.time() + 60)
    records.accounts = {"ben": None}
    stopping = threading.Event()
    sweeper = threading.Thread(target=broker.run, args=(stopping,))
    sweeper.start()
    until(lambda: expired.is_ended and revoked.is_ended)
    stopping.set()
    sweeper.join(5)

    assert not sweeper.is_alive()


def test_a_database_that_fails_ends_neither_the_sweeper_nor_a_change(
    broker: Broker, connect: Connect, records: FakeRecords, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_asked: object) -> bool:
        raise StoreError("The disk is full.")

    ear = connect()
    broker.subscribe(ear.client.id, ["posts/*"], ANN)
    records.sees = fail
    broker.publish("create", record(PRIVATE))

    assert [entry.message for entry in caplog.records] == ["change_not_told"]
    assert (ear.events(), ear.is_ended) == ([], False)
