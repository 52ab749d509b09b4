"""GET and HEAD /api/health, to the letter PocketBase's."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, g, request

from appos.web.headers import CLOSED, COMMON
from appos.web.state import identity, state
from appos.web.wire import answer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

bp = Blueprint("health", __name__, url_prefix="/api/health")

HEALTHY = b'{"message":"API is healthy.","code":200,"data":{}}\n'


@bp.get("")
def show() -> Response:
    """Answer 200, or 503 with the reason when the database cannot be written."""
    problem = state().services.system.database_problem()
    if problem:
        return answer({"data": {}, "message": problem, "status": 503}, 503)
    who = identity()
    data: dict[str, Any] = {}
    if who is not None and who.is_superuser:
        proxy = next((name for name in ("X-Forwarded-For", "X-Real-IP") if name in request.headers), "")
        data = {"canBackup": True, "possibleProxyHeader": proxy, "realIP": g.address}
    return answer({"message": "API is healthy.", "code": 200, "data": data})


class HealthFirst:
    """Answers a stranger's health check before Flask: it is asked most, and needs nothing of Flask.

    Only while the database was seen to take writes a moment ago; everything else goes on to Flask.
    """

    def __init__(self, app: "WSGIApplication", is_fresh: Callable[[], bool]) -> None:
        self._app = app
        self._is_fresh = is_fresh
        self._headers = [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(HEALTHY))),
            ("Vary", "Origin"),
            ("Content-Security-Policy", CLOSED),
            *COMMON.items(),
        ]

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if (
            environ["PATH_INFO"] == "/api/health"
            and environ["REQUEST_METHOD"] in ("GET", "HEAD")
            and "HTTP_AUTHORIZATION" not in environ
            and "HTTP_ORIGIN" not in environ
            and self._is_fresh()
        ):
            start_response("200 OK", self._headers)
            return (b"",) if environ["REQUEST_METHOD"] == "HEAD" else (HEALTHY,)
        return self._app(environ, start_response)
