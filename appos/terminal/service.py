"""The verbs of terminals: asked for, opened, listed, ended."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from appos.accounts.models import Identity
from appos.accounts.service import Accounts
from appos.apps.models import Level
from appos.apps.service import Apps
from appos.audit.models import Actor
from appos.audit.service import Audit
from appos.config import shell_variables
from appos.engine.models import ContainerSummary
from appos.engine.port import Engine
from appos.engine.streams import ExecSession
from appos.errors import (
    AppOSError,
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    TooManyRequestsError,
)
from appos.store.query import Page
from appos.store.values import new_id, timestamp
from appos.terminal.attempts import Attempts, Outcome, SelfTest
from appos.terminal.local import LocalShell, find_shell
from appos.terminal.models import Close, Failed, Sessions, SessionView, Target, TicketView
from appos.terminal.reaper import MARK, SCRIPT, Reaper
from appos.terminal.recordings import Recordings, RecordingView
from appos.terminal.session import Session, Socket
from appos.terminal.tickets import Ticket, Tickets

SERVICE = "com.docker.compose.service"
SHELLS = ("bash", "ash", "sh")
# Each is asked for in the container itself; `exec` puts the shell in the place of what looked for it.
ECHO_SECONDS = 60.0
MOST_PER_PAGE = 500
_FIND = "for s in bash ash sh; do command -v $s >/dev/null 2>&1 && exec $s; done; exit 127"


class Terminals:
    """The terminals of one process; `records` says whether one that begins is recorded."""

    def __init__(
        self,
        engine: Engine,
        apps: Apps,
        accounts: Accounts,
        audit: Audit,
        reaper: Reaper,
        recordings: Recordings,
        *,
        records: Callable[[], bool],
        idle_seconds: int,
        most_sessions: int,
        is_local_on: bool,
    ) -> None:
        self._engine = engine
        self._apps = apps
        self._accounts = accounts
        self._audit = audit
        self._reaper = reaper
        self._recordings = recordings
        self._records = records
        self._idle_seconds = idle_seconds
        self._most_sessions = most_sessions
        self._is_local_on = is_local_on
        self._tickets = Tickets()
        self._attempts = Attempts()
        self._sessions: dict[str, Session] = {}
        self._is_closing = False

    # Where terminals lead

    def container(self, identity: Identity, container: str, target: Target) -> Target:
        """Return the target of a container, for superusers.

        Raises:
            ForbiddenError: `forbidden`.
            NotFoundError: `container_not_found`.
            ConflictError: `container_not_running`.
        """
        if not identity.is_superuser:
            raise ForbiddenError("Terminals of containers are for superusers.", code="forbidden")
        found = self._engine.container(container)
        return self._running(found.id, found.name, found.state, target)

    def service(self, identity: Identity, app_id: str, service: str, target: Target) -> Target:
        """Return the target of an app's service, for whoever may operate the app.

        Raises:
            NotFoundError: `app_not_found`, `service_not_found`.
            ForbiddenError: `not_granted`.
            ConflictError: `container_not_running`.
        """
        app = self._apps.granted(identity, app_id, Level.OPERATE)
        labels = {"com.docker.compose.project": app.name, SERVICE: service}
        found = sorted(
            self._engine.containers(labels=labels), key=lambda it: (it.state != "running", it.name)
        )
        if not found:
            raise NotFoundError(f"{app.name} has no service {service!r}.", code="service_not_found")
        known = msgspec.structs.replace(target, app=app.name, service=service)
        first: ContainerSummary = found[0]
        return self._running(first.id, first.name, first.state, known)

    def local(self, identity: Identity, target: Target) -> Target:
        """Return the target of a shell beside AppOS, for superusers where the settings allow it.

        Raises:
            ForbiddenError: `forbidden`, `terminal_local_off`.
        """
        if not identity.is_superuser:
            raise ForbiddenError("A shell beside AppOS is for superusers.", code="forbidden")
        if not self._is_local_on:
            message = "Shells beside AppOS are off; set TERMINAL_LOCAL=on and restart it to allow them."
            raise ForbiddenError(message, code="terminal_local_off")
        return msgspec.structs.replace(target, container_name="AppOS", is_local=True)

    @staticmethod
    def _running(container: str, name: str, state: str, target: Target) -> Target:
        if state != "running":
            message = f"{name} is {state}; a terminal needs a container that runs."
            raise ConflictError(message, code="container_not_running")
        if target.shell and target.shell.rpartition("/")[2] not in (*SHELLS, "zsh", "fish", "dash"):
            raise InvalidError(f"{target.shell!r} is no shell.", code="shell_invalid")
        return msgspec.structs.replace(target, container=container, container_name=name)

    # From a ticket to a session

    def give_ticket(
        self, identity: Identity, target: Target, *, path: str, address: str, token: str
    ) -> TicketView:
        """Return a ticket for the socket at a path.

        Raises:
            TooManyRequestsError: so many terminals are open as may be.
        """
        self._refuse_crowd()
        self._attempts.note(identity.record.id, Outcome.NOT_ARRIVED)
        return self._tickets.give(path=path, address=address, token=token, identity=identity, target=target)

    def take_ticket(self, text: str, *, path: str, address: str, identity: Identity | None) -> Ticket:
        """Return what a ticket stands for, once; `identity` is who asks, where the request has a token, too.

        Raises:
            UnauthenticatedError: `ticket_invalid`.
            ForbiddenError: `ticket_misused`.
        """
        owner = self._tickets.owner(text)
        try:
            ticket = self._tickets.take(text, path=path, address=address)
            if identity is not None and identity.record.id != ticket.identity.record.id:
                raise ForbiddenError("The ticket is somebody else's.", code="ticket_misused")
        except ForbiddenError:
            self._attempts.note(owner, Outcome.TICKET_REFUSED)
            raise
        self._attempts.note(owner, Outcome.OK)
        return ticket

    def refused(self, text: str, outcome: Outcome) -> None:
        """Note why a handshake with a ticket was refused before that was looked at."""
        if owner := self._tickets.owner(text):
            self._attempts.note(owner, outcome)

    def self_test(self, identity: Identity) -> SelfTest:
        """Say what became of somebody's last handshake."""
        return self._attempts.tell(identity.record.id)

    @staticmethod
    def echo(socket: Socket) -> None:
        """Send frames back as they come, for a minute at most: whoever sees one knows that sockets work."""
        give_up_at = time.monotonic() + ECHO_SECONDS
        try:
            while (left := give_up_at - time.monotonic()) > 0:
                frame = socket.receive(left)
                if frame is not None:
                    socket.send(frame)
            socket.close(Close.DONE)
        except EOFError:
            return

    def run(self, ticket: Ticket, socket: Socket) -> None:
        """Carry a terminal until its end; afterwards nothing of it runs in the container."""
        target = ticket.target
        actor = ticket.identity.actor(ticket.address)
        where = f"{target.app}/{target.service}" if target.app else target.container_name
        try:
            self._refuse_crowd()
            session = self._begun(ticket, where)
        except AppOSError as error:
            _fail(socket, error)
            return
        self._audit.record(actor, "terminal.open", where, detail=session.id)
        self._reaper.note(session.id, target.container, target.user)
        try:
            with self._command(target, session.id) as command:
                session.run(
                    socket,
                    command,
                    self._allowed(session),
                    lambda: self._reaper.reap(session.id, target.container, target.user),
                )
        except AppOSError as error:
            _fail(socket, error)
            # It may have begun all the same.
            self._reaper.reap(session.id, target.container, target.user)
        finally:
            self._sessions.pop(session.id, None)
            if session.recording is not None:
                session.recording.close()
            self._record_end(actor, where, session)

    def _refuse_crowd(self) -> None:
        if len(self._sessions) >= self._most_sessions:
            message = f"{self._most_sessions} terminals are open already; close one first."
            raise TooManyRequestsError(message)

    def _begun(self, ticket: Ticket, where: str) -> Session:
        session_id, recording = new_id(), None
        if self._records() and ticket.target.tty:
            recording = self._recordings.begin(session_id, ticket.identity.subject, where)
        session = Session(session_id, ticket, self._idle_seconds, recording)
        self._sessions[session_id] = session
        return session

    def _command(self, target: Target, session: str) -> ExecSession:
        env = {MARK: session, "TERM": "xterm-256color"}
        if target.is_local:
            argv = target.command or (find_shell(target.shell),)
            return LocalShell(argv, {**shell_variables(), **env}, target.workdir)
        return self._engine.exec_open(
            target.container, _argv(target), tty=target.tty, user=target.user, env=env, workdir=target.workdir
        )

    def _allowed(self, session: Session) -> Callable[[], bool]:
        ticket = session.ticket

        def allowed() -> bool:
            if self._is_closing:
                session.end(Close.RESTART, "restart", "AppOS stops or starts again.")
                return True
            who = self._accounts.identify(ticket.token)
            if who is None or who.record.id != ticket.identity.record.id:
                return False
            if who.is_superuser:
                return True
            try:
                self._apps.granted(who, ticket.target.app, Level.OPERATE)
            except AppOSError:
                return False
            return True

        return allowed

    def _record_end(self, actor: Actor, where: str, session: Session) -> None:
        seconds = int(time.time() - session.started)
        detail = f"{session.id}: {seconds} s, {session.bytes_in} bytes in, {session.bytes_out} bytes out"
        detail += ", recorded" if session.recording is not None else ""
        self._audit.record(actor, "terminal.close", where, detail=detail)

    # What is open

    def sessions(self) -> Sessions:
        """Return the terminals that are open."""
        return Sessions(items=tuple(_view(it) for it in self._sessions.values()))

    def end(self, session_id: str, actor: Actor) -> None:
        """End a terminal.

        Raises:
            NotFoundError: `session_not_found`.
        """
        session = self._sessions.get(session_id)
        if session is None:
            raise NotFoundError(f"There is no terminal {session_id!r}.", code="session_not_found")
        session.end(Close.ENDED, "ended", "A superuser has ended this terminal.")
        self._audit.record(actor, "terminal.end", session_id)

    # What was recorded

    def recordings(self, page: int, per_page: int) -> Page[RecordingView]:
        """Return one page of the recordings, newest first."""
        found = self._recordings.list(self._sessions)
        page, per_page = max(page, 1), min(max(per_page, 1), MOST_PER_PAGE)
        return Page(
            items=found[(page - 1) * per_page : page * per_page],
            page=page,
            per_page=per_page,
            total_items=len(found),
            total_pages=-(-len(found) // per_page),
        )

    def recording(self, recording: str, actor: Actor) -> bytes:
        """Return a recording; the trail keeps who has looked at it.

        Raises:
            NotFoundError: `recording_not_found`.
        """
        data = self._recordings.read(recording)
        self._audit.record(actor, "terminal.recording.read", recording)
        return data

    def remove_recording(self, recording: str, actor: Actor) -> None:
        """Remove a recording.

        Raises:
            NotFoundError: `recording_not_found`.
        """
        self._recordings.remove(recording)
        self._audit.record(actor, "terminal.recording.delete", recording)

    def prune_recordings(self, days: int) -> int:
        """Remove the recordings that are older; return how many these were."""
        return self._recordings.prune(days, self._sessions)

    def keep_clean(self, stopping: threading.Event) -> None:
        """End what terminals of a killed AppOS have left, and what could not be ended at once."""
        self._reaper.run(stopping)

    def close(self) -> None:
        """End all terminals: AppOS stops."""
        self._is_closing = True
        for session in list(self._sessions.values()):
            session.end(Close.RESTART, "restart", "AppOS stops or starts again.")


def _argv(target: Target) -> tuple[str, ...]:
    if target.command:
        return target.command
    return (target.shell,) if target.shell else (*SCRIPT, _FIND)


def _fail(socket: Socket, error: AppOSError) -> None:
    try:
        socket.send(msgspec.json.encode(Failed(error.code, error.message)).decode())
        socket.close(Close.FAILED)
    except EOFError:
        return


def _view(session: Session) -> SessionView:
    ticket, target = session.ticket, session.target
    return SessionView(
        id=session.id,
        user=ticket.identity.subject,
        address=ticket.address,
        app=target.app,
        service=target.service,
        container=target.container,
        container_name=target.container_name,
        started=timestamp(datetime.fromtimestamp(session.started, UTC)),
        idle_seconds=session.idle_seconds,
        bytes_in=session.bytes_in,
        bytes_out=session.bytes_out,
        recorded=session.recording is not None,
    )
