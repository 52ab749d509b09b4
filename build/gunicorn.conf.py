"""gunicorn's settings and its worker. Nothing of AppOS is imported before the worker has patched Python.

`appos serve` adds the address and, after the time that running jobs are given, the graceful timeout.
"""

import resource
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import gevent
from gevent.pool import Pool
from gevent.server import StreamServer
from gunicorn.http import message
from gunicorn.workers.ggevent import GeventWorker

POLL_SECONDS = 0.25
# A request that is longer than this goes through gunicorn's parser in any case.
QUICK_BYTES = 1024
# The worker gives up on requests this long before the arbiter, at the graceful timeout, gives up on it.
SPARE_SECONDS = 0.5


# Each connection is an open file, as many realtime streams may be beside them, and there are databases and
# what subprocesses need.
OPEN_FILES = 20480


class Worker(GeventWorker):  # type: ignore[misc]
    """gunicorn's gevent worker, which starts and stops what it serves and waits for no idle connection.

    gunicorn's own looks once a second whether it has to stop, waits until each idle connection has reached
    its keep-alive timeout, and does not tell the application. It serves an `appos.web.process.Process`.
    """

    alive: bool

    def run(self) -> None:
        """Serve until told to stop; an arbiter that has died and an exit end it in the same way."""
        self._idle: set[socket.socket] = set()
        servers = [
            StreamServer(listener, handle=partial(self.handle, listener), spawn=Pool(self.worker_connections))
            for listener in self.sockets
        ]
        for server in servers:
            server.start()
        self.wsgi.start()
        try:
            while self.alive:
                self.notify()
                gevent.sleep(POLL_SECONDS)
        finally:
            self.alive = False
            self._end(servers)

    def handle_quit(self, sig: int, frame: Any) -> None:
        """Stop as for SIGTERM; the arbiter waits two seconds, then kills."""
        self.handle_exit(sig, frame)

    def handle(self, listener: Any, client: socket.socket, addr: Any) -> None:
        """Serve one connection: first what can be answered at once, then as gunicorn does."""
        gevent.getcurrent().client = client
        try:
            is_open = self._answer_at_once(client)
        except OSError:
            # Its client has gone.
            return
        if is_open:
            super().handle(listener, client, addr)

    def _answer_at_once(self, client: socket.socket) -> bool:
        """Answer requests that need no parsing, until another comes, which is left where it is.

        Returns whether there may be more: not if nothing came within the keep-alive timeout.
        """
        while self.alive:
            head = None
            with self.timeout_ctx():
                head = client.recv(QUICK_BYTES, socket.MSG_PEEK)
            if head is None:
                return False
            answer = self.wsgi.quick_answer(head)
            if not answer:
                break
            client.recv(len(head))
            _send(client, answer)
            gevent.sleep(0)
        return True

    def handle_request(self, listener_name: Any, req: Any, sock: socket.socket, addr: Any) -> None:
        """Answer what needs no WSGI, in one write, and leave the rest to gunicorn."""
        if not self.alive:
            req.force_close()
        answer = self.wsgi.short_answer(req, addr[0] if isinstance(addr, tuple) else addr)
        if answer is None:
            super().handle_request(listener_name, req, sock, addr)
            return
        _send(sock, answer)
        gevent.sleep(0)
        if req.should_close():
            raise StopIteration

    def is_already_handled(self, _body: Any) -> bool:
        """Leave a connection alone whose socket the application has taken: it is not ours any more."""
        if gevent.getcurrent().client.fileno() < 0:
            # So handlers end the loop over the requests of a connection.
            raise StopIteration
        return False

    @contextmanager
    def timeout_ctx(self) -> Iterator[None]:
        """Wait for a connection's next request; once the worker stops, only for one that is there already."""
        client = gevent.getcurrent().client
        self._idle.add(client)
        try:
            with gevent.Timeout(self.cfg.keepalive if self.alive else 0, False):
                yield
        except OSError:
            # So a wait ends that `_hang_up` has ended.
            if self.alive:
                raise
        finally:
            self._idle.discard(client)

    def _end(self, servers: list[Any]) -> None:
        """Take no more connections, end streams and jobs, let requests be answered, and close."""
        deadline = time.monotonic() + self.cfg.graceful_timeout - SPARE_SECONDS
        for server in servers:
            server.close()
        stopping = gevent.spawn(self.wsgi.stop)
        for client in list(self._idle):
            self._hang_up(client)
        while time.monotonic() < deadline:
            if stopping.ready() and not any(server.pool for server in servers):
                break
            self.tmp.notify()
            gevent.sleep(POLL_SECONDS / 5)
        for server in servers:
            server.stop(timeout=SPARE_SECONDS / 2)
        self.wsgi.close()

    @staticmethod
    def _hang_up(client: socket.socket) -> None:
        """Let an idle connection see its end; a request that has come in by now is still read."""
        try:
            client.shutdown(socket.SHUT_RD)
        except OSError:
            # Its client was faster.
            return


def _send(client: socket.socket, answer: bytes) -> None:
    """Send a response: nearly always one call does, which `sendall` makes three of."""
    sent = client.send(answer)
    if sent < len(answer):
        client.sendall(answer[sent:])


worker_class = Worker
# One process: one consumer of jobs, one writer of the database.
workers = 1
# Every open job log and terminal holds one connection for life; a realtime stream does not.
worker_connections = 8192
keepalive = 5
# A worker whose event loop stands still for this long is replaced.
timeout = 60
graceful_timeout = 8
# gunicorn's control socket is not used.
control_socket_disable = True
# A filter may have 3,500 bytes, each of which the address may escape; gunicorn itself takes 8,190 in all.
message.MAX_REQUEST_LINE = limit_request_line = 1 << 16
# Methods count as they are written, as in Go: AppOS answers 404 to `get`, and to any other that it has not.
permit_unconventional_http_method = True
loglevel = "warning"
# No peer's word on scheme, path or address is taken here; AppOS asks its own TRUSTED_PROXIES.
forwarded_allow_ips = ""
accesslog = None


def on_starting(_server: Any) -> None:
    """Allow as many open files as there may be connections; many systems begin with 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < OPEN_FILES:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(OPEN_FILES, hard), hard))


def post_request(_worker: Any, _request: Any, _environ: Any, _response: Any) -> None:
    """Let others have their turn: a connection whose next request is already there would never yield."""
    gevent.sleep(0)
