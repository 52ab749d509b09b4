"""One entry in the request log for each request, in PocketBase's shape.

Source: PocketBase 0.36, `/api/logs`. Other than there, secrets in addresses are masked. The id of an entry is
that of the request, which the lines of the process' own log carry.
"""

import secrets
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from flask import Flask, Response, g, request

from appos import log
from appos.web.address import expanded, request_address
from appos.web.masking import masked, without_query
from appos.web.state import identity, state

INFO, ERROR = 0, 8
LONGEST_URL = 3000
LONGEST_HEADER = 2000

# What tells nothing while it goes well. But for plain health checks, PocketBase leaves out the same.
QUIET_BLUEPRINTS = ("logs", "oauth2")
QUIET_ENDPOINTS = ("static", "admin.static", "realtime.connect")
HEALTH_CHECK = "/api/health"


def register(app: Flask) -> None:
    """Give each request an id and an address, and note it when it has been answered."""
    app.before_request(begin)
    app.after_request(note)


def begin() -> None:
    """Give the request an id, the moment of its begin, and the address that it comes from."""
    g.request_id = secrets.token_hex(8)[:15]
    g.started = time.perf_counter()
    log.request_id.set(g.request_id)
    services = state().services
    g.address = request_address(
        request.remote_addr or "",
        request.headers.get,
        services.settings.read().trusted_proxy,
        services.config.trusted_proxies,
    )


def note(response: Response) -> Response:
    """Note a request with its answer."""
    failed = response.status_code >= 400
    level = ERROR if failed else INFO
    kept = state().services.settings.read().logs
    if not kept.max_days or level < kept.min_level or (not failed and _is_quiet()):
        return response
    url = _cut(masked(_uri()), LONGEST_URL)
    data: dict[str, Any] = {
        "type": "request",
        "execTime": round((time.perf_counter() - g.started) * 1000, 3),
        "url": url,
        "method": request.method[:50],
        "status": response.status_code,
        "referer": _cut(without_query(request.headers.get("Referer", "")), LONGEST_HEADER),
        "userAgent": _cut(request.headers.get("User-Agent", ""), LONGEST_HEADER),
    }
    data |= _who(log_auth_id=kept.log_auth_id)
    if kept.log_ip:
        data |= {"userIP": expanded(g.address), "remoteIP": expanded(request.remote_addr or "")}
    if failed:
        data |= {"error": g.get("error", ""), "details": _details(g.get("error_fields"))}
    state().services.requests.add(level, f"{data['method']} {unquote(url)}", data, g.request_id)
    return response


def _is_quiet() -> bool:
    is_plain_check = request.path == HEALTH_CHECK and not request.query_string and identity() is None
    is_quiet = request.blueprint in QUIET_BLUEPRINTS or request.endpoint in QUIET_ENDPOINTS
    return is_quiet or is_plain_check or request.method == "OPTIONS"


def _uri() -> str:
    """Return path and query as they were sent."""
    raw = str(request.environ.get("RAW_URI", ""))
    if raw.startswith("/"):
        return raw
    query = request.query_string.decode("latin-1")
    return request.path + (f"?{query}" if query else "")


def _who(*, log_auth_id: bool) -> dict[str, str]:
    who = identity() if "identity" in g else None
    if who is None:
        return {"auth": ""}
    return {"auth": who.collection.name} | ({"authId": who.account.id} if log_auth_id else {})


def _details(fields: Mapping[str, Any] | None) -> object:
    """Return what was wrong with each value, as the client was told."""
    if not fields:
        return None
    return {
        name: problem.get("message") if "code" in problem else _details(problem)
        for name, problem in fields.items()
    }


def _cut(text: str, most: int) -> str:
    return f"{text[:most]}..." if len(text) > most else text
