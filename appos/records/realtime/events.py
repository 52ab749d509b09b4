"""Who hears of a change of a record, and what: rules are asked once for all whom they cannot tell apart."""

import time
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Protocol

import msgspec

from appos.records.models import REALTIME, Action, Record, RequestInfo
from appos.records.realtime.client import Client, auth_key
from appos.records.realtime.clients import Channel, Clients
from appos.records.realtime.message import Message

# Lets others have their turn, where that is allowed and long enough ago.
Pause = Callable[[], None]

# How many clients are told something, which takes about 1 ms, before others may have their turn.
AT_ONCE = 100
# What a rule has to name to tell one account from another of the same rank.
_AUTH = "@request.auth"


class Records(Protocol):
    """What has to be known of records: may this one hear of it, and what does it look like to them.

    `info.query` and `info.headers` are the options of a subscription; `info.context` is "realtime".
    """

    def visible(self, record: Record, action: Action, info: RequestInfo) -> bool:
        """Whether the stored record satisfies the rule of the action, and the `filter` of the query.

        The rule binds no superuser, the filter everybody. A filter that cannot be understood, or names what
        `info` may not, is not satisfied.
        """

    def show(self, record: Record, info: RequestInfo) -> bytes | None:
        """Return the stored record as JSON, as `info` sees it, with the `expand` and `fields` of the query.

        Hidden fields of the record itself are left out for superusers too. None if it is stored no more.
        """

    def current(self, account: Record) -> Record | None:
        """Return an account as it is stored now; None if the tokens that it had are dead."""


class Delivery(msgspec.Struct, frozen=True):
    """A message, and to whom it goes."""

    message: Message
    clients: Sequence[Client]

    def send(self, clients: Clients, pause: Pause) -> None:
        """Send it to those who are still there; `pause` is called in between."""
        for start in range(0, len(self.clients), AT_ONCE):
            now = time.monotonic()
            for client in self.clients[start : start + AT_ONCE]:
                if client in clients:
                    client.send(self.message, now)
            pause()


class Change(msgspec.Struct, frozen=True):
    """What happened to a record: `action` as clients are told it."""

    action: str
    record: Record

    @property
    def topics(self) -> Iterator[tuple[str, Action]]:
        """The topics that it is told under, each with the action whose rule says who may hear of it.

        Source: PocketBase 0.36; a topic without `/*` is an old way to write one with it.
        """
        collection, record_id = self.record.collection, self.record.id
        for name in (collection.name, collection.id):
            yield f"{name}/{record_id}", Action.VIEW
            yield f"{name}/*", Action.LIST
            yield name, Action.LIST


class Audience:
    """Finds out who hears of a change."""

    def __init__(self, clients: Clients, records: Records) -> None:
        self._clients = clients
        self._records = records

    def of(self, change: Change, pause: Pause) -> Iterator[Delivery]:
        """Yield what is to be sent to whom; `pause` is called between questions to the database."""
        concerned = [
            (channel, action) for topic, action in change.topics for channel in self._clients.channels(topic)
        ]
        for channel, action in concerned:
            yield from self._of_channel(change, channel, action, pause)

    def _of_channel(
        self, change: Change, channel: Channel, action: Action, pause: Pause
    ) -> Iterator[Delivery]:
        subscription, record = channel.subscription, change.record
        ranks = _Ranks(record, channel, action)
        for allowed in ranks.by_sight(
            clients
            for clients in ranks.by_right()
            if self._allows(record, action, self._info(channel, clients[0]), pause)
        ):
            shown = self._records.show(record, self._info(channel, allowed[0]))
            if shown is not None:
                data = b'{"record":%b,"action":"%b"}' % (shown, change.action.encode())
                yield Delivery(Message(subscription.text, data), allowed)
            pause()

    @staticmethod
    def _info(channel: Channel, client: Client) -> RequestInfo:
        subscription = channel.subscription
        return RequestInfo(
            context=REALTIME, query=subscription.query, headers=subscription.headers, auth=client.auth
        )

    def _allows(self, record: Record, action: Action, info: RequestInfo, pause: Pause) -> bool:
        """Ask the database only where there is something to ask."""
        rule = record.collection.rule(action)
        if rule is None and not info.is_superuser:
            return False
        if not info.query.get("filter") and (info.is_superuser or not rule):
            return True
        is_visible = self._records.visible(record, action, info)
        pause()
        return is_visible


class _Ranks:
    """Divides the clients of a channel by what can make a difference to what they may hear.

    Nothing but `@request.auth` tells accounts of one rank apart, and with `expand` come rules of other
    collections. The account that is the record itself is a rank of its own.
    """

    def __init__(self, record: Record, channel: Channel, action: Action) -> None:
        query, collection = channel.subscription.query, record.collection
        manage_rule = collection.auth.manage_rule if collection.auth else None
        self._record = record
        self._channel = channel
        self._is_rule_personal = _AUTH in (collection.rule(action) or "")
        self._is_filter_personal = _AUTH in query.get("filter", "")
        self._is_sight_personal = bool(query.get("expand")) or _AUTH in (manage_rule or "")

    def by_right(self) -> Iterator[list[Client]]:
        """Return the clients in groups that the rule and the filter cannot tell apart."""
        return self._grouped(
            self._channel.clients, is_personal=self._is_rule_personal or self._is_filter_personal
        )

    def by_sight(self, groups: Iterator[list[Client]]) -> Iterator[list[Client]]:
        """Return the clients of these groups in groups that see the same."""
        clients = [client for group in groups for client in group]
        return self._grouped(clients, is_personal=self._is_sight_personal)

    def _grouped(self, clients: Iterable[Client], *, is_personal: bool) -> Iterator[list[Client]]:
        found: dict[Hashable, list[Client]] = {}
        for client in clients:
            found.setdefault(self._rank(client.auth, is_personal=is_personal), []).append(client)
        return iter(found.values())

    def _rank(self, auth: Record | None, *, is_personal: bool) -> Hashable:
        if auth is None:
            return "stranger" if is_personal else "anybody"
        if auth.is_superuser:
            # No rule binds them, so they differ in nothing but a filter that names them.
            return auth_key(auth) if self._is_filter_personal else "superuser"
        is_itself = auth.id == self._record.id and auth.collection.id == self._record.collection.id
        return auth_key(auth) if is_personal or is_itself else "anybody"
