"""Responses written whole, for what is answered before Flask looks at it: one buffer, sent at once."""

import time
from collections.abc import Mapping
from email.utils import formatdate
from functools import lru_cache


class Whole:
    """Writes responses with status 200 that share their headers.

    Source: RFC 9112; the names of headers and their values are the caller's constants, never a client's.
    """

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = "".join(f"{name}: {value}\r\n" for name, value in headers.items())

    def response(self, body: bytes, more: str = "", *, closes: bool = False) -> bytes:
        """Return the bytes of a response, after which the connection stays open or closes.

        `more` is further lines of its head, each with its CRLF.
        """
        head = (
            "HTTP/1.1 200 OK\r\n"
            "Server: gunicorn\r\n"
            f"Date: {_date(int(time.time()))}\r\n"
            f"Connection: {'close' if closes else 'keep-alive'}\r\n"
            f"{self._headers}{more}"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode("ascii") + body


@lru_cache(maxsize=1)
def _date(seconds: int) -> str:
    return formatdate(seconds, usegmt=True)
