"""Terminals, under /api/appos/terminal: tickets, sockets, and which are open."""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec
from flask import Blueprint, Response, current_app, g, request
from flask_sock import Sock
from werkzeug.exceptions import HTTPException

from appos.errors import InvalidError
from appos.terminal.models import Sessions, Target, TicketView
from appos.terminal.tickets import Ticket
from appos.web.describe import describe
from appos.web.granted import asker
from appos.web.state import actor, state
from appos.web.websocket import FrameSocket, refuse_foreign
from appos.web.wire import answer, decode, no_content

bp = Blueprint("terminal", __name__, url_prefix="/api/appos/terminal")
sockets = Blueprint("terminal_sockets", __name__, url_prefix="/api/appos/terminal")
sock = Sock()

_OPTIONS = ("shell", "user", "workdir")


class TicketRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The path of a terminal's socket with its query, and the command to run in the place of a shell."""

    path: str
    command: list[str] = []


class SocketQuery(msgspec.Struct, frozen=True, kw_only=True):
    """The shell to run, as whom, and where; "" leaves each to the container."""

    shell: str = ""
    user: str = ""
    workdir: str = ""


@bp.post("/tickets")
@describe(body=TicketRequest, answers={200: TicketView}, errors=(400, 404, 409))
def give_ticket() -> Response:
    """Give a ticket that opens one terminal once, within half a minute."""
    asked, who = decode(TicketRequest), asker()
    endpoint, names, options = _parsed(asked.path)
    target = Target(container="", container_name="", command=tuple(asked.command), **options)
    terminals = state().services.terminals
    if endpoint == "terminal_sockets.container":
        target = terminals.container(who, names["container"], target)
    else:
        target = terminals.service(who, names["app_id"], names["service"], target)
    return answer(
        terminals.give_ticket(who, target, path=_normal(asked.path), address=g.address, token=str(g.token))
    )


@bp.get("/sessions")
@describe(answers={200: Sessions})
def sessions() -> Response:
    """List the terminals that are open."""
    return answer(state().services.terminals.sessions())


@bp.delete("/sessions/<session_id>")
@describe(answers={204: None}, errors=(404,))
def end(session_id: str) -> Response:
    """End a terminal."""
    state().services.terminals.end(session_id, actor())
    return no_content()


@sockets.before_request
def take_ticket() -> None:
    """Refuse a socket before its handshake: of another page, or without a ticket of its own.

    Raises:
        ForbiddenError: `origin_refused`, `ticket_misused`.
        UnauthenticatedError: `ticket_invalid`.
    """
    services = state().services
    refuse_foreign(request.headers.get("Origin", ""), request.host, services.settings.read().meta.app_url)
    path = _normal(request.full_path if request.query_string else request.path)
    text = request.args.get("ticket", "")
    g.ticket = services.terminals.take_ticket(text, path=path, address=g.address)


@sock.route("/containers/<container>", bp=sockets)  # type: ignore[untyped-decorator]
@describe(query=SocketQuery, answers={101: None}, errors=(400, 404))
def container(socket: Any, container: str) -> None:
    """Open a terminal in a container."""
    _run(socket)


@sock.route("/apps/<app_id>/<service>", bp=sockets)  # type: ignore[untyped-decorator]
@describe(query=SocketQuery, answers={101: None}, errors=(400, 404))
def service(socket: Any, app_id: str, service: str) -> None:
    """Open a terminal in a service of an app."""
    _run(socket)


def _run(socket: Any) -> None:
    ticket: Ticket = g.ticket
    state().services.terminals.run(ticket, FrameSocket(socket))


def _parsed(path: str) -> tuple[str, dict[str, Any], dict[str, str]]:
    """Return the endpoint of a socket's path, the names in it, and its options.

    Raises:
        InvalidError: `path_invalid`.
    """
    parts = urlsplit(path)
    adapter = current_app.url_map.bind("localhost")
    try:
        endpoint, names = adapter.match(parts.path, method="GET", websocket=True)
    except HTTPException as error:
        raise InvalidError("The path is not that of a terminal.", code="path_invalid") from error
    given = dict(parse_qsl(parts.query))
    return endpoint, dict(names), {name: given.get(name, "") for name in _OPTIONS}


def _normal(path: str) -> str:
    """Return a path with its options in one order and without the ticket."""
    parts = urlsplit(path)
    given = sorted((name, value) for name, value in parse_qsl(parts.query) if name in _OPTIONS)
    return f"{parts.path}?{urlencode(given)}" if given else parts.path
