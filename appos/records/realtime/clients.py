"""All clients, found by their ids, their topics, and their accounts."""

from collections.abc import Collection, Iterable

from appos.errors import NotFoundError
from appos.records.models import Record
from appos.records.realtime.client import AuthKey, Client, auth_key
from appos.records.realtime.topics import Subscription, parse


class Channel:
    """Those who subscribed to a topic in the same words, options included, in the order of their coming."""

    __slots__ = ("clients", "subscription")

    def __init__(self, subscription: Subscription) -> None:
        self.subscription = subscription
        self.clients: dict[Client, None] = {}


class Clients:
    """Everybody who is connected. A change looks at its own topics alone, never at all clients."""

    def __init__(self) -> None:
        self._by_id: dict[str, Client] = {}
        # By topic, then by the words of the subscription.
        self._topics: dict[str, dict[str, Channel]] = {}
        self._by_auth: dict[AuthKey, dict[Client, None]] = {}

    def __len__(self) -> int:
        return len(self._by_id)

    def __contains__(self, client: Client) -> bool:
        return self._by_id.get(client.id) is client

    def all(self) -> list[Client]:
        """Return every client."""
        return list(self._by_id.values())

    def get(self, client_id: str) -> Client:
        """Return a client.

        Raises:
            NotFoundError: `client_not_found`, in PocketBase's words.
        """
        client = self._by_id.get(client_id)
        if client is None:
            raise NotFoundError("Missing or invalid client id.", code="client_not_found")
        return client

    def add(self, client: Client) -> None:
        """Take a client in."""
        self._by_id[client.id] = client

    def remove(self, client: Client) -> None:
        """Forget a client; one that is not known is forgotten already."""
        if client in self:
            self.subscribe(client, ())
            self.set_auth(client, None)
            del self._by_id[client.id]

    def subscribe(self, client: Client, texts: Iterable[str]) -> None:
        """Replace all that a client subscribed to."""
        for channel in client.channels:
            del channel.clients[client]
            if not channel.clients:
                self._close(channel)
        # Not one that is empty, and none twice.
        client.channels = tuple(self._channel(text) for text in dict.fromkeys(texts) if text)
        for channel in client.channels:
            channel.clients[client] = None

    def _channel(self, text: str) -> Channel:
        channels = self._topics.setdefault(text.partition("?")[0], {})
        if text not in channels:
            channels[text] = Channel(parse(text))
        return channels[text]

    def _close(self, channel: Channel) -> None:
        topic = channel.subscription.topic
        del self._topics[topic][channel.subscription.text]
        if not self._topics[topic]:
            del self._topics[topic]

    def channels(self, topic: str) -> Collection[Channel]:
        """Return who subscribed to a topic, by their options."""
        channels = self._topics.get(topic)
        return tuple(channels.values()) if channels else ()

    def set_auth(self, client: Client, auth: Record | None) -> None:
        """Say whose rights a client has. Clients of one account share its record."""
        old, new = auth_key(client.auth), auth_key(auth)
        if old is not None and old != new:
            del self._by_auth[old][client]
            if not self._by_auth[old]:
                del self._by_auth[old]
        client.auth = auth
        if new is None or auth is None:
            return
        others = self._by_auth.setdefault(new, {})
        known = next(iter(others)).auth if others else None
        if known is not None and known.collection is auth.collection and known.values == auth.values:
            client.auth = known
        others[client] = None

    def accounts(self) -> list[Record]:
        """Return the accounts whose rights somebody has."""
        return [auth for clients in self._by_auth.values() if (auth := next(iter(clients)).auth)]

    def signed_in_as(self, account: Record) -> Collection[Client]:
        """Return the clients that have the rights of an account."""
        key = (account.collection.id, account.id)
        return tuple(self._by_auth.get(key, ()))
