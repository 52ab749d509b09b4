"""What every request that changes something under /_/ has to show, whichever view answers it."""

import hmac

from flask import Flask, Response, request

from appos.errors import ForbiddenError
from appos.web.admin.sessions import PREFIX, csrf_token

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def register(app: Flask) -> None:
    """Check every request, and let the panel's pages name their origin in the requests they make."""
    app.before_request(check_request)
    app.after_request(set_referrer_policy)


def check_request() -> None:
    """Refuse a request under /_/ that changes something unless a page of the same session sent it.

    Raises:
        ForbiddenError: `cross_site` or `csrf_failed`.
    """
    if request.method in SAFE_METHODS or not request.path.startswith(PREFIX):
        return
    if is_cross_site():
        raise ForbiddenError("Another site sent this request, so it was refused.", code="cross_site")
    given = request.form.get("csrf_token", "")
    if not hmac.compare_digest(given.encode(), csrf_token().encode()):
        message = "This form is no longer valid. Go back, load the page again and repeat what you did."
        raise ForbiddenError(message, code="csrf_failed")


def is_cross_site() -> bool:
    """Whether the browser says that a page of another origin sent the request.

    Sec-Fetch-Site counts first: it holds behind a proxy that changes the Host header as well.
    Source: https://www.w3.org/TR/fetch-metadata/
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is not None and origin.partition("://")[2] != request.host


def set_referrer_policy(response: Response) -> Response:
    """Let a browser without Sec-Fetch-Site send the origin with forms; to others nothing is sent."""
    if request.path.startswith(PREFIX):
        response.headers["Referrer-Policy"] = "same-origin"
    return response
