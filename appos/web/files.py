"""PocketBase's routes of files, under /api/files."""

import re
import secrets
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, BinaryIO

import msgspec
from flask import Blueprint, Response, g, request
from werkzeug.datastructures import Headers
from werkzeug.http import http_date

from appos.accounts.models import Identity
from appos.accounts.tokens import sign
from appos.errors import UnauthenticatedError
from appos.records.auth_options import TokenKind
from appos.records.files.service import CONTEXT, Served
from appos.records.models import RequestInfo
from appos.web.conditions import Part, UnreadableRange, failed_status, wanted_parts
from appos.web.describe import describe
from appos.web.requestinfo import request_info
from appos.web.state import identity, state
from appos.web.wire import answer

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

bp = Blueprint("files", __name__, url_prefix="/api/files")

SENT_BYTES = 1 << 17
# No file may run a script, load anything, or act as a page of this origin.
POLICY = "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; sandbox"
CACHED = "max-age=2592000, stale-while-revalidate=86400"
# What a browser may show by itself; anything else is for saving. Source: PocketBase 0.36.
SHOWN = frozenset(
    f"{kind}/{name}"
    for kind, names in {
        "image": "png jpg jpeg gif webp x-icon bmp",
        "video": "webm mp4 3gpp quicktime x-ms-wmv",
        "audio": "basic aiff mpeg midi mp3 wave wav x-wav x-mpeg x-m4a aac",
        "application": "pdf x-pdf",
    }.items()
    for name in names.split()
)
# Types that the content does not tell, by the last ending of the name. Source: PocketBase 0.36.2.
TYPES = {
    ".svg": "image/svg+xml",
    ".css": "text/css",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
}
ENDING = re.compile(r"\.[^.]*\Z")
TRUE = frozenset({"1", "t", "T", "true", "TRUE", "True"})


class FileToken(msgspec.Struct, frozen=True, kw_only=True):
    """A token that opens protected files."""

    token: str


class FileQuery(msgspec.Struct, frozen=True, kw_only=True):
    """The token for a protected file, the size of a smaller image, and whether to save it (1)."""

    token: str = ""
    thumb: str = ""
    download: str = ""


@bp.post("/token")
@describe(answers={200: FileToken}, errors=(401,))
def token() -> Response:
    """Answer with a token that opens protected files to the one who asks, for some minutes."""
    who = identity()
    if who is None:
        raise UnauthenticatedError("The request requires valid record authorization token.")
    return answer({"token": file_token(who)})


def file_token(who: Identity) -> str:
    """Return a token that opens protected files to an account, for some minutes."""
    return sign(who.account, who.collection, TokenKind.FILE)


@bp.get("/<collection>/<record_id>/<filename>")
@describe(
    query=FileQuery,
    answers={200: bytes, 206: bytes, 304: None, 412: None, 416: bytes},
    errors=(404,),
    media="application/octet-stream",
)
def show(collection: str, record_id: str, filename: str) -> Response:
    """Send a file of a record, or a thumb of it, whole or in part."""
    thumb = request.args.get("thumb", "")
    served = state().services.files.open(collection, record_id, filename, _info, thumb=thumb)
    # Pages elsewhere may show it, as PocketBase lets them: there is nothing to click on.
    g.may_be_framed = True
    try:
        return _answer(served)
    except BaseException:
        served.file.close()
        raise


def _info() -> RequestInfo:
    """Return what rules may know of this request: who asks is whom the token for files names, nobody else."""
    who = state().services.accounts.identify_for_file(request.args.get("token", ""))
    return msgspec.structs.replace(request_info(CONTEXT), auth=who.record if who else None)


def _answer(served: Served) -> Response:
    status = failed_status(request.headers, served.modified)
    if status is not None:
        served.file.close()
        return (_Unchanged if status == 304 else Response)(status=status, headers=_headers(served))
    try:
        parts = wanted_parts(request.headers, served.modified, served.size_bytes)
    except UnreadableRange as error:
        served.file.close()
        return _refusal(served, error)
    return _content(served, parts)


def _headers(served: Served) -> dict[str, str]:
    return {
        "Content-Type": _type(served),
        "Content-Disposition": _disposition(served),
        "Content-Security-Policy": POLICY,
        "Cache-Control": CACHED,
        "Last-Modified": http_date(int(served.modified)),
    }


def _type(served: Served) -> str:
    ending = ENDING.search(served.name)
    return TYPES.get(ending[0] if ending else "", served.media_type)


def _disposition(served: Served) -> str:
    is_shown = served.media_type in SHOWN and request.args.get("download", "") not in TRUE
    return f"{'inline' if is_shown else 'attachment'}; filename={served.name}"


def _refusal(served: Served, error: UnreadableRange) -> Response:
    response = Response(f"{error.words}\n", 416, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = _disposition(served)
    response.headers["Content-Security-Policy"] = POLICY
    if error.is_beyond:
        response.headers["Content-Range"] = f"bytes */{served.size_bytes}"
    return response


def _content(served: Served, parts: Sequence[Part]) -> Response:
    headers = _headers(served) | {"Accept-Ranges": "bytes"}
    size = served.size_bytes
    if len(parts) > 1:
        boundary = secrets.token_hex(30)
        frames = [_frame(boundary, part, served, is_first=not index) for index, part in enumerate(parts)]
        end = f"\r\n--{boundary}--\r\n".encode()
        headers["Content-Type"] = f"multipart/byteranges; boundary={boundary}"
        body = _Body(served.file, [*zip(frames, parts, strict=True), (end, Part(0, 0))])
    else:
        if parts:
            headers["Content-Range"] = parts[0].of(size)
        body = _Body(served.file, [(b"", parts[0] if parts else Part(0, size))])
    headers["Content-Length"] = str(body.length)
    return Response(body, 206 if parts else 200, headers, direct_passthrough=True)


def _frame(boundary: str, part: Part, served: Served, *, is_first: bool) -> bytes:
    """Return what stands in front of one of several parts. Source: RFC 9110, section 14.6."""
    lines = (
        *(() if is_first else ("",)),
        f"--{boundary}",
        f"Content-Range: {part.of(served.size_bytes)}",
        f"Content-Type: {_type(served)}",
        "",
        "",
    )
    return "\r\n".join(lines).encode()


class _Unchanged(Response):
    """Says that a file is what it was. Werkzeug would leave out its date, which PocketBase keeps."""

    def get_wsgi_headers(self, _environ: "WSGIEnvironment") -> Headers:
        headers = Headers(self.headers)
        headers.remove("Content-Type")
        return headers


class _Body:
    """Parts of a file, each behind some bytes of its own, sent a little at a time; closed when it is done."""

    def __init__(self, file: BinaryIO, pieces: Sequence[tuple[bytes, Part]]) -> None:
        self._file = file
        self._pieces = pieces
        self.length = sum(len(before) + part.length for before, part in pieces)

    def __iter__(self) -> Iterator[bytes]:
        for before, part in self._pieces:
            if before:
                yield before
            self._file.seek(part.start)
            left = part.length
            while left and (chunk := self._file.read(min(left, SENT_BYTES))):
                left -= len(chunk)
                yield chunk
                # A client that is fast enough would let nobody else have a turn.
                time.sleep(0)

    def close(self) -> None:
        """Close the file; the server calls this whether or not all was sent."""
        self._file.close()
