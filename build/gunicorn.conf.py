"""gunicorn's settings. Nothing of AppOS is imported before the worker has patched the standard library."""

import threading
from typing import Any

import gevent

worker_class = "gevent"
# One process: one consumer of jobs, one writer of the database.
workers = 1
# Every open stream and terminal holds one connection for life.
worker_connections = 8192
keepalive = 5
# A worker whose event loop stands still for this long is replaced.
timeout = 60
graceful_timeout = 8
# gunicorn's control socket is not used.
control_socket_disable = True
loglevel = "warning"
# No peer's word on scheme, path or address is taken here; AppOS asks its own TRUSTED_PROXIES.
forwarded_allow_ips = ""
accesslog = None

STOP_SECONDS = 30.0
WATCH_SECONDS = 0.1

_stopped = threading.Event()


def post_worker_init(worker: Any) -> None:
    """Start the jobs; from here on a greenlet stops them as soon as the worker is told to."""
    import wsgi  # noqa: PLC0415

    wsgi.start()
    gevent.spawn(_stop_with, worker)


def _stop_with(worker: Any) -> None:
    """Stop jobs and streams when the worker is told to; by itself it would wait for the streams."""
    import wsgi  # noqa: PLC0415

    while worker.alive:
        gevent.sleep(WATCH_SECONDS)
    try:
        wsgi.stop()
    finally:
        _stopped.set()


def worker_exit(_server: Any, worker: Any) -> None:
    """Wait until the jobs have stopped: the process must not end in the middle of that."""
    # A worker that ends because its arbiter died was never told to stop.
    worker.alive = False
    _stopped.wait(STOP_SECONDS)


def post_request(_worker: Any, _request: Any, _environ: Any, _response: Any) -> None:
    """Let others have their turn: a connection whose next request is already there would never yield."""
    gevent.sleep(0)
