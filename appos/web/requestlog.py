"""One entry in the request log for each request, in PocketBase's shape.

Source: PocketBase 0.36, `/api/logs`. Other than there, secrets in addresses are masked. The id of an entry is
that of the request, which the lines of the process' own log carry.
"""

import secrets
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import msgspec
from flask import Flask, Response, g, request

from appos import log
from appos.accounts.models import Identity
from appos.services import Services
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


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """One request and how it was answered. `fields` is what was wrong with its values."""

    id: str
    method: str
    uri: str
    status: int
    seconds: float
    referer: str
    agent: str
    address: str
    peer: str
    who: Identity | None
    error: str = ""
    fields: Mapping[str, Any] | None = None

    @property
    def is_failed(self) -> bool:
        """Whether it was refused, or went wrong."""
        return self.status >= 400


def note(response: Response) -> Response:
    """Note a request with its answer."""
    if response.status_code < 400 and _is_quiet():
        return response
    seen = Seen(
        id=g.request_id,
        method=request.method,
        uri=_uri(),
        status=response.status_code,
        seconds=time.perf_counter() - g.started,
        referer=request.headers.get("Referer", ""),
        agent=request.headers.get("User-Agent", ""),
        address=g.address,
        peer=request.remote_addr or "",
        who=identity() if "identity" in g else None,
        error=g.get("error", ""),
        fields=g.get("error_fields"),
    )
    note_seen(state().services, seen)
    return response


def note_seen(services: Services, seen: Seen) -> None:
    """Add a request to the log, as far as the settings want it there."""
    kept = services.settings.read().logs
    level = ERROR if seen.is_failed else INFO
    if not kept.max_days or level < kept.min_level:
        return
    url = _cut(masked(seen.uri), LONGEST_URL)
    data: dict[str, Any] = {
        "type": "request",
        "execTime": round(seen.seconds * 1000, 3),
        "url": url,
        "method": seen.method[:50],
        "status": seen.status,
        "referer": _cut(without_query(seen.referer), LONGEST_HEADER),
        "userAgent": _cut(seen.agent, LONGEST_HEADER),
        "auth": seen.who.collection.name if seen.who else "",
    }
    if seen.who and kept.log_auth_id:
        data["authId"] = seen.who.account.id
    if kept.log_ip:
        data |= {"userIP": expanded(seen.address), "remoteIP": expanded(seen.peer)}
    if seen.is_failed:
        data |= {"error": seen.error, "details": _details(seen.fields)}
    services.requests.add(level, f"{data['method']} {unquote(url)}", data, seen.id)


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


def _details(fields: Mapping[str, Any] | None) -> object:
    """Return what was wrong with each value, as the client was told."""
    if not fields:
        return None
    return {name: _detail(problem) for name, problem in fields.items()}


def _detail(problem: Any) -> object:
    """Return the words of a problem, or of those that it consists of; what has none tells nothing."""
    if not isinstance(problem, Mapping):
        return None
    words = problem.get("message")
    return words if isinstance(words, str) else _details(problem)


def _cut(text: str, most: int) -> str:
    return f"{text[:most]}..." if len(text) > most else text
