"""One entry in the request log for each request, in PocketBase's shape."""

import secrets
import time
from typing import Any

from flask import Flask, Response, g, request

from appos import log
from appos.web.address import client_address
from appos.web.state import identity, state

INFO, ERROR = 0, 8
# Healthy answers to health checks and the files of pages would fill the log and tell nothing.
QUIET_ENDPOINTS = ("health.", "static", "admin.static")


def register(app: Flask) -> None:
    """Give each request an id and an address, and note it when it has been answered."""
    app.before_request(begin)
    app.after_request(note)


def begin() -> None:
    """Give the request an id, the moment of its begin, and the address that it comes from."""
    g.request_id = secrets.token_hex(8)
    g.started = time.perf_counter()
    log.request_id.set(g.request_id)
    trusted = state().services.config.trusted_proxies
    g.address = client_address(request.remote_addr or "", request.headers.get("X-Forwarded-For", ""), trusted)


def note(response: Response) -> Response:
    """Note a request with its answer. The query string is left out: it may hold a token."""
    failed = response.status_code >= 400
    if not failed and (request.endpoint or "").startswith(QUIET_ENDPOINTS):
        return response
    settings = state().services.settings.read().logs
    who = identity() if "identity" in g else None
    data: dict[str, Any] = {
        "type": "request",
        "requestId": g.request_id,
        "method": request.method,
        "url": request.path[:2000],
        "status": response.status_code,
        "execTime": round((time.perf_counter() - g.started) * 1000, 3),
        "auth": who.collection.name if who else "",
        "referer": "",
        "userAgent": request.headers.get("User-Agent", "")[:500],
    }
    if settings.log_ip:
        data |= {"remoteIP": request.remote_addr or "", "userIP": g.address}
    if settings.log_auth_id and who:
        data["authId"] = who.account.id
    if failed:
        data["error"] = g.get("error", "")
    level = ERROR if failed else INFO
    if settings.max_days and level >= settings.min_level:
        state().services.requests.add(level, f"{request.method} {request.path[:2000]}", data)
    return response
