"""Tickets: each opens one socket, once, soon, for whom and from where it was asked."""

import secrets
import threading
import time
from datetime import UTC, datetime, timedelta

import msgspec

from appos.accounts.models import Identity
from appos.errors import ForbiddenError, UnauthenticatedError
from appos.store.values import timestamp
from appos.terminal.models import Target, TicketView

LIFE_SECONDS = 30.0
MOST_TICKETS = 1000


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """What a ticket stands for. `token` is the one that asked for it: with it the session dies."""

    path: str
    address: str
    token: str
    identity: Identity
    target: Target
    dies_at: float

    def __repr__(self) -> str:
        """Leave the token out."""
        return f"Ticket(path={self.path!r})"


class Tickets:
    """Gives tickets out and takes them."""

    def __init__(self) -> None:
        self._tickets: dict[str, Ticket] = {}
        self._lock = threading.Lock()

    def give(self, *, path: str, address: str, token: str, identity: Identity, target: Target) -> TicketView:
        """Return a new ticket; of too many that nobody used the oldest go."""
        text = secrets.token_urlsafe(32)
        dies_at = time.monotonic() + LIFE_SECONDS
        ticket = Ticket(
            path=path, address=address, token=token, identity=identity, target=target, dies_at=dies_at
        )
        with self._lock:
            self._sweep()
            self._tickets[text] = ticket
        expires = datetime.now(UTC) + timedelta(seconds=LIFE_SECONDS)
        return TicketView(ticket=text, expires_at=timestamp(expires))

    def take(self, text: str, *, path: str, address: str) -> Ticket:
        """Return what a ticket stands for, which is none afterwards, whatever came of it.

        Raises:
            UnauthenticatedError: `ticket_invalid`: there is none, it was used, or it is too old.
            ForbiddenError: `ticket_misused`: it is for another path or another address.
        """
        with self._lock:
            self._sweep()
            ticket = self._tickets.pop(text, None)
        if ticket is None:
            message = "The ticket is missing, used or too old; ask for another."
            raise UnauthenticatedError(message, code="ticket_invalid")
        if ticket.path != path or ticket.address != address:
            message = "The ticket is for another terminal, or for somebody else."
            raise ForbiddenError(message, code="ticket_misused")
        return ticket

    def owner(self, text: str) -> str:
        """Return the id of the account that asked for a ticket, which stays; "" where there is none."""
        ticket = self._tickets.get(text)
        return ticket.identity.record.id if ticket is not None else ""

    def _sweep(self) -> None:
        now = time.monotonic()
        alive = {text: it for text, it in self._tickets.items() if it.dies_at > now}
        self._tickets = dict(list(alive.items())[-MOST_TICKETS:])
