"""What is asked most of records, answered before Flask looks at it, which saves half of the time.

Lists and single records, and records that are created or changed by JSON. Only what succeeds is answered
here; whatever is refused, or is unusual in any way, goes the way of every request, as if it had just come. A
write that failed is not tried again there, for it may have failed after its commit.
"""

import io
import re
import secrets
import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

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
from appos.web.whole import Whole
from appos.web.wire import ListArguments

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

ADDRESS = re.compile(r"/api/collections/(\w{1,255})/records(?:/(\w{1,100}))?(?:\?(.*))?", re.ASCII)
# Larger bodies take so long that what Flask adds does not count.
MOST_BODY_BYTES = 1 << 18
READS, WRITES = frozenset({"GET"}), frozenset({"POST", "PATCH"})
# What a write failed with, in the environment of its request.
FAILED = "appos.failed_write"
# With these, more is to be done than to answer.
UNUSUAL = frozenset({"transfer_encoding", "expect", "upgrade"})

_RESPONSES = Whole(
    {
        "Content-Type": "application/json",
        **COMMON,
        **ADDED,
        "Content-Security-Policy": CLOSED,
        "Vary": "Origin",
    }
)
_ANY_ORIGIN = "Access-Control-Allow-Origin: *\r\n"


class Readable(Protocol):
    """The body of a request, as far as it has come in."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes, b"" at its end."""


class Asked(Protocol):
    """A request as gunicorn's parser leaves it: names of headers in capitals, the body still to be read."""

    method: str
    uri: str
    version: tuple[int, int]
    headers: Sequence[tuple[str, str]]
    body: Readable

    def should_close(self) -> bool:
        """Whether the connection is to be closed behind it."""


class Reread(io.BytesIO):
    """A body that was read, for Flask to read again, and what the write has failed with that it was for."""

    error: Exception | None = None


def hand_over(environ: "WSGIEnvironment") -> None:
    """Tell Flask what the write of this request has failed with, if it was tried."""
    body = environ["wsgi.input"]
    if isinstance(body, Reread) and body.error is not None:
        environ[FAILED] = body.error


class _Request:
    """A request on its way through the short cut."""

    __slots__ = ("asked", "headers", "peer", "query", "record_id")

    def __init__(self, asked: Asked, peer: str, record_id: str, query: str) -> None:
        self.asked = asked
        self.peer = peer
        self.record_id = record_id
        self.query = query
        # Under the names that rules know them by.
        self.headers = _headers(asked.headers)

    def is_plain(self) -> bool:
        """Whether nothing about it is unusual."""
        method, headers = self.asked.method, self.headers
        if self.asked.version != (1, 1) or not UNUSUAL.isdisjoint(headers):
            return False
        length = headers.get("content_length", "0")
        if method in READS:
            return length == "0"
        return (
            method in WRITES
            and bool(self.record_id) == (method == "PATCH")
            and headers.get("content_type", "").startswith("application/json")
            and length.isdecimal()
            and 0 < int(length) <= MOST_BODY_BYTES
        )

    def info(self, who: Identity | None) -> RequestInfo:
        """Return what rules may know of it; this reads its body.

        Raises:
            ValueError: the body is no JSON object.
        """
        values: dict[str, str] = {}
        for name, value in parse_query(self.query):
            values.setdefault(name, value)
        content: dict[str, Any] = {}
        if self.asked.method in WRITES:
            raw = self.asked.body.read(int(self.headers["content_length"]))
            self.asked.body = Reread(raw)
            content = msgspec.json.decode(raw, type=dict[str, Any])
        return RequestInfo(
            method=self.asked.method,
            query=values,
            headers=self.headers,
            body=content,
            auth=who.record if who else None,
        )

    def fail(self, error: Exception) -> None:
        """Keep what its write failed with, so that Flask does not write again."""
        if isinstance(self.asked.body, Reread):
            self.asked.body.error = error


class Shortcut:
    """Answers requests of records that need nothing of what Flask knows."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def answer(self, asked: Asked, peer: str) -> bytes | None:
        """Return the response to a request from `peer`, or None for one that is for Flask to answer."""
        found = ADDRESS.fullmatch(asked.uri)
        if found is None or self._services.rate_limiter.is_on:
            return None
        request = _Request(asked, peer, found[2] or "", found[3] or "")
        if not request.is_plain():
            return None
        began = time.perf_counter()
        collection = self._services.collections.find(found[1])
        if collection is None:
            return None
        request_id = secrets.token_hex(8)[:15]
        log.request_id.set(request_id)
        who = self._services.accounts.identify(
            request.headers.get("authorization", "").removeprefix("Bearer ")
        )
        address = self._address(request)
        try:
            info = request.info(who)
        except (ValueError, RecursionError):
            return None
        try:
            body = self._body(collection, request.record_id, info, who, address)
        except Exception as error:  # noqa: BLE001 - Flask raises it, or meets it again
            request.fail(error)
            return None
        self._note(request, who, address, request_id, began)
        more = _ANY_ORIGIN if request.headers.get("origin") else ""
        return _RESPONSES.response(body, more, closes=asked.should_close())

    def _body(
        self, collection: Collection, record_id: str, info: RequestInfo, who: Identity | None, address: str
    ) -> bytes:
        records = self._services.records
        try:
            if info.method in READS:
                if record_id:
                    return records.view(collection, record_id, info)
                return records.page(collection, ListArguments(info.query).query(), info)
            actor = who.actor(address) if who else stranger(address)
            body = Body(values=info.body)
            if record_id:
                return records.update(collection, record_id, body, info, actor)
            return records.create(collection, body, info, actor)
        except PickError:
            # What was to be picked of is done; nothing of it is shown.
            return b""

    def _address(self, request: _Request) -> str:
        return request_address(
            request.peer,
            lambda name: request.headers.get(_rule_name(name)),
            self._services.settings.read().trusted_proxy,
            self._services.config.trusted_proxies,
        )

    def _note(
        self, request: _Request, who: Identity | None, address: str, request_id: str, began: float
    ) -> None:
        seen = Seen(
            id=request_id,
            method=request.asked.method,
            uri=request.asked.uri,
            status=200,
            seconds=time.perf_counter() - began,
            referer=request.headers.get("referer", ""),
            agent=request.headers.get("user_agent", ""),
            address=address,
            peer=request.peer,
            who=who,
        )
        note_seen(self._services, seen)


def _headers(sent: Sequence[tuple[str, str]]) -> Mapping[str, str]:
    """Return headers under the names that rules know them by; the values of one that is repeated are joined.

    Source: RFC 9110, section 5.3; gunicorn does the same in a WSGI environment.
    """
    headers: dict[str, str] = {}
    for name, value in sent:
        key = _rule_name(name)
        headers[key] = f"{headers[key]},{value}" if key in headers else value
    return headers


@lru_cache(maxsize=256)
def _rule_name(name: str) -> str:
    return name.lower().replace("-", "_")
