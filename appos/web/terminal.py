"""Terminals, under /api/appos/terminal: tickets, sockets, and which are open."""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec
from flask import Blueprint, Flask, Response, current_app, g, request
from flask_sock import Sock
from werkzeug.exceptions import HTTPException

from appos.errors import ForbiddenError, InvalidError
from appos.store.query import Page
from appos.terminal.attempts import MESSAGES, Outcome, SelfTest
from appos.terminal.models import Sessions, Target, TicketView
from appos.terminal.recordings import RecordingView
from appos.terminal.tickets import Ticket
from appos.web.describe import describe
from appos.web.granted import asker
from appos.web.state import actor, identity, state
from appos.web.websocket import FrameSocket, refuse_foreign
from appos.web.wire import answer, decode, decode_query, no_content

bp = Blueprint("terminal", __name__, url_prefix="/api/appos/terminal")
sockets = Blueprint("terminal_sockets", __name__, url_prefix="/api/appos/terminal")
# Those that lie elsewhere.
local_sockets = Blueprint("terminal_local", __name__)
sock = Sock()

# Source: asciinema, "asciicast v2", "Media type".
ASCIICAST = "application/x-asciicast"
_OPTIONS = ("shell", "user", "workdir")


class TicketRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The path of a terminal's socket with its query, and the command to run in the place of a shell.

    Without `tty` the command runs at no terminal, and its bytes are told as they are.
    """

    path: str
    command: list[str] = []
    tty: bool = True


class SocketQuery(msgspec.Struct, frozen=True, kw_only=True):
    """The shell to run, as whom, and where; "" leaves each to the container."""

    shell: str = ""
    user: str = ""
    workdir: str = ""


class PageQuery(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Which page, and how many it has."""

    page: int = 1
    per_page: int = 30


@bp.post("/tickets")
@describe(body=TicketRequest, answers={200: TicketView}, errors=(400, 404, 409))
def give_ticket() -> Response:
    """Give a ticket that opens one terminal once, within half a minute."""
    asked, who = decode(TicketRequest), asker()
    endpoint, names, options = _parsed(asked.path)
    named = {"container": "", "container_name": "", "command": asked.command, "tty": asked.tty, **options}
    target = msgspec.convert(named, Target)
    terminals = state().services.terminals
    if endpoint == "terminal_sockets.container":
        target = terminals.container(who, names["container"], target)
    elif endpoint.startswith("terminal_local."):
        target = terminals.local(who, target)
    elif endpoint == "terminal_sockets.service":
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


@bp.get("/selftest")
@describe(answers={200: SelfTest})
def self_test() -> Response:
    """Say what became of the last socket that who asks has tried to open, and what to change."""
    return answer(state().services.terminals.self_test(asker()))


@bp.get("/recordings")
@describe(query=PageQuery, answers={200: Page[RecordingView]}, errors=(400,))
def recordings() -> Response:
    """List the recordings of terminals, newest first."""
    asked = decode_query(PageQuery)
    return answer(state().services.terminals.recordings(asked.page, asked.per_page))


@bp.get("/recordings/<recording>")
@describe(answers={200: bytes}, errors=(404,), media=ASCIICAST)
def recording(recording: str) -> Response:
    """Download a recording, in asciicast v2."""
    data = state().services.terminals.recording(recording, actor())
    headers = {"Content-Disposition": f"attachment; filename={recording}.cast"}
    return Response(data, mimetype=ASCIICAST, headers=headers)


@bp.delete("/recordings/<recording>")
@describe(answers={204: None}, errors=(404,))
def remove_recording(recording: str) -> Response:
    """Remove a recording."""
    state().services.terminals.remove_recording(recording, actor())
    return no_content()


def register(app: Flask) -> None:
    """Take in the routes and the sockets."""
    for blueprint in (bp, sockets, local_sockets):
        app.register_blueprint(blueprint)


def refuse_stripped() -> None:
    """Say to a socket that has lost its Upgrade on the way that it has.

    Raises:
        InvalidError: `upgrade_stripped`.
    """
    text = request.args.get("ticket", "")
    is_plain = request.environ.get("HTTP_UPGRADE", "").lower() != "websocket"
    if text and is_plain and _is_socket(request.path):
        state().services.terminals.refused(text, Outcome.UPGRADE_STRIPPED)
        raise InvalidError(MESSAGES[Outcome.UPGRADE_STRIPPED], code="upgrade_stripped")


@sockets.before_request
@local_sockets.before_request
def take_ticket() -> None:
    """Refuse a socket before its handshake: of another page, or without a ticket of its own.

    Raises:
        ForbiddenError: `origin_refused`, `ticket_misused`.
        UnauthenticatedError: `ticket_invalid`.
    """
    services = state().services
    text = request.args.get("ticket", "")
    try:
        refuse_foreign(request.headers.get("Origin", ""), request.host, services.settings.read().meta.app_url)
    except ForbiddenError:
        services.terminals.refused(text, Outcome.ORIGIN_REFUSED)
        raise
    path = _normal(request.full_path if request.query_string else request.path)
    g.ticket = services.terminals.take_ticket(text, path=path, address=g.address, identity=identity())


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


@sock.route("/api/appos/system/terminal", bp=local_sockets)  # type: ignore[untyped-decorator]
@describe(query=SocketQuery, answers={101: None}, errors=(400,))
def local(socket: Any) -> None:
    """Open a shell beside AppOS."""
    _run(socket)


@sock.route("/terminal", bp=local_sockets)  # type: ignore[untyped-decorator]
@describe(query=SocketQuery, answers={101: None}, errors=(400,))
def local_alias(socket: Any) -> None:
    """Open a shell beside AppOS, by its short address."""
    _run(socket)


@sock.route("/selftest", bp=sockets)  # type: ignore[untyped-decorator]
@describe(query=SocketQuery, answers={101: None}, errors=(400,))
def echo(socket: Any) -> None:
    """Send back what comes: whoever sees it knows that nothing on the way strips WebSockets."""
    state().services.terminals.echo(FrameSocket(socket))


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


def _is_socket(path: str) -> bool:
    try:
        current_app.url_map.bind("localhost").match(path, method="GET", websocket=True)
    except HTTPException:
        return False
    return True


def _normal(path: str) -> str:
    """Return a path with its options in one order and without the ticket."""
    parts = urlsplit(path)
    given = sorted((name, value) for name, value in parse_qsl(parts.query) if name in _OPTIONS)
    return f"{parts.path}?{urlencode(given)}" if given else parts.path
