"""Paths as Go's `net/http` takes them, for that is what stands before PocketBase's routes.

A slash that was sent as `%2F` is part of a name and divides no path; a path with empty parts or with `.` and
`..` leads to the one without them.
"""

import re
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_SLASH = re.compile("%2f", re.IGNORECASE)
# Most paths have no such part, and are looked at no further.
_UNCLEAN = re.compile(r"/(?:/|\.{1,2}(?:/|$))")
_BROKEN = re.compile("%(?![0-9a-f]{2})", re.IGNORECASE)
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/?]*", re.IGNORECASE)
# What Go leaves as it is in a path, beside letters, digits and `-_.~`. Source: net/url, `shouldEscape`.
_UNESCAPED = "/$&+,:;=@"
# What it takes as it came, if the whole path is made of it. Source: net/url, `validEncoded`.
_WELL_ESCAPED = re.compile(r"[\w/$&+,:;=@.~!'()*\[\]%-]*", re.ASCII)
# Source: net/http, `htmlReplacer`, whose escapes these are.
_IN_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;"})
_HTML = (("Content-Type", "text/html; charset=utf-8"),)
_PLAIN = (("Content-Type", "text/plain; charset=utf-8"), ("Connection", "close"))


def keep_slashes(environ: "WSGIEnvironment") -> None:
    """Leave `%2F` in the path as it is; nothing that AppOS keeps has a name with it, so it is not found."""
    path = environ.get("RAW_URI", "").partition("?")[0]
    if path.startswith("/") and _SLASH.search(path):
        environ["PATH_INFO"] = unquote(_SLASH.sub("%252F", path), "latin-1")


def redirected(environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes] | None":
    """Answer a request whose path cannot be read, or is another one when cleaned; None for every other."""
    uri, method = environ.get("RAW_URI", ""), environ["REQUEST_METHOD"]
    path, _, query = _ORIGIN.sub("", uri, count=1).partition("?")
    if "%" in path and _BROKEN.search(path):
        return _answer(start_response, HTTPStatus.BAD_REQUEST, "400 Bad Request", _PLAIN)
    if not path.startswith("/") or not _UNCLEAN.search(path) or method == "CONNECT":
        return None
    location = clean_path(path) + (query and f"?{query}")
    link = location.translate(_IN_HTML)
    text = f'<a href="{link}">Moved Permanently</a>.\n\n' if method == "GET" else ""
    headers = [("Location", location), *(_HTML if method in ("GET", "HEAD") else ())]
    return _answer(start_response, HTTPStatus.MOVED_PERMANENTLY, text, headers)


def clean_path(path: str) -> str:
    """Return a path without the parts that count for nothing; what is escaped in it is escaped once more.

    It is one of this server, whatever it was: it begins with one slash, and has no backslash.

    Source: Go's `ServeMux` and `http.Redirect`.
    """
    escaped = (
        path if _WELL_ESCAPED.fullmatch(path) else quote(unquote(path, "latin-1"), _UNESCAPED, "latin-1")
    )
    parts: list[str] = []
    for part in escaped.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    ends = "/" if escaped.endswith("/") or not parts else ""
    return quote("".join(f"/{part}" for part in parts) + ends, _UNESCAPED)


def _answer(
    start_response: "StartResponse", status: HTTPStatus, text: str, headers: "Iterable[tuple[str, str]]"
) -> "Iterable[bytes]":
    start_response(f"{status.value} {status.phrase}", [*headers, ("Content-Length", str(len(text)))])
    return (text.encode("latin-1"),)
