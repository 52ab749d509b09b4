"""The headers of every response that Flask makes."""

import secrets

from flask import Flask, Response, g, request

from appos.web.wire import no_content

# PocketBase's own, on every answer but that to a preflight. Source: PocketBase 0.36, seen on the wire.
COMMON = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "X-XSS-Protection": "1; mode=block",
}
# Beyond PocketBase's.
ADDED = {
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
CLOSED = "default-src 'none'; frame-ancestors 'none'"
CORS_METHODS = "GET,HEAD,PUT,PATCH,POST,DELETE"


def nonce() -> str:
    """Return the nonce that this response's own scripts and styles carry."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(18)
    return str(g.nonce)


def page_policy() -> str:
    """Return the policy of a page: scripts and styles that carry the nonce, and no others of its own origin.

    Files that users have uploaded are of this origin too.
    """
    own = f"'nonce-{nonce()}'"
    return (
        f"default-src 'none'; script-src {own}; style-src {own}; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def register(app: Flask) -> None:
    """Set the headers on every response."""
    app.before_request(preflight)
    app.after_request(add_headers)
    app.context_processor(lambda: {"nonce": nonce})


def is_open_to_origins(path: str) -> bool:
    """Whether other origins may call this path: PocketBase's API, which takes tokens and no cookie."""
    return path.startswith("/api/") and not path.startswith("/api/appos/")


def preflight() -> Response | None:
    """Answer a preflight as PocketBase does."""
    if request.method != "OPTIONS" or not is_open_to_origins(request.path):
        return None
    response = no_content()
    if not request.headers.get("Origin"):
        return response
    response.headers["Access-Control-Allow-Methods"] = CORS_METHODS
    asked = request.headers.get("Access-Control-Request-Headers")
    if asked:
        response.headers["Access-Control-Allow-Headers"] = asked
    response.vary.update(("Access-Control-Request-Method", "Access-Control-Request-Headers"))
    return response


def add_headers(response: Response) -> Response:
    """Add what every response carries, and a policy: the strictest one, or that of pages."""
    is_preflight = request.method == "OPTIONS" and response.status_code == 204
    for name, value in (ADDED if is_preflight else COMMON | ADDED).items():
        response.headers.setdefault(name, value)
    if g.get("may_be_framed"):
        del response.headers["X-Frame-Options"]
    is_page = response.mimetype == "text/html"
    response.headers.setdefault("Content-Security-Policy", page_policy() if is_page else CLOSED)
    if is_page:
        response.headers.setdefault("Cache-Control", "no-store")
    response.vary.add("Origin")
    if is_open_to_origins(request.path) and request.headers.get("Origin"):
        response.headers["Access-Control-Allow-Origin"] = "*"
    return response
