"""What is asked most of records, answered before Flask looks at it, which saves half of the time.

Lists and single records, and records that are created or changed by JSON. Only what succeeds is answered
here; whatever is refused, or is unusual in any way, goes the way of every request, as if it had just come. A
write that failed is not tried again there, for it may have failed after its commit.
"""

import io
import re
import secrets
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from appos import log
from appos.accounts.models import Identity
from appos.audit.models import stranger
from appos.records.changes import Body
from appos.records.models import Collection, RequestInfo
from appos.records.pick import PickError
from appos.services import Services
from appos.web.address import request_address
from appos.web.go_request import parse_query
from appos.web.headers import ADDED, CLOSED, COMMON
from appos.web.requestlog import Seen, note_seen
from appos.web.wire import ListArguments

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ADDRESS = re.compile(r"/api/collections/(\w{1,255})/records(?:/(\w{1,100}))?(?:\?(.*))?", re.ASCII)
# Larger bodies take so long that what Flask adds does not count.
MOST_BODY_BYTES = 1 << 18
READS, WRITES = frozenset({"GET"}), frozenset({"POST", "PATCH"})
# What a write failed with, in the environment of its request.
FAILED = "appos.failed_write"

_HEADERS = [
    ("Content-Type", "application/json"),
    *COMMON.items(),
    *ADDED.items(),
    ("Content-Security-Policy", CLOSED),
    ("Vary", "Origin"),
]


class Shortcut:
    """Answers requests of records that need nothing of what Flask knows."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def answer(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes] | None:
        """Answer a request, or return None for one that is for Flask to answer."""
        method = environ["REQUEST_METHOD"]
        found = ADDRESS.fullmatch(environ.get("RAW_URI", ""))
        if found is None or not self._is_plain(environ, method, is_one=found[2] is not None):
            return None
        began = time.perf_counter()
        collection = self._services.collections.find(found[1])
        if collection is None:
            return None
        request_id = secrets.token_hex(8)[:15]
        log.request_id.set(request_id)
        who = self._services.accounts.identify(_token(environ))
        try:
            info = self._info(environ, method, found[3] or "", who)
        except (ValueError, RecursionError):
            return None
        try:
            body = self._body(environ, collection, found[2] or "", info, who)
        except Exception as error:  # noqa: BLE001 - Flask raises it, or meets it again
            if method in WRITES:
                environ[FAILED] = error
            return None
        self._note(environ, who, request_id, began)
        headers = [*_HEADERS, ("Content-Length", str(len(body)))]
        if environ.get("HTTP_ORIGIN"):
            headers.append(("Access-Control-Allow-Origin", "*"))
        start_response("200 OK", headers)
        return (body,)

    def _is_plain(self, environ: "WSGIEnvironment", method: str, *, is_one: bool) -> bool:
        if self._services.rate_limiter.is_on or "HTTP_TRANSFER_ENCODING" in environ:
            return False
        length = environ.get("CONTENT_LENGTH") or "0"
        if method in READS:
            return length == "0"
        return (
            method in WRITES
            and is_one == (method == "PATCH")
            and str(environ.get("CONTENT_TYPE", "")).startswith("application/json")
            and length.isdecimal()
            and 0 < int(length) <= MOST_BODY_BYTES
        )

    def _info(self, environ: "WSGIEnvironment", method: str, query: str, who: Identity | None) -> RequestInfo:
        values: dict[str, str] = {}
        for name, value in parse_query(query):
            values.setdefault(name, value)
        content: dict[str, Any] = {}
        if method in WRITES:
            raw = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            # For Flask, should it have to answer after all.
            environ["wsgi.input"] = io.BytesIO(raw)
            content = msgspec.json.decode(raw, type=dict[str, Any])
        return RequestInfo(
            method=method,
            query=values,
            headers=dict(_headers(environ)),
            body=content,
            auth=who.record if who else None,
        )

    def _body(
        self,
        environ: "WSGIEnvironment",
        collection: Collection,
        record_id: str,
        info: RequestInfo,
        who: Identity | None,
    ) -> bytes:
        records = self._services.records
        try:
            if info.method in READS:
                if record_id:
                    return records.view(collection, record_id, info)
                return records.page(collection, ListArguments(info.query).query(), info)
            address = self._address(environ)
            actor = who.actor(address) if who else stranger(address)
            body = Body(values=info.body)
            if record_id:
                return records.update(collection, record_id, body, info, actor)
            return records.create(collection, body, info, actor)
        except PickError:
            # What was to be picked of is done; nothing of it is shown.
            return b""

    def _address(self, environ: "WSGIEnvironment") -> str:
        return request_address(
            environ.get("REMOTE_ADDR", ""),
            lambda name: environ.get(f"HTTP_{name.upper().replace('-', '_')}"),
            self._services.settings.read().trusted_proxy,
            self._services.config.trusted_proxies,
        )

    def _note(self, environ: "WSGIEnvironment", who: Identity | None, request_id: str, began: float) -> None:
        seen = Seen(
            id=request_id,
            method=environ["REQUEST_METHOD"],
            uri=environ["RAW_URI"],
            status=200,
            seconds=time.perf_counter() - began,
            referer=environ.get("HTTP_REFERER", ""),
            agent=environ.get("HTTP_USER_AGENT", ""),
            address=self._address(environ),
            peer=environ.get("REMOTE_ADDR", ""),
            who=who,
        )
        note_seen(self._services, seen)


def _token(environ: "WSGIEnvironment") -> str:
    return str(environ.get("HTTP_AUTHORIZATION", "")).removeprefix("Bearer ")


def _headers(environ: "WSGIEnvironment") -> Iterator[tuple[str, str]]:
    """Yield the headers under the names that rules know them by."""
    for name, value in environ.items():
        if name.startswith("HTTP_"):
            yield name[5:].lower(), value
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            yield name.lower(), environ[name]
