"""A response that takes its connection out of the server's hands."""

import socket
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from flask import Response
from gevent import monkey

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

# Not gevent's, on which a greenlet would wait.
PlainSocket = monkey.get_original("socket", "socket")
READ_BYTES = 65536

# Gets the connection, and whether what is written to it has to be in chunks.
Take = Callable[[socket.socket, bool], None]


class Takeover(Response):
    """Headers, after which the connection belongs to `take` for as long as that wants.

    The greenlet that served the request ends at once: what is left of a stream on which nothing happens is an
    open file. gunicorn's worker leaves a connection alone whose socket was detached from it; see
    `build/gunicorn.conf.py`. Under any other server the greenlet stays and passes on what is written.
    """

    def __init__(self, take: Take, **options: Any) -> None:
        # An iterator has no length, so there is no Content-Length.
        super().__init__(iter(()), **options)
        self._take = take

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "HEAD":
            return super().__call__(environ, start_response)
        write = start_response(self.status, self.get_wsgi_headers(environ).to_wsgi_list())
        client = environ.get("gunicorn.socket")
        if client is None:
            return _passed_on(self._take)
        # The headers go out, and from here on nobody but `take` writes.
        write(b"")
        connection = PlainSocket(fileno=client.detach())
        self._take(connection, environ["SERVER_PROTOCOL"] == "HTTP/1.1")
        return ()


def _passed_on(take: Take) -> Iterator[bytes]:
    """Yield what `take` writes, until it closes the connection."""
    ours, theirs = socket.socketpair()
    take(PlainSocket(fileno=theirs.detach()), False)
    with ours:
        while received := ours.recv(READ_BYTES):
            yield received
