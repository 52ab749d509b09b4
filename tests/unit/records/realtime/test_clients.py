"""Finding clients by id, topic and account."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from appos.errors import NotFoundError
from appos.records.realtime.client import Client
from appos.records.realtime.clients import Clients
from appos.records.realtime.outbox import Outbox
from tests.unit.records.realtime.conftest import accounts, record


@pytest.fixture
def clients() -> Clients:
    return Clients()


@pytest.fixture
def new(clients: Clients) -> Iterator[Callable[[], Client]]:
    with ExitStack() as stack:

        def made() -> Client:
            ours, theirs = socket.socketpair()
            stack.callback(ours.close)
            client = Client(Outbox(theirs), is_chunked=True)
            stack.callback(client.close)
            clients.add(client)
            return client

        yield made


New = Callable[[], Client]


def listeners(clients: Clients, topic: str) -> dict[str, list[Client]]:
    return {channel.subscription.text: list(channel.clients) for channel in clients.channels(topic)}


def test_a_client_has_an_id_of_forty_letters_and_digits(new: New) -> None:
    first, second = new(), new()

    assert (len(first.id), first.id.isalnum(), first.id.isascii()) == (40, True, True)
    assert first.id != second.id


def test_a_client_is_found_until_it_is_removed(clients: Clients, new: New) -> None:
    client = new()
    found = clients.get(client.id)
    clients.remove(client)
    clients.remove(client)

    assert found is client
    assert (client in clients, len(clients)) == (False, 0)
    with pytest.raises(NotFoundError, match=r"^Missing or invalid client id\.$"):
        clients.get(client.id)


def test_clients_of_the_same_words_share_a_channel(clients: Clients, new: New) -> None:
    first, second = new(), new()
    clients.subscribe(first, ["posts/*", "posts/*?options={}"])
    clients.subscribe(second, ["posts/*"])

    assert listeners(clients, "posts/*") == {"posts/*": [first, second], "posts/*?options={}": [first]}
    assert listeners(clients, "posts") == {}


def test_a_subscription_replaces_those_before_it(clients: Clients, new: New) -> None:
    client = new()
    clients.subscribe(client, ["posts/*", "users/*"])
    clients.subscribe(client, ["users/*", "", "users/*"])
    left = (listeners(clients, "posts/*"), listeners(clients, "users/*"))
    clients.subscribe(client, [])

    assert left == ({}, {"users/*": [client]})
    assert not clients._topics


def test_nothing_is_left_of_a_client_that_is_removed(clients: Clients, new: New) -> None:
    client, account = new(), record(accounts())
    clients.subscribe(client, ["posts/*"])
    clients.set_auth(client, account)
    clients.remove(client)

    assert not clients._topics
    assert not clients._by_auth
    assert client.auth is None


def test_clients_of_one_account_share_its_record(clients: Clients, new: New) -> None:
    first, second, third = new(), new(), new()
    users = accounts()
    clients.set_auth(first, record(users, name="a"))
    clients.set_auth(second, record(users, name="a"))
    clients.set_auth(third, record(users, name="b"))

    assert first.auth is second.auth
    assert third.auth is not None
    assert third.auth.values["name"] == "b"
    assert list(clients.signed_in_as(record(users))) == [first, second, third]


def test_accounts_of_two_collections_differ(clients: Clients, new: New) -> None:
    client = new()
    clients.set_auth(client, record(accounts("users")))

    assert list(clients.signed_in_as(record(accounts("others")))) == []
    clients.set_auth(client, None)
    assert list(clients.signed_in_as(record(accounts("users")))) == []
