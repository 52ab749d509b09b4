"""A slash that was sent as `%2F` is part of a name and divides no path, as in PocketBase."""

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_SLASH = re.compile("%2f", re.IGNORECASE)


def keep_slashes(environ: "WSGIEnvironment") -> None:
    """Leave `%2F` in the path as it is; nothing that AppOS keeps has a name with it, so it is not found."""
    path = environ.get("RAW_URI", "").partition("?")[0]
    if path.startswith("/") and _SLASH.search(path):
        environ["PATH_INFO"] = unquote(_SLASH.sub("%252F", path), "latin-1")
