"""Speaking to supervisord, which runs the services of the container, over its socket.

Source: https://supervisord.org/api.html
"""

import http.client
import socket
import xmlrpc.client  # noqa: S411 - the one who answers is the process that started this one
from collections.abc import Mapping
from typing import Any

from appos.errors import ConflictError

UNIX = "unix://"
# A service has its own time to stop, which supervisord waits for before it answers.
ANSWER_SECONDS = 60.0
# Source: supervisor/xmlrpc.py, Faults.
NOT_RUNNING = 70


class Supervisord:
    """supervisord at an address such as `unix:///run/supervisor.sock`.

    Every method raises `ConflictError` (`supervisor_unavailable`, `supervisor_refused`).
    """

    def __init__(self, url: str) -> None:
        self._path = url.removeprefix(UNIX)

    def processes(self) -> list[Mapping[str, Any]]:
        """Return what is told of every process."""
        return list(self._call("getAllProcessInfo"))

    def restart(self, name: str) -> None:
        """Stop a process, if it runs, and start it again."""
        try:
            self._call("stopProcess", name)
        except ConflictError as error:
            if error.code != "service_not_running":
                raise
        self._call("startProcess", name)

    def signal(self, name: str, signal: str) -> None:
        """Send a signal, such as TERM, to a process."""
        self._call("signalProcess", name, signal)

    def _call(self, method: str, *arguments: str) -> Any:
        try:
            with xmlrpc.client.ServerProxy("http://supervisord", _Transport(self._path)) as proxy:
                return getattr(proxy.supervisor, method)(*arguments)
        except xmlrpc.client.Fault as error:
            code = "service_not_running" if error.faultCode == NOT_RUNNING else "supervisor_refused"
            raise ConflictError(f"supervisord refuses: {error.faultString}.", code=code) from error
        except (OSError, http.client.HTTPException, xmlrpc.client.Error) as error:
            raise ConflictError(
                f"supervisord does not answer at {self._path}; look at the log of the container.",
                code="supervisor_unavailable",
            ) from error


class _Transport(xmlrpc.client.Transport):
    """HTTP over a Unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        connection = _Connection(self._path)
        self._connection = host, connection
        return connection


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("supervisord", timeout=ANSWER_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)
