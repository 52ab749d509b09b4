"""Realtime, under /api/realtime: a stream of events, and what it is about."""

import socket

import msgspec
from flask import Blueprint, Response, g
from flask.typing import ResponseReturnValue

from appos.accounts.tokens import expires_at, read_unverified
from appos.errors import InvalidError
from appos.records.models import Record
from appos.records.realtime.outbox import Outbox
from appos.records.realtime.topics import problems
from appos.web.bind import bind
from appos.web.describe import describe
from appos.web.errors import MESSAGES
from appos.web.state import state
from appos.web.takeover import Takeover
from appos.web.wire import no_content

bp = Blueprint("realtime", __name__, url_prefix="/api/realtime")


class SubscribeRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A client by the id that it was told, and all that it wants to hear of."""

    client_id: str = ""
    subscriptions: tuple[str, ...] = ()


@bp.get("")
@describe(answers={200: None}, media="text/event-stream")
def connect() -> Response:
    """Open a stream of events; the first one tells the client its id."""
    broker = state().services.realtime
    broker.require_room()

    def take(connection: socket.socket, is_chunked: bool) -> None:
        broker.connect(Outbox(connection), is_chunked=is_chunked)

    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Takeover(take, headers=headers, content_type="text/event-stream")


@bp.post("")
@describe(body=SubscribeRequest, answers={204: None}, errors=(400, 403, 404))
def subscribe() -> ResponseReturnValue:
    """Replace what a client subscribed to; from now on it has the rights of whoever asks."""
    asked = _asked()
    wrong = problems(asked.client_id, asked.subscriptions)
    if wrong:
        raise InvalidError(MESSAGES[400], code="validation_failed", fields=wrong)
    auth, valid_until = _auth()
    state().services.realtime.subscribe(asked.client_id, asked.subscriptions, auth, valid_until)
    return no_content()


def _auth() -> tuple[Record | None, float | None]:
    """Return who asks and until when the token says so.

    Found out anew: the token may have died while the body was on its way.
    """
    who = state().services.accounts.identify(g.token)
    return (who.record, expires_at(read_unverified(g.token))) if who else (None, None)


def _asked() -> SubscribeRequest:
    try:
        return bind(SubscribeRequest())
    except InvalidError as error:
        raise InvalidError(MESSAGES[400], code=error.code) from error
