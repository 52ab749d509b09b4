"""GET and HEAD /api/health, to the letter PocketBase's."""

import re
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec
from flask import Blueprint, Response, g, request

from appos.web.address import expanded
from appos.web.describe import describe
from appos.web.headers import ADDED, CLOSED, COMMON
from appos.web.state import identity, state
from appos.web.whole import Whole
from appos.web.wire import answer

if TYPE_CHECKING:
    from appos.system.service import System

bp = Blueprint("health", __name__, url_prefix="/api/health")

# A superuser is told which of these a request carries. Source: PocketBase 0.36.
PROXY_HEADERS = ("CF-Connecting-IP", "Fly-Client-IP")
# A health check as monitors send it, with nothing in it that would change the answer.
PLAIN = re.compile(
    rb"GET /api/health HTTP/1\.1\r\n"
    rb"Host: [A-Za-z0-9.:\[\]_-]+\r\n"
    rb"(?:(?:User-Agent|Accept|Accept-Encoding): [ -~]*\r\n)*"
    rb"\r\n"
)
HEALTHY = b'{"message":"API is healthy.","code":200,"data":{}}\n'


class Healthy(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """That all is well; `data` tells superusers of proxies and backups."""

    message: str
    code: int
    data: dict[str, Any]


@bp.get("")
@describe(answers={200: Healthy})
def show() -> Response:
    """Answer 200, or 503 with the reason when the database cannot be written."""
    problem = state().services.system.database_problem()
    if problem:
        return answer({"data": {}, "message": problem, "status": 503}, 503)
    who = identity()
    data: dict[str, Any] = {}
    if who is not None and who.is_superuser:
        names = (*state().services.settings.read().trusted_proxy.headers, *PROXY_HEADERS)
        proxy = next((name for name in names if request.headers.get(name)), "")
        data = {"canBackup": True, "possibleProxyHeader": proxy, "realIP": expanded(g.address)}
    return answer({"message": "API is healthy.", "code": 200, "data": data})


class QuickHealth:
    """Answers plain health checks before anything else looks at them: they are what is asked most.

    Only while the database takes writes and requests are not limited; else a health check goes the way of
    every request.
    """

    def __init__(self, system: "System", is_limited: Callable[[], bool] = lambda: False) -> None:
        self._system = system
        self._is_limited = is_limited
        self._lock = threading.Lock()
        self._responses = Whole(
            {
                "Content-Type": "application/json",
                "Vary": "Origin",
                "Content-Security-Policy": CLOSED,
                **COMMON,
                **ADDED,
            }
        )

    def answer(self, head: bytes) -> bytes:
        """Return the response to all that a connection sent, b"" if that is no plain health check."""
        if not PLAIN.fullmatch(head) or self._is_limited() or not self._is_healthy():
            return b""
        return self._responses.response(HEALTHY)

    def _is_healthy(self) -> bool:
        if self._system.is_fresh():
            return True
        # Of many that ask at once, one asks the database.
        with self._lock:
            return not self._system.database_problem()
