"""The only place where an error becomes a response."""

import logging

from flask import Flask, Response, g, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from appos import errors
from appos.errors import AppOSError, TooManyRequestsError
from appos.records.pick import PickError
from appos.web.wire import answer

log = logging.getLogger(__name__)

# From kind to status, looked up along the kind's ancestors.
STATUS: dict[type[AppOSError], int] = {
    AppOSError: 500,
    errors.ConfigError: 500,
    errors.InvalidError: 400,
    errors.UnauthenticatedError: 401,
    errors.ForbiddenError: 403,
    errors.NotFoundError: 404,
    errors.ConflictError: 409,
    errors.TooLargeError: 413,
    errors.TooManyRequestsError: 429,
    errors.StoreError: 503,
    errors.RemoteError: 502,
    errors.EngineError: 502,
    errors.EngineUnavailableError: 503,
}

# PocketBase's words for a status.
MESSAGES = {
    400: "Something went wrong while processing your request.",
    401: "Missing or invalid authentication.",
    403: "You are not allowed to perform this request.",
    404: "The requested resource wasn't found.",
    413: "Request entity too large.",
    429: "Too Many Requests.",
}
OWN_PREFIX = "/api/appos/"
PAGES_PREFIX = "/_/"


def register(app: Flask) -> None:
    """Answer every error of the app."""
    app.register_error_handler(AppOSError, on_error)
    app.register_error_handler(PickError, on_pick_error)
    app.register_error_handler(HTTPException, on_http_error)
    app.register_error_handler(Exception, on_mistake)


def status_of(error: AppOSError) -> int:
    """Return the status of an error: that of its kind, or of the nearest kind above it."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def on_error(error: AppOSError) -> Response:
    """Answer an error that AppOS raised on purpose."""
    status = status_of(error)
    if status >= 500:
        log.warning("request_failed", extra={"code": error.code, "reason": error.message})
    headers = {}
    if isinstance(error, TooManyRequestsError) and error.retry_after_seconds:
        headers["Retry-After"] = str(error.retry_after_seconds)
    return _body(status, error.message, error.code, error.fields, headers)


def on_pick_error(error: PickError) -> Response:
    """Answer a success of which nothing could be picked: as PocketBase, with nothing."""
    g.error = error.message
    return Response(status=200, mimetype="application/json")


def on_http_error(error: HTTPException) -> Response:
    """Answer what Flask itself refuses, in PocketBase's words."""
    if isinstance(error, NotFound | MethodNotAllowed):
        is_file = request.method in ("GET", "HEAD") and not request.path.startswith(OWN_PREFIX)
        return _body(404, "File not found." if is_file else MESSAGES[404], "not_found")
    status = error.code or 500
    if status < 400:
        return Response(status=status, headers=error.get_headers())
    code = "too_large" if isinstance(error, RequestEntityTooLarge) else error.name.lower().replace(" ", "_")
    return _body(status, MESSAGES.get(status, f"{error.name}."), code)


def on_mistake(error: Exception) -> Response:
    """Answer a mistake of ours: only the log says what it was."""
    log.error("request_crashed", exc_info=error)
    where = g.get("request_id", "")
    return _body(500, f"AppOS made a mistake; its log says more under the request {where}.", "internal")


def _body(
    status: int,
    message: str,
    code: str,
    fields: errors.FieldErrors | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    g.error, g.error_fields = message, fields
    if request.path.startswith(PAGES_PREFIX) and request.accept_mimetypes.accept_html:
        page = render_template("error.html", status=status, message=message)
        return Response(page, status, headers, mimetype="text/html")
    data = dict(sorted((fields or {}).items()))
    body: dict[str, object] = {"data": data, "message": message, "status": status}
    if request.path.startswith(OWN_PREFIX):
        body["code"] = code
    return answer(body, status, headers)
